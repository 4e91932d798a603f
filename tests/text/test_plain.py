"""Words that are cut up, misspelt or spelt by their sound are read as they are meant; everything else stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.text import normalise, plain, plain_text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Please conf irm your acc.ount", "Please confirm your account"),
        ("your pass word", "your password"),  # two words that are one
        ("im\nmediately", "immediately"),
        ("confim your pasword", "confirm your password"),
        ("verfiy your acount", "verify your account"),
        ("yoru gigt is here, I wnat it", "your gift is here, I want it"),
        ("by air to Shenzh\nendao in a hurry", "by air to shenzhendao in a hurry"),
        ("口 座の利.用を停\n止します", "口座の利用を停止します"),
        ("ふりこみさきのこうざをおしらせください", "振込先の口座をお知らせください"),
        ("フリコミのギンコウを確認", "振込の銀行を確認"),
        ("今日中に furikomi をお願いします", "今日中に振込をお願いします"),
        ("バスワードとアカンウトの確認", "パスワードとアカウントの確認"),
        ("3まんえんを24じかんいないに", "3万円を24時間以内に"),
        ("ごcheckのうえ account を update してください", "ご確認のうえアカウントを更新してください"),
        ("Please confirm your パスワード and クリック the リンク.", "Please confirm your password and click the link."),
        ("いじょうなアクセスが三回以上ありました", "異常なアクセスが三回以上ありました"),
        ("お目通しください。ボタンを押下します", "ご確認ください。ボタンをクリックします"),
        ("Esteemed client, make certain of your pass phrase this very day", "dear client, confirm your password today"),
        # what programs write above a quoted message, and where they break lines
        ("On Mon, 9 Nov 2026, Mika wrote:\nPlease pay today", "\nPlease pay today"),
        ("2026年11月9日 10:12 花田 <hanada@example.jp>:\n本日お支払いください", "\n本日お支払いください"),
        ("-- Forwarded message --\nFrom: Mika\nDate: today\nSubject: lunch\n\nHi", "\nSubject: lunch\n\nHi"),
        (
            "Please look at the figures of last month and tell me today what\nyou make of them, for the meeting with the board is tomorrow\nat nine.",
            "Please look at the figures of last month and tell me today what you make of them, for the meeting with the board is tomorrow\nat nine.",
        ),
        # broken by width, as mail programs do it
        (
            "本日は皆さまにお知らせしたいことがございましてご連\n絡を差し上げました。来週の月曜日から受付の場所が二\n階に変わります。",
            "本日は皆さまにお知らせしたいことがございましてご連絡を差し上げました。来週の月曜日から受付の場所が二階に変わります。",
        ),
    ],
)
def test_words_are_read_as_they_are_meant(written, meant):
    assert plain(normalise(written)).text == meant
    assert plain_text(normalise(written).text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Fill in form twelve and send it forward.",  # two words that stand beside each other
        "The contract, the form and the cares of a marine",  # words one letter from others
        "Mail acount@verfy.example or see https://acount.example/verfy",  # addresses are spelt as they are
        "It's table three, isn't it?",
        "Timo sent the CAED file to Paso",  # short words in capitals are names
        "Thank you for the PayPay receipt.",
        "支社 長田さん、窓口 座席",
        "大丈夫なようにしてください。ようやく終わりました。",
        "わたしとあなた",
        "ワタナベさん",
        "これはたいせつです",
        "買い物リスト\n卵\n牛乳\n米",
        "お代わりを押さえました",  # parts of other words
        "The almightyness of a spotted plan",
        "Written by Marjorie\nFenwick herself",
        "Things to buy today\nEggs\nMilk",
        "From: here to there it takes an hour.",
        "次のバージョンでは update() の引数が変わります。\nsee https://account.example.jp/login",
        "The 会社 in question is called みほん.\n会社と銀行の住所は下記です。",
    ],
)
def test_other_words_stay(text):
    assert plain_text(text) == text


def test_positions_lead_back_to_what_was_written():
    found = plain(normalise("至急、ふりこみさきのこうざ を"))
    start = found.text.index("口座")
    assert found.quote(start, start + 2) == "こうざ"
    assert found.quote(0, 2) == "至急"


@given(st.text(alphabet="ふりこみさきのこうざ振込口座 .\nパスワードacountverfyh\u200b", max_size=60))
def test_positions_stay_in_order(text):
    found = plain(normalise(text))
    spans = [found.span(at, at + 1) for at in range(len(found.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
