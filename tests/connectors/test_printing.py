"""Paper: every word is printed as it is, and nothing is left out unseen."""

import re
import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.making import CAPTURES, NOW
from tests.evidence.summaries import SUMMARY

from honnin.connectors import fonts, printing
from honnin.connectors.fonts import find_font
from honnin.connectors.printing import TypstPrinter
from honnin.errors import HonninError
from honnin.evidence.document import Document, Enclosed, Papers, Paragraph, Turn, conversation, report
from honnin.evidence.item import item_of
from honnin.evidence.summary import Recipient

ITEMS = tuple(
    Enclosed(number, item_of(each, item_id=f"it-{number}", folder="case/1", by="hana", at=NOW, tool="test"))
    for number, each in enumerate(CAPTURES, 1)
)
PAPERS = Papers(SUMMARY, Recipient.POLICE, "b1", NOW, "hana", "339e " * 16, ITEMS)


@pytest.fixture(scope="module")
def printer():
    return TypstPrinter()


def glyphs(pdf):
    """Count what is drawn: the operators that show text, in all streams."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    found = 0
    for stream in streams:
        try:
            found += len(re.findall(rb"\bT[jJ]\b", zlib.decompress(stream)))
        except zlib.error:
            continue
    return found


@pytest.mark.parametrize("recipient", Recipient)
def test_a_report_for_each_recipient(printer, recipient):
    pdf = printer.pdf(report(replace(PAPERS, recipient=recipient)), at=NOW)
    assert pdf.startswith(b"%PDF-1.7")
    assert b"pdfaid" in pdf
    assert glyphs(pdf) > 50


def test_the_same_is_the_same_file(printer):
    later = NOW.replace(microsecond=7)
    assert printer.pdf(report(PAPERS), at=NOW) == printer.pdf(report(PAPERS), at=later)


def test_a_conversation_as_images(printer):
    turns = [Turn("三田村 一郎", "至急です。\n他言無用で。", "12:00", is_theirs=True), *[Turn("経理", "はい")] * 80]
    document = conversation("社長との会話", turns, item=ITEMS[0].item, made_at=NOW)
    pages = printer.images(document)
    assert len(pages) > 1
    assert all(page.startswith(b"\x89PNG") for page in pages)
    assert printer.pdf(document, at=NOW).startswith(b"%PDF")


MARKUP = st.text(
    st.sampled_from("#$*_`\\@<>[](){}\"'/=-+~^&%!:;.,|\n\r\t\0 あ口座😱\u202e\u3000\u200b\ud800ab1"), max_size=40
)


@given(MARKUP, MARKUP)
@settings(max_examples=25, deadline=None)
def test_words_are_never_read_as_markup(printer, one, other):
    """As many boxes and pages whatever is written: the words change, what is done with them does not."""
    document = Document(one, other, ((other, one),), (Paragraph(one, other),), one)
    assert printer.pdf(document, at=NOW).startswith(b"%PDF")


@pytest.mark.parametrize(
    "text", ['#panic("x")', '#read("/etc/hostname")', '#image("x")', "$ x^2 $", "= heading", "\\u{1F600}", "#{", "*a", "<x>"]
)  # fmt: skip
def test_what_would_be_markup_is_printed(printer, text):
    plain = printer.pdf(Document("t", "s", (), (Paragraph("h", "x" * len(text)),)), at=NOW)
    marked = printer.pdf(Document("t", "s", (), (Paragraph("h", text),)), at=NOW)
    assert abs(glyphs(plain) - glyphs(marked)) <= len(text)


def test_letters_without_a_picture_are_written_as_their_number():
    font = find_font()
    assert font.shown("口座を😱変更\u202eして\u200b\x00") == "口座を［U+1F631］変更［U+202E］して［U+200B］［U+0000］"
    assert font.shown("髙﨑 ヶ々〆ー～ ①㈱\nA\u3000b") == "髙﨑 ヶ々〆ー～ ①㈱\nA\u3000b"


def test_without_a_font_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(fonts, "FOLDERS", ())
    with pytest.raises(HonninError, match="apt-get install fonts-ipaexfont-gothic"):
        TypstPrinter().pdf(report(PAPERS), at=NOW)


def test_a_font_that_is_not_what_it_says_prints_nothing(monkeypatch, tmp_path):
    font = find_font()
    (tmp_path / "ipaexg.ttf").write_bytes(font.path.read_bytes())
    monkeypatch.setattr(fonts, "FILES", (("ipaexg.ttf", "Another Name"),))
    with pytest.raises(HonninError, match="not be whole"):
        TypstPrinter(str(tmp_path)).pdf(report(PAPERS), at=NOW)


def test_a_template_that_fails_is_told(monkeypatch, printer):
    monkeypatch.setattr(printing, "TEMPLATE", b'#panic("broken")')
    with pytest.raises(HonninError, match="No PDF"):
        printer.pdf(report(PAPERS), at=NOW)
