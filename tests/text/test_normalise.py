"""Folding keeps the meaning, finds what was hidden and always leads back to the words as written."""

import re
import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from honnin.text import normalise
from honnin.text.kanji import NAME_VARIANTS, VARIANTS
from honnin.text.tables import words

FOLDS = [
    ("ｐａｓｓｗｏｒｄ　１２３", "password 123"),  # full width
    ("ﾊﾟｽﾜｰﾄﾞ", "パスワード"),  # half-width kana with their marks
    ("ﾞｱﾟ", "゛ア゜"),  # marks that join nothing stay readable
    ("は\u3099んこう ハ\u309aス", "ばんこう パス"),  # as macOS writes file names
    ("か゛き", "がき"),  # the mark as a character of its own
    ("①②③④", "1234"),  # circled
    ("口座①1234567", "口座1 1234567"),  # a bullet must not become part of the number
    ("❶❷ ➀ ⓵ ⓿", "12 1 1 0"),  # circles NFKC leaves alone
    ("1️⃣2️⃣3️⃣", "123"),  # keycap emoji
    ("½ 1½", "1/2 1 1/2"),  # fractions
    ("𝐩𝐚𝐬𝐬 𝟙𝟚 🅿🅰🆈", "pass 12 PAY"),  # mathematical and squared letters
    ("㈱テスト ㍿ ℡ ㎏", "(株)テスト 株式会社 TEL kg"),  # squared words
    ("⼝座 ⻑い", "口座 長い"),  # radicals, from PDF files
    ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),  # line ends
    ("\ufeffa\u00a0b", "a b"),  # leading mark of byte order, no-break space
    ("I\u2019m \u201cfine\u201d", 'I\'m "fine"'),  # quotes
    ("I\x92m", "I'm"),  # the same, broken on the way by a mail program
    ("090ー1234‐5678−９", "090-1234-5678-9"),  # everything people type for a hyphen
    ("10時～12時〜", "10時~12時~"),  # one wave dash
    ("そう…ですか‥", "そう…ですか‥"),  # NFKC would make dots of it and shift every offset
    ("髙﨑 渡邉 國澤 濱邊", "高崎 渡辺 国沢 浜辺"),  # shapes of names
    ("帳戶轉賬发账号", "帳戸転帳発帳号"),  # simplified and traditional characters
    ("龍、舘、嶋", "龍、舘、嶋"),  # in daily use: only names are folded further
    ("葛\U000e0100飾", "葛飾"),  # a selector of shape
    ("café é naïve Ōno", "café é naïve Ōno"),  # ordinary accents stay
    ("p̶a̶s̶s̶", "pass"),  # struck through
    ("👨‍👩‍👧 ❤️", "👨👩👧 ❤"),  # emoji fall apart, nothing to report
    ("(´Д`) (・ω・)", "(´Д`) (・ω・)"),  # faces
]


@pytest.mark.parametrize(("written", "read"), FOLDS)
def test_folds(written, read):
    assert normalise(written).text == read


LOOKALIKES = [
    ("力ード", "カード"),  # kanji, then a long vowel
    ("三井住友力一ド", "三井住友カード"),  # two of them, after kanji
    ("アカウン卜を停止", "アカウントを停止"),  # at the end of a word
    ("デー夕の保護", "データの保護"),
    ("口グインしてください", "ログインしてください"),  # at the beginning: only in a known word
    ("メ一ルのセキュリティ", "メールのセキュリティ"),
    ("二ュース", "ニュース"),  # a small kana follows no kanji
    ("ロ座番号", "口座番号"),  # the other way round
    ("暗証番号を入カ", "暗証番号を入力"),
    ("ー括払い", "一括払い"),
    ("Раypal", "Paypal"),  # Cyrillic
    ("аррӏе ID", "apple ID"),  # Cyrillic only
    ("Αmazon", "Amazon"),  # Greek
    ("ᴘᴀʏᴘᴀʟ", "paypal"),  # small capitals
]


@pytest.mark.parametrize(("written", "read"), LOOKALIKES)
def test_unmasks_lookalikes(written, read):
    found = normalise(written)
    assert found.text == read
    assert {hidden.kind for hidden in found.removed} == {"homoglyph"}


