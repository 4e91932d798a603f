"""Links as people and criminals write them in Japanese."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.links import Links
from honnin.links.extract import MOST_LINKS

LINKS = Links()

CASES = [
    # text, links (raw as written), why
    ("「https://a.example.jp/x」です。", ["https://a.example.jp/x"]),  # corner brackets end a link
    ("（https://a.example.jp/login）", ["https://a.example.jp/login"]),  # full-width brackets
    ("【https://a.example.jp/】", ["https://a.example.jp/"]),  # lenticular brackets
    ("https://a.example.jpです。", ["https://a.example.jp"]),  # words written right behind the host
    ("https://a.example.jp。詳細は後ほど", ["https://a.example.jp"]),  # a sentence mark, not a dot
    ("https://a.example.jp/、https://b.example.jp/", ["https://a.example.jp/", "https://b.example.jp/"]),  # comma
    ("https://a.example.jp/abcをご確認ください", ["https://a.example.jp/abc"]),  # a particle after the path
    ("https://a.example.jp/をご確認ください", ["https://a.example.jp/"]),  # a particle after the root
    ("https://a.example.jp…です", ["https://a.example.jp"]),  # an ellipsis
    ("https://a.example.jp/!", ["https://a.example.jp/"]),  # an exclamation mark
    ("詳細はhttps://a.example.jp/b?c=dから", ["https://a.example.jp/b?c=d"]),  # no space on either side
    ("https://ja.example.org/wiki/日本語の文書", ["https://ja.example.org/wiki/日本語の文書"]),  # a Japanese path
    ("https://a.example.jp/?q=日本&x=1", ["https://a.example.jp/?q=日本&x=1"]),  # a Japanese parameter
    ("ｈｔｔｐｓ：／／ａ．ｅｘａｍｐｌｅ．ｊｐ／ｂ", ["ｈｔｔｐｓ：／／ａ．ｅｘａｍｐｌｅ．ｊｐ／ｂ"]),  # full width
    ("https://a。example。jp/b", ["https://a。example。jp/b"]),  # ideographic dots
    ("みずほ銀行.top", ["みずほ銀行.top"]),  # a name in Japanese letters
    ("こちらはみずほ銀行.topへ", ["みずほ銀行.top"]),  # the same inside a sentence
    ("https://みずほ銀行.top/です。", ["https://みずほ銀行.top/"]),  # with scheme
    ("https://日本語.jp/日本語", ["https://日本語.jp/日本語"]),  # both parts Japanese
    ("smbc-card.example.login.top", ["smbc-card.example.login.top"]),  # no scheme
    ("詳細はexample.co.jpをご覧ください", ["example.co.jp"]),  # no scheme, Japanese around it
    ("login。example。top", ["login。example。top"]),  # no scheme, ideographic dots
    ("www[dot]a-example[dot]com", ["www[dot]a-example[dot]com"]),  # written so as not to be pressed
    ("a-example(dot)com です", ["a-example(dot)com"]),  # round brackets
    ("hxxps://a[.]example[.]com/b", ["hxxps://a[.]example[.]com/b"]),  # hxxp
    ("HTTPS://A.EXAMPLE.JP/B", ["HTTPS://A.EXAMPLE.JP/B"]),  # capitals
    ("t.co/abc", ["t.co/abc"]),  # one letter before the ending, but with a path
    ("192.0.2.1/login", ["192.0.2.1/login"]),  # a number with a path
    ("https://[2001:db8::1]:8080/a", ["https://[2001:db8::1]:8080/a"]),  # IPv6 with a port
    ("https://user:pw@a.example.jp:8443/a?b=c#d", ["https://user:pw@a.example.jp:8443/a?b=c#d"]),  # every part
    ("https://a.example.jp/a(b)c)", ["https://a.example.jp/a(b)c"]),  # only the bracket that was opened outside
    (
        "https://a.example.jp/報告書(第2版).pdf",
        ["https://a.example.jp/報告書(第2版).pdf"],
    ),  # brackets in a Japanese name
    ("https://a.example.jp/x,https://b.example.jp/y", ["https://a.example.jp/x", "https://b.example.jp/y"]),  # a list
    (
        "https://a.example.jp/?u=https://b.example.jp/c",
        ["https://a.example.jp/?u=https://b.example.jp/c"],
    ),  # one inside
    ("https://a.example.jp/?a[]=1&b=2", ["https://a.example.jp/?a[]=1&b=2"]),  # brackets of a parameter
    ("https://youtu.be/abc_", ["https://youtu.be/abc_"]),  # an underline may end an id
    ("ttps://a.example.jp/b", ["ttps://a.example.jp/b"]),  # the first letter left out on purpose
    ("[info]https://a.example.jp/a[/info]", ["https://a.example.jp/a"]),  # Chatwork's frames
]

NOT_LINKS = [
    "report.pdf",  # files
    "main.py と README.md",
    "資料.zip 見積.xlsx 報告.md",
    "src/main.rs",
    "v1.2.3 と 10.0.0.1",  # numbers
    "e.g. i.e. U.S.A. a.m.",  # abbreviations
    "node.js os.path.join com.example.app",  # programmes
    "終わりました。OK。nextは明日",  # sentences without a space
    "これは便利です。net上で探せます",
    "Done.It is late.So am I.",
    "taro@example.jp taro.yamada@mail.example.co.jp",  # mail addresses
    "ヨドバシ.comで買う",  # a shop that is called so
    "いつでもご相談ください.24hrs.watch",  # a word, not a place
    "https:// https://。",  # nothing behind it
    "",
]


@pytest.mark.parametrize(("text", "links"), CASES)
def test_finds_links(text: str, links: list[str]) -> None:
    found = LINKS.extract(text)
    assert [link.raw for link in found] == links
    assert all(text[link.start : link.end] == link.raw for link in found)


@pytest.mark.parametrize("text", NOT_LINKS)
def test_leaves_other_things_alone(text: str) -> None:
    assert LINKS.extract(text) == ()


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("ｈｔｔｐｓ：／／ａ．ｅｘａｍｐｌｅ．ｊｐ／ｂ", "https://a.example.jp/b"),
        ("hxxps://a[.]example[.]com/b", "https://a.example.com/b"),
        ("hxxp://a.example.com", "http://a.example.com"),
        ("ttps://a.example.jp/b", "https://a.example.jp/b"),
        ("www[dot]a-example[dot]com", "https://www.a-example.com"),
        ("https://a。example。jp/b", "https://a.example.jp/b"),
        ("a-example.com/b", "https://a-example.com/b"),
    ],
)
def test_gives_the_address_that_was_meant(text: str, url: str) -> None:
    assert [link.url for link in LINKS.extract(text)] == [url]


@pytest.mark.parametrize(
    ("text", "url", "shown"),
    [
        # HTML, with an entity in the address and a tag in the words
        ('<a href="https://b.example.top/?a=1&amp;b=2"><b>https://a.example.jp/</b></a>', "https://b.example.top/?a=1&b=2", "https://a.example.jp/"),
        ("<A HREF='http://b.example.top'>こちら</A>", "http://b.example.top", "こちら"),  # capitals, other quotes
        ("[https://a.example.jp](https://b.example.top/c)", "https://b.example.top/c", "https://a.example.jp"),  # markdown
        ("<https://b.example.top|https://a.example.jp>", "https://b.example.top", "https://a.example.jp"),  # Slack
        ("<https://b.example.top>", "https://b.example.top", ""),  # only in brackets
    ],
)  # fmt: skip
def test_keeps_what_the_reader_sees(text: str, url: str, shown: str) -> None:
    (link,) = LINKS.extract(text)
    assert (link.url, link.shown) == (url, shown)


def test_stops_at_a_cap() -> None:
    assert len(LINKS.extract("https://a.example.jp " * 2000)) == MOST_LINKS


HOSTILE = [
    "a", "https://", ".", "a.", "<a ", "[", "@", "あ", "あ.com", "a@", "[a](b", "<a href=", "(", ")", "[.]", "a[.]", "。a",
    "-", "あa", "a[dot", "<a href=http://a.example.jp>", "https://[.]", "https://a.example.jp/" + "(" * 50, "\ud800", "\0",
    "\u200b", "\u202ehttps://", "</", "<a href=x>", "<a href=x></b>", "<a href=https://。></b>", "|a>", "http://あ。", "お名前.", "1.",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_time_grows_with_length_only(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.perf_counter()
    LINKS.extract(text)
    LINKS.brands_in(text)
    assert time.perf_counter() - started < 3


@given(
    st.text(
        alphabet=st.sampled_from("ahtps:/.。@[]()<>|\"'=あ日ア-_ \n#?&%１．／：\ud800\0\u200b") | st.characters(),
        max_size=80,
    )
)
def test_any_text_gives_links_that_stand_in_it(text: str) -> None:
    end = 0
    for link in LINKS.extract(text):
        assert link.start >= end
        end = link.end
        assert text[link.start : link.end] == link.raw
        assert "://" in link.url
        LINKS.check(link.url)


@given(
    st.sampled_from(
        ["「{}」です", "詳しくは {} へ", "（{}）", "{}。次に", "{}、それと", "{}\n以上", "<{}>", "{}です", "→{}←"]
    ),
    st.from_regex(r"\Ahttps://[a-z]{2,8}\.example\.(jp|com|co\.jp)(/[a-z0-9]{1,6}){0,2}\Z"),
)
def test_a_link_in_a_japanese_sentence_is_found_whole(sentence: str, url: str) -> None:
    assert [link.raw for link in LINKS.extract(sentence.format(url))] == [url]
