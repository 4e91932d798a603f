"""Kana, romaji, and the key in which different romanisations meet."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.text import kana_to_romaji, romaji_key, to_hiragana, to_katakana

KANA = [chr(code) for code in range(0x30A1, 0x30F7)] + ["ー"]
words = st.text(alphabet=KANA, max_size=20)


@pytest.mark.parametrize(
    ("kana", "romaji"),
    [
        ("しょうじ きょうこ", "shouji kyouko"),
        ("ハットリ", "hattori"),  # doubled
        ("マッチ", "matchi"),  # Hepburn doubles ch with a t
        ("じゅんいち", "jun'ichi"),  # n before a vowel
        ("しんや", "shin'ya"),
        ("なんば", "nanba"),
        ("オーノ", "oono"),  # long vowel
        ("ふじい つづき", "fujii tsuzuki"),
        ("ファン ティー ヴァン シェア ウォン", "fan tii van shea won"),  # foreign sounds
        ("ﾀﾅｶ", "tanaka"),  # half width
        ("ッ ァ ー", " a "),  # pieces of kana
        ("田中 Taro", "田中 Taro"),  # nothing to do
    ],
)
def test_kana_to_romaji(kana, romaji):
    assert kana_to_romaji(kana) == romaji


@pytest.mark.parametrize(
    "spellings",
    [
        "Ohno Ono Oono Ōno おおの オオノ Ôno",
        "Shoji Syouji Syoji Shouji Shohji しょうじ",
        "Tsuda Tuda つだ",
        "Fujii Huzii ふじい",
        "Namba Nanba なんば",
        "Homma Honma ほんま",
        "Jun'ichi Junichi Zyun-iti Jyunichi じゅんいち",
        "Satoh Sato Satou さとう",
        "Yuuki Yuki Yuhki ゆうき",
        "Kyohko Kyoko きょうこ",
        "Chiba Tiba ちば",
        "Macchi Matchi まっち",
        "Shinji Sinzi しんじ",
        "Mizuho Miduho みづほ",
        "Watanabe WATANABE わたなべ",
        "Inoue INOUE いのうえ",
        "Mitsuo Mituo みつお",
        "Ryuichi Ryūichi Ryuuiti りゅういち",
    ],
)
def test_spellings_of_one_name_meet(spellings):
    assert len({romaji_key(spelling) for spelling in spellings.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ono", "Uno"),
        ("Kato", "Sato"),
        ("Ohata", "Ota"),
        ("Kaori", "Saori"),
        ("Yamada", "Yamade"),
        ("Shota", "Sota"),
        ("Chiba", "Shiba"),
    ],
)
def test_different_names_stay_apart(one, other):
    assert romaji_key(one) != romaji_key(other)


@given(words)
def test_the_way_to_hiragana_and_back(kana):
    assert to_katakana(to_hiragana(kana)) == kana


@given(words)
def test_kana_leave_nothing_but_letters(kana):
    assert re.fullmatch("[a-z']*", kana_to_romaji(kana))


@given(words)
def test_kana_and_their_romaji_have_one_key(kana):
    assert romaji_key(kana) == romaji_key(kana_to_romaji(kana)) == romaji_key(to_hiragana(kana).upper())


@given(st.text())
def test_a_key_is_made_of_any_text(text):
    assert re.fullmatch("(?:[a-z]+(?: [a-z]+)*)?", romaji_key(text))
