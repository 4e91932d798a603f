"""Hostile files: what they are by their content, which are refused, and that nothing of them but a plain picture is shown."""

import io
import struct
import time
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from honnin.app.uploads import (
    MOST_BYTES,
    MOST_BYTES_TOGETHER,
    MOST_FILES,
    UNKNOWN,
    Upload,
    clean_name,
    kind_of,
    look_at,
    take,
    zip_listing,
)
from honnin.connectors.redraw import RedrawApart, draw
from honnin.errors import BadInputError


def picture(kind="PNG", size=(60, 40), colour="teal", **more):
    drawn = io.BytesIO()
    Image.new("RGB", size, colour).save(drawn, kind, **more)
    return drawn.getvalue()


def packed(*files, method=zipfile.ZIP_DEFLATED):
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return written.getvalue()


def chunk(kind, data):
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png_of(width, height, *, pixels=b"", more=b""):
    head = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
    )


def large_pdf(pages=100_000):
    body = b"".join(b"%d 0 obj<</Type/Page/Parent 2 0 R>>endobj\n" % number for number in range(3, pages + 3))
    kids = b" ".join(b"%d 0 R" % number for number in range(3, pages + 3))
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids["
        + kids
        + b"]>>endobj\n"
        + body
    )


def overlapping_zip():
    """One stretch of data that a list names a thousand times: it unpacks to far more than it is."""
    whole = bytearray(packed(("a.txt", b"0" * 5_000_000)))
    end = whole.rfind(b"PK\x05\x06")
    start = struct.unpack_from("<L", whole, end + 16)[0]
    entry = bytes(whole[start:end])
    listed = entry * 900
    return (
        bytes(whole[:start]) + listed + struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 900, 900, len(listed), start, 0)
    )


def exif_with(words):
    exif = Image.Exif()
    exif[0x010E] = words  # ImageDescription
    exif[0x8298] = "35.6812N 139.7671E"  # Copyright: where private things land too
    return exif


SCRIPT = "<script>alert(document.domain)</script>"
MANY_PARTS = [(f"{number}.txt", b"") for number in range(1_200)]

