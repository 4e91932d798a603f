"""What the reader finds in texts, and what it leaves alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.language import Reader
from honnin.model import Reading
from honnin.text import normalise

READER = Reader()


def read(text: str) -> Reading:
    return READER.read(normalise(text))


def acts(text: str) -> set[str]:
    return {finding.kind for finding in read(text).acts}


@pytest.mark.parametrize(
    ("text", "act"),
    [
        # plain, polite, roundabout and casual ways to ask for one thing
        ("下記の口座へ本日中に振り込んでください。", "ask_transfer"),
        ("お手数ですが、先方への送金をお願いできますでしょうか。", "ask_transfer"),
        ("例の件、とりあえず振り込んどいて。", "ask_transfer"),
        ("代金は明日までに払っていただけると助かります。", "ask_transfer"),
        ("ふり込みを頼みたいのですが。", "ask_transfer"),
        ("振 込 をお願いします。", "ask_transfer"),
        ("Please wire the deposit to the account below today.", "ask_transfer"),
        # group, members, link back
        ("新しいグループを作成し、QRコードを返信してください。", "ask_group"),
        ("新しいグループを作成し、QRコードを返信してください。", "ask_invite_link"),
        ("経理の山本さんもグループに招待してもらえますか。", "ask_add_accounting"),
        ("ほかのメンバーはまだ入れないでください。", "ask_keep_others_out"),
        ("続きはLINEでやり取りしましょう。", "move_app"),
        # credentials, codes, data
        ("届いた6桁のコードを教えてください。", "ask_code"),
        ("暗証番号とカード番号をご入力ください。", "ask_credentials"),
        ("社員名簿をメールで送っていただけますか。", "ask_personal_data"),
        ("いま口座の残高を教えてください。", "ask_balance"),
        ("コンビニでギフトカードを買って、裏面の番号を送ってください。", "ask_gift_card"),
        ("I need you to purchase some gift cards and send me the codes.", "ask_gift_card"),
        # first steps
        ("今、オフィスにいますか。", "probe"),
        ("Are you at your desk right now?", "probe"),
        ("業務用に新しく作成したアカウントです。承認をお願いします。", "new_account_story"),
        ("いま会議中で電話に出られません。このチャットで連絡をください。", "excuse_no_call"),
        # stories
        ("お客様のアカウントは停止されました。", "claim_account_problem"),
        ("第三者による不正アクセスを検知しました。", "claim_suspicious_login"),
        ("ご不在のためお荷物を持ち帰りました。", "claim_missed_delivery"),
        ("振込先の口座が今月から変更になりました。", "change_account"),
        ("I am Mrs. Example, a widow, and I wish to donate my inheritance to you.", "stranger_introduction"),
        ("We could not deliver your parcel. Please confirm your address.", "claim_missed_delivery"),
        ("表示するにはコンテンツの有効化を押してください。", "ask_enable_macro"),
    ],
)
def test_acts_are_found(text, act):
    assert act in acts(text)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("振り込まないでください。", "ask_transfer"),  # told not to
        ("お支払いは不要です。", "ask_transfer"),
        ("昨日、振り込みました。", "ask_transfer"),  # done
        ("お支払いが完了しましたので、ご確認ください。", "ask_transfer"),  # done; what is asked is to look
        ("「至急振り込んでください」というメールは詐欺です。", "ask_transfer"),  # reported
        ("暗証番号をお聞きすることはありません。", "ask_credentials"),  # denied
        ("パスワードを人に教えないでください。", "ask_credentials"),
        ("グループを作りました。", "ask_group"),
        ("オフィスにいる時間が長いと疲れますね、という記事を読みました。", "probe"),
        ("オンライン会議の資料を送ってください。", "move_app"),  # ライン inside オンライン
        ("We paid the invoice yesterday.", "ask_transfer"),
        ("Please do not send gift cards.", "ask_gift_card"),
        ("Never share your verification code.", "ask_code"),
        ("Feel free to call me.", "offer_prize"),
    ],
)
def test_denied_done_and_reported_acts_are_not(text, act):
    assert act not in acts(text)


def test_quotes_are_the_written_words():
    text = "いつもありがとうございます。至急、ｆ振\u200b込をお願いします。"
    reading = read(text)
    asked = next(finding for finding in reading.acts if finding.kind == "ask_transfer")
    assert text[asked.start : asked.end] == asked.quote
    assert "\u200b" in asked.quote  # as written, hidden sign and all


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("みずほ銀行 渋谷支店 普通 1234567 へお願いします。", "bank", "0001"),
        ("みずほ銀行 渋谷支店 普通 1234567 へお願いします。", "account_number", "1234567"),
        ("口座名義 ヤマダ タロウ", "personal_holder", "ヤマダ タロウ"),
        ("口座名義 カ)ミドリドウ", "holder", "カ)ミドリドウ"),
        ("合計は120万円です。", "amount", "1200000"),
        ("USD 2,500 を送ります。", "amount", "2500"),
        ("電話は03-0000-0000です。", "phone", "+81300000000"),
        ("taro@example.jp までご連絡ください。", "email", "taro@example.jp"),
        ("LINEのID: midori_0001 です。", "line_id", "midori_0001"),
        ("24時間以内にお願いします。", "deadline", "24時間以内"),
    ],
)
def test_entities(text, kind, value):
    assert (kind, value) in {(finding.kind, finding.value) for finding in read(text).entities}


def test_company_is_no_person():
    assert "personal_holder" not in {finding.kind for finding in read("口座名義 カ)ミドリドウ").entities}


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_and_positions_lie_in_it(text):
    reading = read(text)
    for finding in (*reading.acts, *reading.pressures, *reading.entities):
        assert 0 <= finding.start <= finding.end <= len(text)
        assert finding.quote == text[finding.start : finding.end]


@pytest.mark.parametrize(
    "unit",
    ["至急振込をお願いします", "please wire the money now ", "口座番号1234567 ", "a@b.c ", "【】、。\n", "電話03"],
)
def test_a_megabyte_is_read_in_linear_time(unit):
    import time  # noqa: PLC0415 -- only here

    def cost(size: int) -> float:
        text = normalise(unit * (size // len(unit)))
        start = time.process_time()
        READER.read(text)
        return time.process_time() - start

    small = max(cost(40_000) for _ in range(3))
    assert cost(320_000) < max(small, 0.02) * 8 * 4