ORDINARY = [
    "人口が減る。一人で工場へ。入力と出力。二十人。",
    "能力アップと電力プラン、協力カンパニー、努力ポイント",
    "コミュニケーション力アップ研修とマネジメント力テスト",  # a suffix
    "グルメ口コミサイト、入口グループ、窓口サービス、出口ページ",
    "アメリカ二カ国、二カ月、八ヶ岳、八ッ場ダム、一ヶ月",  # counters and places
    "世界一、アジア一カッコいい、クラス一イケメン",
    "クリスマス夕方、ディナー夕食、ホテル夕ごはん、クリスマス夕べ",
    "ゼロ座標、メール・カード、ソニー-パナソニック",
    "卜部さん、大工カフェ、加工センター、商工ローン",
    "えー時間がない。すごーい時だ",
    "記入カ所、提出カ所、加入カ月数、個人ロッカー、導入カメラ",
    "μm と µm、Ωcm、α版、β版、Δt",  # units and Greek
    "Привет, как дела? Мама мыла раму.",  # Russian
    "Москва и Cтоп",  # a Russian word with one Latin letter in it
    "Καλημέρα κόσμε",  # Greek
    "A B テスト、I am a b",
    "a. b. c. と 1. 2. 3.",
    "J. P. Morgan, U.S. Bank, e.g. this, i.e. that, p.m.",
    "A B C D E",  # headings of a table
    "1 2 3 4 5 6 7 8 9 を 192.0.2.1 へ",  # counting, an address
    "https://a.b.c.d.example.com/x-y-z-w",
    "a.b.c.d@example.com a-b-c-d.example.com 1.2.1.3.1.1 10:30:15",
    "x x x x x x ー ー ー",  # fillers
    "衣・食・住、松・竹・梅、月・火・水、赤、青、黄",
    "日 月 火 水 木 金 土",  # a calendar
    "東京支社 長田さん、窓口 座席、発送 金曜、購入 金額",  # a word ends, the next begins
    "本社・長野、東京/社、長崎",
    "山田 太郎 様",
    "東京 大阪 名古屋",
    "あ、そ、う。え…い…や… ん♪ん♪",
]


@pytest.mark.parametrize("written", ORDINARY)
def test_leaves_ordinary_writing_alone(written):
    found = normalise(written)
    assert found.text == unicodedata.normalize("NFKC", written).replace("〜", "~").replace("...", "…")
    assert found.removed == ()


SPLIT = [
    ("振 込", "振込"),
    ("本日中に振.込をお願い", "本日中に振込をお願い"),
    ("振・込とか送　金", "振込とか送金"),
    ("送♡金", "送金"),
    ("ふ☆り☆込☆み", "ふり込み"),
    ("ふ り 込 み", "ふり込み"),
    ("至急ふ り 込 みを", "至急ふり込みを"),  # the ends attached to other words
    ("パ ス ワ ー ド", "パスワード"),
    ("力 ー ド", "カード"),  # split and posing
    ("暗 証 番 号", "暗証番号"),
    ("p a s s w o r d", "password"),
    ("g.i.f.t c-a-r-d", "gift card"),
    ("O T P", "OTP"),  # three letters only where they are a word of fraud
    ("ｐ　ａ　ｓ　ｓ", "pass"),  # full width
]


@pytest.mark.parametrize(("written", "read"), SPLIT)
def test_joins_what_was_written_letter_by_letter(written, read):
    found = normalise(written)
    assert found.text == read
    assert "split_letters" in {hidden.kind for hidden in found.removed}


WIDE = [
    ("請 求 書", "請求書"),  # how a form is headed
    ("振 込 依 頼 書", "振込依頼書"),
    ("株 式 会 社", "株式会社"),
    ("H E L L O", "HELLO"),
    ("番号 4 8 1 5 1 6 2", "番号 4815162"),  # digits written apart
]


@pytest.mark.parametrize(("written", "read"), WIDE)
def test_wide_writing_is_joined_but_not_suspicious(written, read):
    found = normalise(written)
    assert (found.text, found.removed) == (read, ())