TAKEN = [
    # name, content, kind, problem: kept as they are
    ("picture.png", picture() + packed(("a.html", SCRIPT)), "image/png", "mixed"),  # PNG that is a ZIP too
    ("picture.gif", picture("GIF") + b"*/=1;alert(1)//" + SCRIPT.encode(), "image/gif", "mixed"),  # GIF that is a script
    ("photo.jpg", picture("JPEG") + b"<?php system($_GET[0]); ?>", "image/jpeg", "mixed"),  # JPEG that is a program
    ("photo.jpg", picture("JPEG", exif=exif_with(SCRIPT)), "image/jpeg", "mixed"),  # script in the metadata
    ("file.pdf", b"%PDF-1.4\n" + packed(("a.txt", b"1")), "application/pdf", "mixed"),  # PDF that is a ZIP too
    ("drawing.svg", f'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">{SCRIPT}</svg>'.encode(), "image/svg+xml", ""),
    ("drawing.png", b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', "image/svg+xml", ""),
    ("invoice.pdf", b"MZ\x90\x00" + b"\x00" * 200, "application/x-msdownload", "program"),  # a program named PDF
    ("invoice.docx", b"L\x00\x00\x00\x01\x14\x02\x00" + b"\x00" * 60, "application/x-ms-shortcut", "program"),
    ("shot.png", SCRIPT.encode(), "text/html", ""),  # a page named PNG
    ("shot.html", picture(), "image/png", ""),  # a picture named page
    ("huge.png", png_of(60_000, 60_000, pixels=b"\x00" * 9_000), "image/png", "not_drawn"),  # 3.6 thousand million pixels
    ("lying.png", png_of(8, 8, pixels=b"\x00" * 50_000_000), "image/png", ""),  # far more data than it says
    ("cut.jpg", picture("JPEG", size=(900, 900))[:2_000], "image/jpeg", "not_drawn"),
    ("text.png", png_of(8, 8, pixels=b"\x00" * 300, more=chunk(b"zTXt", b"a\0\0" + zlib.compress(b"0" * 90_000_000))), "image/png", "not_drawn"),
    ("pages.pdf", large_pdf(), "application/pdf", ""),  # a hundred thousand pages: kept, never opened
    ("list.zip", packed(("証拠/写真.png", picture()), ("memo.txt", "メモ")), "application/zip", ""),
    ("letter.docx", packed(("[Content_Types].xml", "<x/>"), ("word/document.xml", "<x/>")), "application/vnd.openxmlformats", ""),
    ("mail.eml", b"Received: by example.jp\nFrom: a@example.jp\n\n" + SCRIPT.encode(), "message/rfc822", ""),
    ("nothing.bin", bytes(range(256)) * 4, UNKNOWN, ""),
    ("../../../etc/cron.d/x\u202egnp.exe", picture(), "image/png", ""),
]  # fmt: skip

REFUSED = [
    ("bomb.zip", packed(("zeros", b"\x00" * 60_000_000))),  # 1:1000
    ("nested.zip", packed(("1.zip", packed(("2.zip", b"x"))))),  # archives in an archive
    ("overlap.zip", overlapping_zip()),
    ("many.zip", packed(*MANY_PARTS)),
    ("broken.zip", b"PK\x03\x04" + b"x" * 500),  # no list
    ("sfx.png", b"\x00\x01\x02" + packed(("zeros", b"\x00" * 60_000_000))),  # begins as something else
    ("a.7z", b"7z\xbc\xaf'\x1c" + b"x" * 50),
    ("a.rar", b"Rar!\x1a\x07\x00" + b"x" * 50),
    ("a.gz", b"\x1f\x8b" + b"x" * 50),
    ("a.tar", b"a.txt" + b"\x00" * 252 + b"ustar\x00" + b"\x00" * 300),
    ("empty.png", b""),
    ("video.mp4", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * MOST_BYTES),
]


@pytest.fixture(scope="module")
def redraw():
    return RedrawApart()


@pytest.mark.parametrize(("name", "data", "kind", "problem"), TAKEN, ids=range(len(TAKEN)))
def test_hostile_files_are_named_by_their_content_and_shown_as_a_plain_picture_at_most(
    redraw, name, data, kind, problem
):
    began = time.process_time()
    taken = take([Upload(name, data)], redraw)
    assert time.process_time() - began < 2

    (file,) = taken.files
    assert (file.kind, file.problem) == (kind, problem)
    assert taken.originals == {file.sha256: data}
    assert not set(file.name) & set("/\\\u202e")
    for shown in taken.pictures.values():
        assert file.has_picture
        assert shown.startswith(b"\xff\xd8\xff")
        assert not any(word in shown for word in (b"Exif", b"script", b"php", b"PK\x05\x06", b"139.7671"))


@pytest.mark.parametrize(("name", "data"), REFUSED, ids=[name for name, _ in REFUSED])
def test_what_could_burst_is_refused_with_what_to_do(name, data):
    began = time.process_time()
    with pytest.raises(BadInputError) as refused:
        take([Upload(name, data)], lambda _: pytest.fail("nothing of it is drawn"))
    assert time.process_time() - began < 1

    (mistake,) = refused.value.mistakes
    assert mistake.field == clean_name(name)
    assert mistake.text.ja
    assert mistake.text.en


def test_too_many_and_too_much_are_told_at_once():
    with pytest.raises(BadInputError) as refused:
        take([Upload(f"{n}.txt", b"x" * (MOST_BYTES_TOGETHER // MOST_FILES)) for n in range(MOST_FILES + 1)], draw)
    assert [mistake.field for mistake in refused.value.mistakes] == ["files", "files"]


def test_a_picture_stands_upright_and_small_enough_to_be_shown():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    with Image.open(io.BytesIO(draw(picture("JPEG", (6_000, 4_000), exif=exif)))) as shown:
        assert shown.width < shown.height
        assert shown.width * shown.height <= 12_100_000
        assert not shown.getexif()


def test_nobody_waits_for_long_where_many_pictures_come_at_once(monkeypatch):
    monkeypatch.setattr("honnin.connectors.redraw.PATIENCE", 0.01)
    busy = RedrawApart(at_a_time=0)
    assert busy(picture()) is None


def test_a_process_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr("honnin.connectors.redraw.SECONDS", 0.001)
    assert RedrawApart()(picture()) is None


def test_what_is_seen_through_becomes_white():
    drawn = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(drawn, "PNG")
    with Image.open(io.BytesIO(draw(drawn.getvalue()))) as shown:
        assert shown.getpixel((1, 1)) == (255, 255, 255)


def test_names_inside_an_archive_are_listed_in_the_letters_of_windows_too():
    whole = packed(("X" * 8, b"1"))
    whole = whole.replace(b"X" * 8, "写真画像".encode("cp932"))
    assert zip_listing(whole).names == ("写真画像",)
    locked = bytearray(whole)
    locked[whole.rfind(b"PK\x01\x02") + 8] |= 1
    assert look_at(Upload("a.zip", bytes(locked))).problem == "locked"


@given(
    st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x89PNG\r\n\x1a\n", b"BM", b"From:"])
)
def test_any_bytes_are_something(data, start):
    file = look_at(Upload("x", start + data + b"PK\x05\x06" + data))
    assert file.kind
    assert kind_of(data)


@given(st.text())
def test_any_name_can_be_shown(name):
    shown = clean_name(name)
    assert shown
    assert shown.isprintable()
    assert len(shown) <= 100
    assert "/" not in shown
