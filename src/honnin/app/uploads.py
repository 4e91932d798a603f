"""Files from strangers: what they are by their content, which we refuse, and what of them may ever be shown.

Nothing is unpacked and nothing but a picture is drawn, and that apart from us (``Redraw``). All else is kept as bytes.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from honnin.cases.report import ReportFile
from honnin.errors import BadInputError, Mistake
from honnin.model import Text

MB = 1024 * 1024
MOST_FILES = 10
MOST_BYTES = 10 * MB
MOST_BYTES_TOGETHER = 40 * MB
MOST_ENTRIES = 1_000
SHOWN_ENTRIES = 50
MOST_UNPACKED = 500 * MB
MOST_RATIO = 200
SUSPECTED_FROM = 20 * MB
"""So much may come out of an archive however tightly it is packed: long lists of zeros are not yet an attack."""
LONGEST_NAME = 100
UNKNOWN = "application/octet-stream"

Redraw = Callable[[bytes], bytes | None]
"""Draws a picture anew as JPEG without anything else that its file held, or None where that cannot be done."""

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
"""Kinds that are drawn anew. Others, HEIC and TIFF among them, are only kept."""

_STARTS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"ID3", "audio/mpeg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"OggS", "audio/ogg"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"(\xb5/\xfd", "application/zstd"),
    (257, b"ustar", "application/x-tar"),
    (0, b"MSCF", "application/vnd.ms-cab-compressed"),
    (2, b"-lh", "application/x-lzh-compressed"),
    (32_769, b"CD001", "application/x-iso9660-image"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"MZ", "application/x-msdownload"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-executable"),
    (0, b"\xca\xfe\xba\xbe", "application/x-executable"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"),
    (0, b"#!", "text/x-script"),
)
_ARCHIVES = frozenset(
    {
        "application/x-7z-compressed",
        "application/vnd.rar",
        "application/gzip",
        "application/x-bzip2",
        "application/x-xz",
        "application/zstd",
        "application/x-tar",
        "application/vnd.ms-cab-compressed",
        "application/x-lzh-compressed",
        "application/x-iso9660-image",
    }
)
_PROGRAMS = frozenset(
    {"application/x-msdownload", "application/x-executable", "application/x-ms-shortcut", "text/x-script"}
)
_OTHERS_INSIDE = re.compile(rb"PK\x05\x06|%PDF-|<script|<\?php|<html", re.IGNORECASE)
_MAIL = re.compile(
    rb"\A(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:from|received|return-path|mime-version|message-id):",
    re.IGNORECASE,
)
_MARKUP = ((rb"<svg[\s>]", "image/svg+xml"), (rb"<!doctype html|<html|<script|<body|<iframe", "text/html"))
_PACKED_NAME = re.compile(r"\.(?:zip|7z|rar|t?gz|bz2|xz|zst|tar|cab|iso|lzh|lha|jar)$", re.IGNORECASE)
_OFFICE = ("[Content_Types].xml", "mimetype")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came, with the name it was given."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What is kept of the files: what we say of them, the bytes as they came, and the pictures drawn anew, by SHA-256."""

    files: tuple[ReportFile, ...] = ()
    originals: Mapping[str, bytes] | None = None
    pictures: Mapping[str, bytes] | None = None


def take(uploads: Sequence[Upload], redraw: Redraw) -> Taken:
    """Look at all files of a report, or refuse them with every reason at once."""
    given = [upload for upload in uploads if upload.data or upload.name]
    mistakes = [
        *_too_much(given),
        *(Mistake(0, clean_name(each.name), why) for each in given for why in _refused(each)),
    ]
    if mistakes:
        raise BadInputError(mistakes)
    files, originals, pictures = [], {}, {}
    for upload in given:
        file = look_at(upload)
        if file.sha256 in originals:
            continue
        picture = redraw(upload.data) if file.kind in PICTURES else None
        files.append(_with_picture(file, picture))
        originals[file.sha256] = upload.data
        if picture is not None:
            pictures[file.sha256] = picture
    return Taken(tuple(files), originals, pictures)


def _with_picture(file: ReportFile, picture: bytes | None) -> ReportFile:
    problem = file.problem or ("not_drawn" if file.kind in PICTURES and picture is None else "")
    return ReportFile(
        sha256=file.sha256,
        name=file.name,
        kind=file.kind,
        size=file.size,
        has_picture=picture is not None,
        problem=problem,
        entries=file.entries,
    )


def look_at(upload: Upload) -> ReportFile:
    """Say what a file is by its content. ``problem`` tells those who will handle it what to be careful of."""
    kind, listing = kind_of(upload.data), None
    if kind == "application/zip":
        listing = zip_listing(upload.data)
        kind = "application/vnd.openxmlformats" if listing and listing.names[:1] and _is_office(listing) else kind
    return ReportFile(
        sha256=sha256(upload.data).hexdigest(),
        name=clean_name(upload.name),
        kind=kind,
        size=len(upload.data),
        problem=_problem(kind, upload.data, listing),
        entries=listing.names[:SHOWN_ENTRIES] if listing else (),
    )


def _problem(kind: str, data: bytes, listing: Listing | None) -> str:
    if kind in _PROGRAMS:
        return "program"
    if kind in PICTURES and _OTHERS_INSIDE.search(data):
        return "mixed"
    if kind == "application/pdf" and b"PK\x05\x06" in data[-66_000:]:
        return "mixed"
    if listing is not None and listing.is_locked:
        return "locked"
    return ""


