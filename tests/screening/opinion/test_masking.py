"""What tells who writes to whom does not leave."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.language.people import People
from honnin.links import Links
from honnin.screening.opinion.masking import Mask

LINKS, PEOPLE = Links(), People()


def masked(text, *, names=(), ids=()):
    mask = Mask(names, ids, LINKS, PEOPLE)
    mask.listen(text)
    return mask(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # names
        ("佐久間さんは席にいますか。", "[name 1]さんは席にいますか。"),
        ("三田村 一郎から連絡が行きます。", "[name 1]から連絡が行きます。"),
        ("社長の三田村です。三田村より。", "社長の[name 1]です。[name 1]より。"),
        ("株式会社みどり堂の件です。", "[name 1]の件です。"),
        ("This is Ken Oyelaran from Example Foods.", "This is [name 1] from [name 2]."),
        ("Hi Priya, could you help?", "Hi [name 1], could you help?"),
        ("Please ask Marguerite about it.", "Please ask [name 1] about it."),
        ("Regards,\nKwabena Nyarko-Test", "Regards,\n[name 1]"),
        # what looks like a name and is none stays: without it the message makes no sense
        ("Please move to LINE or Teams by Monday.", "Please move to LINE or Teams by Monday."),
        ("LINEでグループを作ってください。", "LINEでグループを作ってください。"),
        ("テスト銀行の件", "テスト銀行の件"),
        # phones, mails, handles
        ("電話は090-0000-1234です", "電話は[phone 1]です"),
        ("電話は０９０ー００００ー１２３４です", "電話は[phone 1]です"),
        ("call +81 90 0000 1234 now", "call [phone 1] now"),
        ("mitamura@example.jp まで", "[mail 1] まで"),
        ("ｍｉｔａｍｕｒａ＠example.jp まで", "[mail 1] まで"),
        ("LINE IDは test_id_01 です", "LINE IDは [contact 1] です"),
        ("@test_ken に連絡", "[contact 1] に連絡"),
        # money and accounts
        ("480万円を普通 0001234へ", "[amount 1]を普通 [account 1]へ"),
        ("四百八十万円です", "[amount 1]です"),
        ("about $1,200 please", "about [amount 1] please"),
        ("カード番号は 4000 0000 0000 0002", "カード番号は [number 1]"),
        ("コードは123456でした", "コードは[number 1]でした"),
        ("٠٩٠١٢٣٤٥٦٧", "[number 1]"),  # digits of another script
        ("〇九〇一二三四五六七八", "[number 1]"),
        # links
        ("https://pay.example.invalid/x?id=9 を見て", "[link 1] を見て"),
        ("詳しくは pay.example.com/login へ", "詳しくは [link 1] へ"),
        ("hxxps://pay[.]example[.]com/a", "[link 1]"),
        ("<a href='https://evil.example.com/x'>公式</a>", "<a href='[link 1]>公式</a>"),
        # hidden characters go
        ("振\u200b込\u202eを", "振込を"),
    ],
)
def test_what_becomes_of_a_text(text, expected):
    assert masked(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("みどりより", "[name 1]より"),  # no dictionary has this name, but we were told it
        ("桜庭堂の田所みどり", "[name 2]の[name 1]"),
        ("TADOKORO here", "[name 3] here"),
        ("tadokoros stay", "tadokoros stay"),  # part of another word
    ],
)
def test_names_we_were_told_go_wherever_they_stand(text, expected):
    mask = Mask(["田所 みどり", "桜庭堂", "Tadokoro"], [], LINKS, PEOPLE)
    for name in ("田所みどり", "桜庭堂", "tadokoro"):
        mask(name)  # so that the numbers are given out
    assert mask(text) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("社長", "社長の指示です", "社長の指示です"),  # a title is no name
        ("経理担当", "経理の方へ", "経理の方へ"),
        ("CEO office", "the CEO asked", "the CEO asked"),
        ("代表取締役 田所", "代表取締役の田所", "代表取締役の[name 1]"),
        ("株式会社さくらば", "さくらばの件", "[name 1]の件"),
        ("Sakuraba Foods Ltd", "from sakuraba foods", "from [name 1]"),
    ],
)
def test_what_of_a_display_name_is_a_name(name, text, expected):
    assert Mask([name], [], LINKS, PEOPLE)(text) == expected


def test_account_ids_go():
    assert masked("IDは 9990012345x です", ids=["9990012345x"]) == "IDは [contact 1] です"
    assert masked("my id is test_ken", ids=["test_ken", "7"]) == "my id is [contact 1]"


def test_one_value_has_one_placeholder_in_all_texts_of_a_question():
    mask = Mask(["三田村 一郎"], [], LINKS, PEOPLE)
    texts = (
        "三田村です。090-0000-1234へ。",
        "佐久間さん、一郎です。",
        "０９０ー００００ー１２３４、または080-0000-5678",
    )
    assert [mask(text) for text in texts] == [
        "[name 1]です。[phone 1]へ。",
        "[name 2]さん、[name 1]です。",
        "[phone 1]、または[phone 2]",
    ]


@pytest.mark.parametrize(
    "secret",
    [
        "https://pay.example.invalid/a/b/c?token=abcdef",
        "mitamura.ichiro@example.jp",
        "090-0000-1234",
        "4000000000000002",
    ],
)
def test_a_piece_cut_from_the_middle_of_a_secret_shows_nothing_of_it(secret):
    text = f"ご連絡は{secret}へ。"
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1, 3):
            found = Mask([], [], LINKS, PEOPLE)(text, start, end)
            assert re.sub(r"\[\w+ \d\]", "", found).strip("ご連絡はへ。") == ""


SECRETS = st.one_of(
    st.from_regex(r"[a-z]{3,9}\.[a-z]{2,9}@example\.(?:com|jp)", fullmatch=True),
    st.from_regex(r"0[789]0-0000-[0-9]{4}", fullmatch=True),
    st.from_regex(r"https://[a-z]{3,9}\.example\.com/[a-z0-9]{4,12}", fullmatch=True),
    st.from_regex(r"[0-9]{5,16}", fullmatch=True),
)
AROUND = st.sampled_from(["、", " ", "。", "\n", "は ", " to ", "「"])


@settings(deadline=None)
@given(
    st.lists(st.tuples(AROUND, SECRETS, AROUND, st.sampled_from(["至急", "please", "口座", "電話", ""])), max_size=5)
)
def test_no_secret_gets_through_wherever_it_stands(parts):
    text = "".join("".join(part) for part in parts)
    found = re.sub(r"\[\w+ \d+\]", "", masked(text))
    assert not re.search(r"\d{4}|@|://|example", found)


@settings(deadline=None)
@given(st.text(max_size=120), st.integers(0, 120), st.integers(0, 120))
def test_anything_can_be_masked(text, start, length):
    found = Mask([text[:9]], [text[3:9]], LINKS, PEOPLE)(text, min(start, len(text)), min(start + length, len(text)))
    found.encode()  # no halves of characters leave
