"""Two writings of one name fold to one form."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from honnin.text import fold_name


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("齋藤 一郎", "斎藤 一郎"),
        ("斉藤　一郎", "斎藤 一郎"),  # apart in a text, one name here
        ("齊藤一郎", "斎藤一郎"),
        ("渡邊", "渡辺"),
        ("渡邉", "渡辺"),
        ("髙﨑 隆", "高崎 隆"),
        ("碕本・嶋田", "崎本 島田"),
        ("★【公式】山田　太郎★", "公式 山田 太郎"),  # marks go, their contents stay
        ("山田太郎😊🎉", "山田太郎"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ タロウ"),
        ("YAMADA／Taro", "yamada taro"),
        ("J.P. O'Neil-Smith", "j p o'neil-smith"),
        ("山\u200b田", "山田"),
        ("Yаmada", "yamada"),  # a Cyrillic letter
        ("テスト㈱ 山田_太郎", "テスト 株 山田 太郎"),
        ("", ""),
    ],
)
def test_fold_name(written, folded):
    assert fold_name(written) == folded


@given(st.text())
@example("ÀA:A:A:BÀ")  # blanks in the place of the colons would let the letters be one word
@example("振(込")
def test_folding_twice_is_folding_once(name):
    assert fold_name(fold_name(name)) == fold_name(name)