def _is_office(listing: Listing) -> bool:
    return any(name in _OFFICE for name in listing.names[:SHOWN_ENTRIES])


def kind_of(data: bytes) -> str:
    r"""Return what the content is, whatever its name says.

    >>> kind_of(b"\x89PNG\r\n\x1a\n..."), kind_of("振込のお願い".encode()), kind_of(b"<svg onload=alert(1)>")
    ('image/png', 'text/plain', 'image/svg+xml')
    """
    for at, start, kind in _STARTS:
        if data.startswith(start, at):
            return kind
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    if _end_of_zip(data) is not None:
        return "application/zip"
    return _kind_of_text(data) if _is_text(data) else UNKNOWN


def _kind_of_text(data: bytes) -> str:
    head = data[:65_536]
    for sign, kind in _MARKUP:
        if re.search(sign, head, re.IGNORECASE):
            return kind if not _MAIL.match(head[:8_192]) else "message/rfc822"
    return "message/rfc822" if _MAIL.match(head[:8_192]) else "text/plain"


def _is_text(data: bytes) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\x00" in data:
        return False
    for encoding in ("utf-8", "cp932", "euc_jp"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def clean_name(name: str) -> str:
    r"""Return a name that can be shown: no folders, nothing unseen, not too long.

    >>> clean_name("../../etc/pass\u202ewd.png"), clean_name("C:\\x\\写真.jpg"), clean_name("  ")
    ('pass_wd.png', '写真.jpg', 'file')
    """
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join("_" if unicodedata.category(each)[0] in "CZ" and each != " " else each for each in last).strip(" .")
    if len(shown) > LONGEST_NAME:
        stem, dot, ending = shown.rpartition(".")
        shown = f"{stem[: LONGEST_NAME - 10]}….{ending}" if dot and len(ending) < 9 else shown[:LONGEST_NAME]
    return shown or "file"


def _too_much(given: Sequence[Upload]) -> Iterator[Mistake]:
    if len(given) > MOST_FILES:
        yield Mistake(
            0, "files", Text(f"ファイルは{MOST_FILES}個までにしてください。", f"Send {MOST_FILES} files at most.")
        )
    if sum(len(each.data) for each in given) > MOST_BYTES_TOGETHER:
        most = MOST_BYTES_TOGETHER // MB
        yield Mistake(
            0,
            "files",
            Text(
                f"合わせて{most} MBまで送れます。残りは、受付番号からあとで足せます。",
                f"You can send {most} MB at a time. Add the rest later with your receipt number.",
            ),
        )


def _refused(upload: Upload) -> Iterator[Text]:
    """Why a file is not taken, in words for whoever chose it."""
    if not upload.data:
        yield Text("中身が空です。選び直してください。", "It is empty. Choose it again.")
    elif len(upload.data) > MOST_BYTES:
        most = MOST_BYTES // MB
        yield Text(
            f"1個につき{most} MBまで送れます。動画は、画面を撮った写真にしてください。",
            f"A file may have {most} MB. Instead of a video, send pictures of the screen.",
        )
    elif (kind := kind_of(upload.data)) in _ARCHIVES:
        yield Text(
            "この圧縮ファイルは受け取れません。中のファイルをそのまま選んでください。",
            "This kind of archive is not taken. Choose the files inside it.",
        )
    elif kind == "application/zip" and _is_bomb(zip_listing(upload.data)):
        yield Text(
            "このZIPは受け取れません。中のファイルを取り出して、そのまま選んでください。",
            "This ZIP is not taken. Take the files out and choose them as they are.",
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """What the list at the end of a ZIP says. Nothing of it is believed but its names, and those are only shown."""

    names: tuple[str, ...]
    count: int
    unpacked: int
    is_locked: bool
    holds_archives: bool
    size: int


def _is_bomb(listing: Listing | None) -> bool:
    """Tell a ZIP whose list cannot be read, or that would unpack to far more than it should."""
    if listing is None or listing.count > MOST_ENTRIES or listing.holds_archives:
        return True
    if listing.unpacked > MOST_UNPACKED:
        return True
    return listing.unpacked > SUSPECTED_FROM and listing.unpacked > MOST_RATIO * listing.size


def _end_of_zip(data: bytes) -> int | None:
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    return at if at >= 0 and len(data) >= at + 22 else None


def zip_listing(data: bytes) -> Listing | None:
    """Read the list of a ZIP without unpacking anything; None where it is no list one can trust to be whole."""
    end = _end_of_zip(data)
    if end is None:
        return None
    count, length = struct.unpack_from("<HL", data, end + 10)
    if count == 0xFFFF or length > end:
        return None
    names, unpacked, is_locked, at = [], 0, False, end - length
    for _ in range(min(count, MOST_ENTRIES)):
        if data[at : at + 4] != b"PK\x01\x02" or at + 46 > end:
            return None
        flags, size = struct.unpack_from("<H14xL", data, at + 8)
        name_length, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        names.append(_entry_name(data[at + 46 : at + 46 + name_length]))
        unpacked += size
        is_locked = is_locked or bool(flags & 1)
        at += 46 + name_length + extra + comment
    holds_archives = any(_PACKED_NAME.search(name) for name in names)
    return Listing(tuple(names), count, unpacked, is_locked, holds_archives, len(data))


def _entry_name(raw: bytes) -> str:
    for encoding in ("utf-8", "cp932"):
        try:
            return clean_name(raw[:400].decode(encoding))
        except UnicodeDecodeError:
            continue
    return clean_name(raw[:400].decode("latin-1"))
