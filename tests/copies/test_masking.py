"""What is taken out of a text before anything of it is remembered."""

import pytest

from honnin.copies import mask, name_parts
from honnin.text import normalise


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("480万円を15時までに", "円を 時までに"),  # numbers
        ("三百五十万円を十五時までに", "円を時までに"),  # and such as are written in kanji
        ("詳しくは https://pay.example.invalid/a?b=c まで", "詳しくは まで"),
        ("詳しくは pay.example.invalid/a まで", "詳しくは まで"),  # without https
        ("詳しくは www.example.jp へ", "詳しくは へ"),
        ("返信は info@example.jp まで", "返信は まで"),
        ("お電話は 090-0000-1234 へ", "お電話は へ"),
        ("振込、入金。着金!", "振込 入金 着金"),  # punctuation
        ("振  込\n\nを", "振込 を"),  # blanks and lines
        ("ＬＩＮＥのｸﾞﾙｰﾌﾟ", "lineのグループ"),  # width
        ("グル\u200bープ", "グループ"),  # what cannot be seen
        ("田中様へ", "〆へ"),
        ("田中 様へ", "〆へ"),
        ("山田さんと佐藤さんに", "〆と〆に"),
        ("代表取締役社長より", "〆より"),  # a post is as good as a name
        ("株式会社テスト商会の者です", "〆の〆です"),
        ("社長の三田村です", "社長の〆です"),
        ("佐久間と申します", "〆ます"),
        ("たくさんの方に", "たくさんの方に"),  # no name before it
        ("お客様の口座", "お〆の口座"),
        ("Dear Maria, please", "dear 〆 please"),
        ("Hi there", "hi 〆"),
        ("Mr. Stone will call", "mr 〆 will call"),
        ("Best regards, Peter Stone", "best regards 〆"),
        ("Yours sincerely", "yours 〆"),
        ("the dearest friend", "the dearest friend"),
        ("", ""),
        ("!?、。…", ""),
    ],
)
def test_names_numbers_links_and_signs_are_taken_out(text, masked):
    assert mask(normalise(text).text) == masked


def test_names_that_are_known_are_taken_out_anywhere():
    names = name_parts(["三田村 一郎", "株式会社テスト商会", "Maria"])
    assert mask(normalise("三田村からMariaへ。テスト商会の件").text, names) == "〆から〆へ テスト商会の件"


@pytest.mark.parametrize(
    ("names", "parts"),
    [
        ([], ()),
        (["", " ", "!"], ()),
        (["K", "鈴", "Jo"], ()),  # too short: they would stand in other words
        (["Maria KESTREL"], ("kestrel", "maria")),
        (["佐久間　玲奈", "佐久間"], ("佐久間", "玲奈")),
        (["x" * 500], ("x" * 200,)),
    ],
)
def test_parts_of_names_worth_taking_out(names, parts):
    assert name_parts([normalise(name).text for name in names]) == parts


def test_only_the_beginning_of_an_endless_text_is_read():
    assert len(mask("あ" * 1_000_000)) == 20_000
