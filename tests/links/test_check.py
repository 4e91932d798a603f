"""What is said about an address, and what is never said."""

from __future__ import annotations

import builtins
import re
import socket
import time
from pathlib import Path

import can_ada
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from honnin.links import Links, summary
from honnin.links.reasons import SIGNS
from honnin.links.words import REASONS
from honnin.model import LinkCheck, LinkLevel

LINKS = Links()
WARNS = {LinkLevel.DANGER, LinkLevel.SUSPICIOUS}


def ids(check: LinkCheck) -> set[str]:
    return {reason.id for reason in check.reasons}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://vpass.example.top/", "brand_subdomain"),  # the name before somebody else's domain
        ("https://rakuten-card-login.example-x.top/", "brand_subdomain"),  # between hyphens
        ("https://mercari-jp.top/", "brand_registered"),  # the name in what was registered
        ("https://smbc-co-jp.example.top/", "inner_domain"),  # another site's name with hyphens
        ("https://www.example.co.jp.example.top/", "inner_domain"),  # another site's name with dots
        ("https://amaz0n.example.top/", "lookalike"),  # a digit for a letter
        ("https://rnercari.top/", "lookalike"),  # r and n for m
        ("https://аmazon.top/", "lookalike"),  # a Cyrillic a
        ("https://mercarri.top/", "lookalike"),  # one letter more in a long name
        ("https://example.top/ETGate/?x=1", "official_path"),  # the path of a real sign-in page
        ("https://www.smbc-card.com@example.top/", "userinfo"),  # what stands before @ is no host
        ("https://198.18.0.7/login", "ip_host"),  # a number
        ("https://0xc6.0x12.0.7/", "ip_host"),  # the same number in other digits
        ("https://みずほ銀行.top/", "punycode"),  # letters outside ASCII
        ("https://bit.ly/3abcd", "shortener"),  # no target to be seen
        ("https://login-check.pages.dev/", "hosting"),  # private section of the suffix list
        ("https://login-check.duckdns.org/", "hosting"),  # dynamic DNS
        ("https://docs.google.com/forms/d/e/x/viewform", "hosting"),  # everyone's forms under a good name
        ("https://example.com:2083/", "port"),  # a port nobody writes
        ("https://xkqzvbnwtr.example.com/", "random_label"),  # letters without meaning
        ("https://a-b-c-d-e-example.com/", "many_hyphens"),  # many words in a row
        ("https://example.com/paypay/login", "brand_path"),  # the name behind the host
        ("https://www.google.com/url?q=https://vpass.example.top/&sa=D", "wrapped"),  # a known detour
    ],
)
def test_names_what_is_odd(url: str, reason: str) -> None:
    assert reason in ids(LINKS.check(url))


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("https://www.smbc-card.com/mem/index.jsp", LinkLevel.OFFICIAL),  # directory
        ("smbc-card.com", LinkLevel.OFFICIAL),  # without a scheme
        ("https://www.city.yokohama.lg.jp/", LinkLevel.OFFICIAL),  # public offices only
        ("https://www.u-tokyo.ac.jp/login/amazon", LinkLevel.UNKNOWN),  # a university is never a danger by its name
        ("https://ja.wikipedia.org/wiki/Amazon", LinkLevel.POPULAR),  # widely known
        ("https://www.example.com/news/2026/11/", LinkLevel.UNKNOWN),  # nothing to say
        ("http://192.168.1.1/admin", LinkLevel.UNKNOWN),  # one's own router
        ("http://localhost:8080/", LinkLevel.UNKNOWN),  # one's own machine
        ("https://vpass.example.top/login", LinkLevel.DANGER),  # name, throw-away form
        ("https://smbc-co-jp.example.top/", LinkLevel.DANGER),  # name and another site's name
        ("https://www.smbc-card.com@198.18.0.7/", LinkLevel.DANGER),  # two deceits
        ("https://bit.ly/3abcd", LinkLevel.UNKNOWN),  # ordinary people shorten too
        ("https://github.blog/changelog/", LinkLevel.OFFICIAL),  # a second domain of a brand
        ("https://amazon-fan.example.jp/", LinkLevel.UNKNOWN),  # a name alone is a fan or a shop
    ],
)
def test_level(url: str, level: LinkLevel) -> None:
    assert LINKS.check(url).level is level


def test_every_official_address_is_official() -> None:
    for brand in LINKS.brands:
        check = LINKS.check(brand.login)
        assert check.level is LinkLevel.OFFICIAL, brand
        for domain in brand.domains:
            assert LINKS.check(f"https://{domain}/").level is LinkLevel.OFFICIAL, domain
            assert LINKS.check(f"https://www.{domain}/login", brands=("jcb",)).level is LinkLevel.OFFICIAL, domain


