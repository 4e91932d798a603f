"""The report desk in a real Chromium: a frightened person on a phone, and words that would like to be more than words."""

import io
import itertools
import re
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.web.browser import DESKTOP, PHONE, contrast, sign_in, small_targets

from honnin.cases.report import Addition, Happened, Report, Reporter, ReportFile, Sent, State
from honnin.store import SqlReportStore

pytestmark = pytest.mark.browser
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "画面.png"
    drawn = io.BytesIO()
    Image.new("RGB", (390, 500), "teal").save(drawn, "PNG")
    path.write_bytes(drawn.getvalue())
    return path


@pytest.mark.parametrize("script", [True, False])
def test_somebody_who_paid_gets_help_first_then_reports_and_comes_back(open_page, world, picture, script):
    page = open_page(PHONE, java_script_enabled=script)
    page.goto("/report")
    page.get_by_label("お金を振り込んだ").check()
    page.get_by_role("button", name="最初の手順を見る").click()
    assert page.locator(".actions li").first.inner_text().startswith("振り込みに使った銀行へ")
    assert page.get_by_role("link", name="#9110 に電話する").get_attribute("href") == "tel:%239110"
    page.get_by_role("link", name="通報へ進む").click()

    assert page.get_by_label("お金を振り込んだ").is_checked()
    page.get_by_label("送金や口座の変更").check()
    page.get_by_label("くわしく").fill("社長を名乗る人から振込を頼まれました")
    page.get_by_label("画面の写真・ファイル").set_input_files([picture, picture])
    world.clock.forward(seconds=30)
    page.get_by_role("button", name="通報する").click()

    assert page.get_by_role("heading", level=1).inner_text().endswith("通報を受け付けました")
    assert page.get_by_role("button", name="印刷する").count() == int(script)
    number, secret = page.locator("#number").inner_text(), page.locator("#secret").inner_text()
    page.get_by_role("link", name="状況を見る").click()
    page.get_by_label("受付番号").fill(number)
    page.get_by_label("合言葉").fill(secret)
    page.get_by_role("button", name="状況を見る").click()
    page.get_by_label("足したいこと").fill("口座番号も届きました")
    page.get_by_role("button", name="足す", exact=True).click()
    assert "口座番号も届きました" in page.locator("main").inner_text()


@pytest.mark.parametrize(("language", "scheme"), [("ja", "dark"), ("en", "light")])
def test_every_page_of_it_fits_a_phone_and_can_be_read(open_page, world, picture, language, scheme):
    page = open_page(PHONE, color_scheme=scheme)
    long = "https://bank.example.test/" + "a" * 300
    addresses = ["/report", "/report/first?sent=money&sent=remote_control", "/report/form?sent=card", "/report/status"]
    for address in [*addresses, "/report/privacy"]:
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        looks_right(page, address)
    page.goto("/report/form")
    page.locator("#text").fill(long)
    page.locator("#claimed_name").fill("x" * 200)
    page.locator("#files").set_input_files(picture)
    page.locator("main form button.button").click()
    looks_right(page, "(again)")
    world.clock.forward(seconds=30)
    page.locator("#files").set_input_files(picture)
    page.locator("main form button.button").click()
    looks_right(page, "(receipt)")
    number, secret = page.locator("#number").inner_text(), page.locator("#secret").inner_text()
    page.goto("/report/status")
    page.locator("#number").fill(number)
    page.locator("#secret").fill(secret)
    page.locator("main form button.button").click()
    looks_right(page, "(status)")
    sign_in(page, world)
    for address in ("/reports", f"/reports/{number}"):
        page.goto(address)
        looks_right(page, address)
    assert page.locator(".pictures img").evaluate("each => each.complete && each.naturalWidth") == 390