HIDDEN = [
    ("p\u200bassword", [("zero_width", 1, 2, "U+200B")]),
    ("振\u200b\u200d込", [("zero_width", 1, 3, "U+200B ×2")]),
    ("口\u00ad座", [("zero_width", 1, 2, "U+00AD")]),  # nobody hyphenates kanji
    ("invoice\u202efdp.exe", [("bidi", 7, 8, "U+202E")]),
    ("pay\u200epal", [("bidi", 3, 4, "U+200E")]),
    ("hello\U000e0068\U000e0069", [("tag", 5, 7, "U+E0068 ×2")]),
    ("😀\ufe01\ufe02\ufe03", [("zero_width", 1, 4, "U+FE01 ×3")]),  # a message in selectors
    ("p\u0336a\u0336y", [("combining", 1, 2, "U+0336"), ("combining", 3, 4, "U+0336")]),
    ("振\u0301込", [("combining", 1, 2, "U+0301")]),
    ("a\ud800b", [("surrogate", 1, 2, "U+D800")]),
    ("a\0\0b", [("control", 1, 3, "U+0000 ×2")]),
    (
        "p\u200b\u200e\u2060ay",
        [("zero_width", 1, 2, "U+200B"), ("bidi", 2, 3, "U+200E"), ("zero_width", 3, 4, "U+2060")],
    ),
]


@pytest.mark.parametrize(("written", "findings"), HIDDEN)
def test_reports_what_was_hidden(written, findings):
    assert [(h.kind, h.start, h.end, h.shown) for h in normalise(written).removed] == findings


NOTHING_HIDDEN = [
    "\ufeffHello",  # byte order mark of a file
    "👩\u200d💻 ☺\ufe0f",  # emoji
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # the flag of England
    "\u202d090-0000-1234\u202c",  # a number copied from a telephone's contacts
    "donau\u00addampf",  # hyphenation
    "見出し\u200b \u200b",  # padding of a newsletter
    "\u034f\u200c \u034f\u200c ",  # the same, before the text of a mail
    "葛\ufe00城",  # one selector of shape
    "می\u200cخواهم",  # Persian needs it
    "e\u0301 m\u0304 ё й",  # accents
    "あ゙っ",  # a shout in a comic
    "א\u200fב",  # right-to-left text
]


@pytest.mark.parametrize("written", NOTHING_HIDDEN)
def test_reports_nothing_ordinary(written):
    assert normalise(written).removed == ()


def test_quotes_are_the_words_as_written():
    written = "至急、㈱テストへ「ﾌ ﾘ ｺ ﾐ」と p\u200bass と「振　込」を"
    found = normalise(written)
    assert found.text == "至急、(株)テストへ「フリコミ」と pass と「振込」を"

    def quote(word):
        at = found.text.index(word)
        return found.quote(at, at + len(word))

    assert quote("(株)") == quote("株") == "㈱"
    assert quote("フリコミ") == "ﾌ ﾘ ｺ ﾐ"
    assert quote("pass") == "p\u200bass"
    assert quote("振込") == "振　込"
    assert quote("を") == "を"


def test_a_composed_kana_leads_back_to_both_its_characters():
    found = normalise("ｶﾞｽ")
    assert (found.text, found.span(0, 1), found.quote(1, 2)) == ("ガス", (0, 2), "ｽ")


def test_ordinary_text_needs_no_map():
    for text in ("明日の会議、よろしくお願いします！", "See you at ten.", "（株）テスト　１２３"):
        found = normalise(text)
        assert found._starts is None
        assert found.quote(0, len(found.text)) == text


def test_offsets_out_of_reach_are_brought_back():
    found = normalise("a\u200bb")
    assert [found.quote(*at) for at in ((-5, 99), (2, 1), (9, 9), (1, 1))] == ["a\u200bb", "", "", ""]