class TestMismatch:
    def test_other_site_than_the_one_spoken_of(self) -> None:
        check = LINKS.check("https://www.example-shop.com/", brands=("smbc-card",))
        assert check.level is LinkLevel.SUSPICIOUS
        assert check.official == "https://www.smbc-card.com/mem/index.jsp"
        assert check.brand == "三井住友カード"
        assert "三井住友カード" in check.reasons[0].text.ja
        assert "www.example-shop.com" in check.reasons[0].text.ja

    def test_with_something_odd_it_is_dangerous(self) -> None:
        assert LINKS.check("https://qxkzvbw.top/", brands=("smbc-card",)).level is LinkLevel.DANGER

    @pytest.mark.parametrize(
        "url",
        [
            "https://www.smbc-card.com/",  # the brand itself
            "https://www.smbc.co.jp/",  # another house of the directory
            "https://ja.wikipedia.org/wiki/x",  # widely known
            "https://www.nta.go.jp/",  # a public office
        ],
    )
    def test_no_mismatch_at_known_houses(self, url: str) -> None:
        assert "mismatch" not in ids(LINKS.check(url, brands=("smbc-card",)))

    def test_everyday_brands_are_named_beside_other_links(self) -> None:
        check = LINKS.check("https://www.example-shop.com/", brands=("slack", "google"))
        assert (check.level, check.reasons, check.official) == (LinkLevel.UNKNOWN, (), "")
        assert "mismatch" in ids(LINKS.check("https://qxkzvbw.top/", brands=("slack",)))

    def test_of_several_brands_the_one_in_the_address_is_meant(self) -> None:
        check = LINKS.check("https://mercari-jp.top/", brands=("visa", "smbc-card", "mercari"))
        assert (check.brand, check.official) == ("メルカリ", "https://jp.mercari.com/")

    def test_short_addresses_beside_a_brand(self) -> None:
        assert LINKS.check("https://bit.ly/3abcd", brands=("yamato",)).level is LinkLevel.SUSPICIOUS
        assert LINKS.check("https://bit.ly/3abcd", brands=("google",)).level is LinkLevel.UNKNOWN

    def test_brands_may_be_given_by_name_and_unknown_ones_are_passed_over(self) -> None:
        check = LINKS.check("https://www.example-shop.com/", brands=("テスト銀行", "三井住友カード"))
        assert "mismatch" in ids(check)
        assert "mismatch" not in ids(LINKS.check("https://www.example-shop.com/", brands=("テスト銀行",)))

    def test_own_domains_are_never_a_mismatch(self) -> None:
        known = frozenset({"example-shop.com"})
        check = LINKS.check("https://a.example-shop.com/", brands=("smbc-card",), known_domains=known)
        assert (check.level, ids(check)) == (LinkLevel.OFFICIAL, {"own_domain"})


@pytest.mark.parametrize(
    "url", ["https://amazon-fan.example.jp/", "https://www.example.com/", "https://www.jcb.co.jp/"]
)
def test_no_other_address_is_offered_without_a_warning(url: str) -> None:
    assert LINKS.check(url).official == ""


class TestShown:
    def test_words_name_another_address(self) -> None:
        check = LINKS.check("https://example.top/", shown="https://www.smbc-card.com/")
        assert "shown_mismatch" in ids(check)
        assert check.level in WARNS

    @pytest.mark.parametrize(
        "shown", ["こちら", "https://www.example.top/x", "example.top", ""]
    )  # words; the same domain
    def test_ordinary_words(self, shown: str) -> None:
        assert "shown_mismatch" not in ids(LINKS.check("https://a.example.top/", shown=shown))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.google.com/url?q=https%3A%2F%2Fa.example.jp%2F&sa=D", "a.example.jp"),
        ("https://apc01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example.jp%2Fb&data=1", "a.example.jp"),
        ("https://a-example-jp.translate.goog/b?_x_tr_sl=ja", "a.example.jp"),
        ("https://my--shop-example-jp.translate.goog/", "my-shop.example.jp"),  # a doubled hyphen stands for one
        ("https://urldefense.com/v3/__https://a.example.jp/b__;!!x!y$", "a.example.jp"),
        ("https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example.jp_b&d=x", "a.example.jp"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example.jp%2F&h=x", "a.example.jp"),
        # a wrapping inside a wrapping
        ("https://www.google.com/url?q=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3Dhttps%253A%252F%252Fa.example.jp", "a.example.jp"),
        ("https://www.google.com/url?q=javascript:alert(1)", "www.google.com"),  # no address
        ("https://google.example.jp/url?q=https://b.example.jp/", "google.example.jp"),  # not Google
    ],
)  # fmt: skip
def test_looks_inside_known_wrappings(url: str, host: str) -> None:
    assert LINKS.check(url).host == host


