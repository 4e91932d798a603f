"""Brands in texts and the lists that come with the package."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.links import Links
from honnin.links.suffixes import data_lines, load_suffixes

LINKS = Links()


@pytest.mark.parametrize(
    ("text", "brands"),
    [
        ("三井住友カードをご利用のお客様", ["smbc-card"]),  # the longest name wins over the bank's
        ("【ＪＣＢ】ご利用のお知らせ", ["jcb"]),  # full width
        ("Amazonプライムとamazonのお荷物", ["amazon", "amazon"]),  # any case for long names
        ("LINEで送ってください", ["line"]),  # short names in their own case
        ("line up / apple pie / slack time", []),  # ordinary words
        ("ONLINEショップとBASELINE", []),  # inside another word
        ("アップルパイとオリコンの話", []),  # inside another katakana word
        ("楽天的な人と楽天市場", ["rakuten"]),  # an optimist is no shop
        ("taro@docomo.ne.jp", []),  # a mail address names nobody
        ("www.amazon.co.jp", []),  # nor does an address
        ("ETC利用照会サービスと国税庁", ["etc-meisai", "nta"]),  # two in order
        ("ヤマト運輸です。お荷物のお届けに上がりました", ["yamato"]),
        ("来週の定例会議の資料です", []),
        ("", []),
    ],
)
def test_brands_named_in_a_text(text: str, brands: list[str]) -> None:
    assert [mention.brand for mention in LINKS.brands_in(text)] == brands


@given(st.text(max_size=40), st.text(max_size=40))
def test_places_are_places_of_the_text(before: str, after: str) -> None:
    text = f"{before}「三井住友カード」{after}"
    mentions = LINKS.brands_in(text)
    assert "三井住友カード" in [text[mention.start : mention.end] for mention in mentions]
    assert all(text[mention.start : mention.end] for mention in mentions)


def test_letters_that_grow_do_not_move_places() -> None:
    text = "İİİ Amazon"
    (mention,) = LINKS.brands_in(text)
    assert text[mention.start : mention.end] == "Amazon"


class TestData:
    def test_directory_is_large_and_complete(self) -> None:
        assert len(LINKS.brands) >= 120
        assert len({brand.id for brand in LINKS.brands}) == len(LINKS.brands)
        for brand in LINKS.brands:
            assert brand.ja, brand
            assert brand.en, brand
            assert brand.login.startswith("https://"), brand
            assert brand.domains, brand
            assert all(token == token.lower().strip() for token in brand.tokens), brand

    def test_a_domain_belongs_to_a_registered_name(self) -> None:
        suffixes = load_suffixes()
        for brand in LINKS.brands:
            for domain in brand.domains:
                assert suffixes.registrable(domain), domain
                assert not suffixes.shared_roof(f"www.{domain}"), domain

    def test_login_address_is_among_the_domains(self) -> None:
        for brand in LINKS.brands:
            host = brand.login.split("/")[2]
            assert any(host == domain or host.endswith("." + domain) for domain in brand.domains), brand

    @pytest.mark.parametrize("name", ["shorteners.txt", "hosting.txt", "popular.txt"])
    def test_lists_hold_each_name_once(self, name: str) -> None:
        lines = data_lines(name)
        assert len(lines) == len(set(lines))
        assert all(line == line.strip().lower() for line in lines)

    def test_popular_sites_are_no_free_hosting(self) -> None:
        hosting = {line.removeprefix("*") for line in data_lines("hosting.txt")}
        assert not hosting & set(data_lines("popular.txt"))