def looks_right(page, where):
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], where
    assert contrast(page) == [], where
    assert small_targets(page) == [], where
    assert page.locator("h1").count() == 1, where
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
        .filter(el => !el.labels.length && !el.ariaLabel).map(el => el.outerHTML)"""
    )
    assert unnamed == [], where


def test_a_receipt_can_be_printed_on_one_page(open_page, world):
    page = open_page(DESKTOP)
    page.goto("/report/form")
    page.locator("#text").fill("x")
    world.clock.forward(seconds=30)
    page.locator("main form button.button").click()
    page.emulate_media(media="print")
    assert page.locator("#secret").is_visible()
    assert not page.locator(".top").is_visible()
    assert len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(format="A4"))) == 1


HOSTILE = (
    '<img src=x onerror="window.hurt=1">',
    '"><script>window.hurt=1</script>',
    "'-window.hurt=1-'",
    "</textarea></title></style><svg onload=window.hurt=1>",
    "javascript:window.hurt=1//",
    "{{7*7}}${window.hurt=1}{%raw%}",
    '" onfocus="window.hurt=1" autofocus="',
    "<!--<a href=//evil.test>&lt;b&gt;\u202e\u2028\x00\r\n\x1b[31m",
    "=HYPERLINK(\"//evil.test\")\nSet-Cookie: a=b\r\n\r\n<iframe srcdoc='<script>top.hurt=1</script>'>",
)


def stuffed(number, text):
    """Return a report in which every field that holds words holds these."""
    file = ReportFile(sha256=text, name=text, kind=text, size=1, has_picture=True, problem="mixed", entries=(text,))
    words = {
        field.name: text for field in fields(Report) if field.type == "str" and field.name not in {"number", "reply"}
    }
    assert {"text", "claimed_name", "contact", "by", "source", "event_id", "paid_to"} <= words.keys()
    return replace(
        Report(number=number, received_at=NOW, **words),
        reporter=Reporter.GUEST,
        happened=Happened.OTHER,
        sent=tuple(Sent),
        files=(file,),
        when=NOW,
        additions=(Addition(at=NOW, text=text, files=(file,)),),
    )


def test_stored_words_never_become_more_than_words(open_page, world):
    """Every displayed field, with every hostile text, on every page that shows reports: the tree of the page stays the same."""
    store = world.services.reports.store
    assert isinstance(store, SqlReportStore)
    receipts = {}
    for place, text in enumerate(("plain", *HOSTILE)):
        receipt = world.services.reports.receive(Report(number="", received_at=NOW, text="x"), once=f"mine {place}")
        whole = stuffed(f"R-0000-000{place}", text)
        store.add(replace(whole, additions=()), secret_hash="h" * 64)
        store.append(whole.number, whole.additions[0])
        store.move(whole.number, State.ACTED, at=NOW, reply=text)
        mine = stuffed(receipt.number, text)
        store.append(receipt.number, mine.additions[0])
        store.move(receipt.number, State.ACTED, at=NOW, reply=text)
        receipts[place] = receipt
    page = open_page()
    sign_in(page, world)
    shapes = {}
    for place, receipt in receipts.items():
        page.goto(f"/reports/R-0000-000{place}")
        shapes.setdefault("staff", set()).add(shape(page))
        page.goto("/report/status")
        page.locator("#number").fill(receipt.number)
        page.locator("#secret").fill(receipt.secret)
        page.locator("main form button.button").click()
        shapes.setdefault("status", set()).add(shape(page))
    page.goto("/reports")
    rows = page.locator(".row").evaluate_all("rows => rows.map(row => row.querySelectorAll('*').length)")
    assert len(set(rows[0::2])) == len(set(rows[1::2])) == 1
    assert page.evaluate("window.hurt") is None
    assert {where: len(each) for where, each in shapes.items()} == {"staff": 1, "status": 1}


def shape(page):
    """Return the tree of a page: its elements with the names of their attributes, and where its addresses lead."""
    assert page.evaluate("window.hurt") is None
    return page.evaluate(
        r"""() => JSON.stringify([...document.querySelectorAll("*")].map(el => [el.tagName,
            [...el.attributes].map(each => each.name), (el.getAttribute("href") || el.getAttribute("action") || "")
            .replace(/^\/events.*/, "event").replace(/R-[\w-]+/g, "#").slice(0, 12)]))"""
    )


TOKENS = st.sampled_from(
    [
        "<",
        ">",
        '"',
        "'",
        "&",
        "/",
        "=",
        " ",
        "\n",
        "`",
        "</script>",
        "<script>",
        "<img ",
        "onerror=",
        "--",
        "<!",
        "]]>",
        "</textarea>",
        "<svg",
        "</title>",
        "{{",
        "}}",
        "{%",
        "&lt;",
        "&#60;",
        "\u202e",
        "\x00",
        "x",
        "\ufeff",
        "%3C",
        "\\",
    ]
)


def test_no_words_at_all_change_the_tree_of_a_page(open_page, world):
    """The same as a property: whatever is put together, Chromium reads the same tree out of the page."""
    page, staff, desk = open_page(), world.staff(), world.services.reports
    tree = """html => JSON.stringify([...new DOMParser().parseFromString(html, "text/html").querySelectorAll("*")]
        .map(el => [el.tagName, [...el.attributes].map(each => each.name)]))"""
    counted = itertools.count()

    def trees(text):
        whole = stuffed(f"R-1111-{next(counted):04}", text)
        desk.store.add(replace(whole, additions=()), secret_hash="h" * 64)
        desk.store.append(whole.number, whole.additions[0])
        desk.store.move(whole.number, State.ACTED, at=NOW, reply=text)
        again = staff.submit("/report/form", dict.fromkeys(TYPED, text), page="/report/form")
        assert again.status_code in {403, 422}
        return [page.evaluate(tree, shown) for shown in (staff.get(f"/reports/{whole.number}").text, again.text)]

    usual = trees("plain")

    @settings(max_examples=40, deadline=None)
    @given(st.lists(TOKENS, min_size=1, max_size=12).map("".join))
    def no_text_changes_it(text):
        assert trees(f"a{text}b") == usual

    no_text_changes_it()


TYPED = ("text", "claimed_name", "claimed_company", "platform", "account_id", "when", "amount", "paid_to", "contact")


def test_typed_words_come_back_as_words(open_page, world):
    page = open_page()
    page.goto("/report/form")
    text = "".join(HOSTILE[:8])
    for name in ("text", "claimed_name", "claimed_company", "account_id", "contact"):
        page.locator(f"#{name}").fill(text[:300])
    page.locator("main form button.button").click()  # too quick: it comes back as it was written
    assert page.locator("[role=alert]").is_visible()
    assert page.locator("#claimed_name").input_value() == " ".join(text[:300].replace("\x00", "\ufffd").split())
    assert page.evaluate("window.hurt") is None