def test_parts_of_an_address() -> None:
    check = LINKS.check("ｈｔｔｐｓ：／／ｌｏｇｉｎ．みずほ銀行．ｔｏｐ／")
    assert (check.host, check.domain) == ("login.xn--98j6ck4201gexk.top", "xn--98j6ck4201gexk.top")
    assert LINKS.check("https://shop.user.github.io/").domain == "user.github.io"  # the private section counts


def test_summary_in_both_languages() -> None:
    check = LINKS.check("https://vpass.example.top/login")
    assert [summary(check, "ja"), summary(check, "en")] == snapshot(
        [
            "アドレスの前半に「三井住友カード」を思わせる言葉がありますが、実際の持ち主はexample.topで、三井住友カードの公式サイトではありません。正しい窓口はこちらです: https://www.smbc-card.com/mem/index.jsp",
            "The address begins with words that suggest Sumitomo Mitsui Card, but it really belongs to example.top, not to Sumitomo Mitsui Card. The real address is: https://www.smbc-card.com/mem/index.jsp",
        ]
    )
    nothing = LINKS.check("https://www.example.com/")
    assert [summary(nothing, "ja"), summary(nothing, "en")] == snapshot(
        [
            "気になる点は見つかりませんでした。送り主に心当たりがないときは、開く前に別の方法で確かめてください。",
            "Nothing odd was found. If you do not know the sender, please confirm another way before opening it.",
        ]
    )


def test_words_never_promise_safety_and_never_tell_how_we_know() -> None:
    for text in (*REASONS.values(),):
        assert text.ja
        assert text.en
        assert not re.search(r"安全|スコア|重み|しきい値", text.ja)
        assert not re.search(r"(?i)\bsafe\b|score|weight|threshold", text.en)
    assert SIGNS.keys() < REASONS.keys()


def test_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address is judged by its letters: no name is looked up, no connection made, no file opened."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError

    LINKS.check("https://example.jp/")
    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(builtins, "open", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    for url in (
        "http://169.254.169.254/latest/",
        "file:///etc/passwd",
        "https://example.jp/",
        "http://[::1]/",
        "\\\\host\\x",
    ):
        LINKS.check(url)


@pytest.mark.parametrize(
    "url",
    [
        "", " ", "https://", "http:///", "https://ex ample.jp", "https://[::1", "https://\ud800.jp", "\0", "https://" + "a" * 10**6,
        "https://a.example.jp/" + "%" * 10**6, "https://" + "a." * 10**5 + "jp", "https://xn--a.jp", "javascript:alert(1)",
        "data:text/html,x", "mailto:taro@example.jp", "https://a.example.jp:99999/", "https://" + "@" * 1000 + "example.jp",
        "https://www.google.com/url?" + "q=x&" * 10**5, "https://" + "あ" * 10**5 + ".jp", "://", "https://.", "https://...",
    ],
)  # fmt: skip
def test_bad_addresses_get_an_answer_quickly(url: str) -> None:
    started = time.perf_counter()
    check = LINKS.check(url, brands=("jcb",), shown=url)
    assert time.perf_counter() - started < 0.5
    assert 0 <= check.score <= 1
    assert summary(check)


@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.sampled_from(["", "https://", "http://a@", "https://www.google.com/url?q="]),
)
def test_any_address_gets_an_answer(first: str, second: str, scheme: str) -> None:
    check = LINKS.check(f"{scheme}{first}.{second}", brands=("jcb", first), shown=second)
    assert 0 <= check.score <= 1
    assert len(check.reasons) <= 5
    for language in ("ja", "en"):
        assert "\n" not in summary(check, language).replace(second, "").replace(first, "")


@given(st.from_regex(r"\A[a-z]{2,8}(-[a-z]{2,5})?\.[a-z]{3,8}\.(jp|com|top|co\.jp)/[a-z0-9/]{0,12}\Z"))
def test_the_scheme_says_nothing(rest: str) -> None:
    plain, secure = LINKS.check(f"http://{rest}"), LINKS.check(f"https://{rest}")
    assert (plain.score, plain.level, plain.reasons) == (secure.score, secure.level, secure.reasons)


def test_parser_is_the_one_browsers_use() -> None:
    """A backslash is a slash to a browser: the host ends there."""
    assert can_ada.parse("https://example.top\\@www.smbc-card.com/").hostname == "example.top"
    assert LINKS.check("https://example.top\\@www.smbc-card.com/").host == "example.top"