# Characters the folding treats in special ways, so that chance finds the corners.
SPECIAL = (
    "振込口座送金パスワードカト力口二夕卜八一工千入人至急書ロタニー―—─-アァッャヶゴボ゛゜ｶﾞﾟﾊ\u3099\u309a\u0301\u0336\u20e3"
    "\u200b\u200d\u00ad\ufe0f\u202d\u202e\u034f\ufeff\U000e0067\U000e007f\U0001f3f4\r\n\t 　..・・、_*/|~〜～…①②½⑩❶㈱㌖㍿ﷺaAbpinsотпасрАӏαᴀıéэ019１２²"
    "\0\x92\x1b\ud800\udfff齋邉髙⻑⼝\u2028\u00a0´¨🅰😀"
)
hostile = st.one_of(
    st.text(), st.text(alphabet=st.sampled_from(SPECIAL), max_size=40), st.text(alphabet=st.characters(), max_size=30)
)


@settings(max_examples=1500, deadline=None)
@given(hostile)
@example("x.x.ふ り こ")  # the end of one run is the beginning of the next
@example("ア卜力ード")
@example("1ー2ー3ー4ー5ー7")
def test_folding_twice_is_folding_once(text):
    once = normalise(text).text
    assert normalise(once).text == once


@settings(max_examples=500, deadline=None)
@given(hostile, st.integers(-3, 50), st.integers(-3, 50))
def test_every_place_leads_back_into_the_original_in_order(text, start, end):
    found = normalise(text)
    assert found.quote(start, end) in text
    spans = [found.span(at, at + 1) for at in range(len(found.text))]
    assert all(0 <= first < last <= len(text) for first, last in spans)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(spans))
    assert all(0 <= hidden.start < hidden.end <= len(text) and hidden.shown for hidden in found.removed)


@settings(max_examples=300, deadline=None)
@given(hostile)
def test_nothing_invisible_is_left(text):
    assert not re.search(
        "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\U000e0000-\U000e007f]",
        normalise(text).text,
    )


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_ascii_words_survive(text):
    assert normalise(text).text.replace(" ", "").isascii()


FLOODS = {
    "zero width": "\u200b" * 1_000_000,
    "zero width between letters": "a\u200b" * 250_000,
    "marks": "a" + "\u0301\u0316" * 250_000,
    "struck through": "a\u0336" * 300_000,
    "letters apart": "a " * 500_000,
    "stems apart": "振.込 " * 100_000,
    "lists": "あ・" * 200_000,
    "half-width kana": "ｶﾞ" * 170_000,
    "squared words": "㌖" * 330_000,
    "circled": "①" * 330_000,
    "surrogates": "\ud800a" * 250_000,
    "NUL": "\0" * 1_000_000,
    "Cyrillic": "аa" * 330_000,
    "posing kanji": "カ一力ド" * 80_000,
    "long vowels": "ー" * 330_000,
    "dashes": "-" * 1_000_000,
    "spaces": " " * 1_000_000,
    "directions": "a\u202e" * 250_000,
}


@pytest.mark.parametrize("flood", FLOODS, ids=str)
def test_a_megabyte_takes_linear_time(flood):
    text = FLOODS[flood]
    seconds = [_seconds(text[: len(text) // 4]), _seconds(text)]
    assert seconds[1] < max(20 * seconds[0], 0.5)  # four times the text: about four times the time, not sixteen
    assert seconds[1] < 8


def _seconds(text):
    start = time.perf_counter()
    normalise(text)
    return time.perf_counter() - start


def test_a_flood_is_reported_only_so_often():
    assert len(normalise("a\u200b" * 10_000).removed) == 100


@pytest.mark.parametrize("table", [VARIANTS, NAME_VARIANTS], ids=["any text", "names"])
def test_kanji_tables_lead_to_a_shape_that_stays(table):
    assert len(table) >= 25
    assert all(len(variant) == len(today) == 1 for variant, today in table.items())
    assert not set(table) & set(table.values())
    assert not set(table.values()) & set(VARIANTS)
    assert all(normalise(today).text == today for today in table.values())


def test_the_table_for_any_text_is_large_and_reachable():
    assert len(VARIANTS) >= 150
    assert all(normalise(variant).text == today for variant, today in VARIANTS.items())


def test_word_lists_keep_their_own_rules():
    assert all(len(word) >= 3 and re.fullmatch("[ァ-ヺー]+", word) for word in words("katakana_words.txt"))
    assert all(len(word) == 2 and word[0] not in "力口二夕卜八一工千于" for word in words("kanji_before_katakana.txt"))
    assert all(len(word) >= 2 for word in words("split_words.txt"))
