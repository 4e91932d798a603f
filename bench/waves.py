"""Waves of invented reports: fifty scripts, each told by two hundred people in their own way.

What a wave has in common is its script, its few accounts and its destination. Every report leaves sentences out, turns a third of
them into other words, changes names and amounts, masks numbers as careful people do, and often names no account at all.
Scripts share their building blocks, as real ones do, so two waves may hold the very same sentences.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

NAMES = ["試験 太郎", "見本 花子", "例示 次郎", "架空 三郎", "仮名 良子", "試作 健", "見本 直人", "例題 美咲"]
COMPANIES = ["見本商事", "試験工業", "例示物産", "架空食品", "仮名建設"]

BLOCKS_JA = {
    "who": [
        "代表の{boss}です。業務用に新しくアカウントを作りました。承認してください。",
        "{boss}だ。前のアカウントは使えなくなったので、こちらを登録しておいて。",
        "お疲れさまです、社長の{boss}です。新しい仕事用アカウントからの連絡です。",
        "{boss}です。携帯を変えたため、今後はこのアカウントで頼みます。",
    ],
    "probe": [
        "いま社内にいますか。手は空いていますか。",
        "今日は出社していますか。少し手伝ってほしいことがあります。",
        "席にいる？急ぎの用件があるので返事をください。",
        "いま対応できますか。会議中なので電話には出られません。",
    ],
    "group": [
        "経理担当を入れたグループチャットを作り、招待リンクを送ってください。",
        "新しいグループを作成して経理の方を追加し、QRコードをこちらへ返送して。",
        "グループを一つ作って、会計の責任者も招待してほしい。",
        "私と経理だけのグループを急いで用意してください。",
    ],
    "secret": [
        "この件は社外秘なので、ほかの人には話さないでください。",
        "公表前の案件です。部長にも言わず、あなただけで進めて。",
        "極秘で進めています。秘密保持の契約があるため口外しないように。",
        "まだ誰にも知られたくない話です。内密に願います。",
    ],
    "pay": [
        "本日中に{amount}万円を指定の口座へ振り込んでください。",
        "{amount}万円の送金を、今日の15時までに済ませてもらえますか。",
        "まず手付金として{amount}万円を振込で支払ってください。",
        "至急、{amount}万円を次の口座に送ってください。",
    ],
    "balance": [
        "会社の口座の残高がいくらあるか教えてください。",
        "振込に使える預金残高を確認して、画面を送って。",
        "各銀行の残高を一覧にして送ってください。",
        "いま動かせる資金はどのくらいですか。残高を知らせてください。",
    ],
    "proof": [
        "振込が終わったら明細の写真を送ってください。",
        "手続き後、控えをすぐこちらに見せて。",
        "完了したら受付画面のスクリーンショットを頼みます。",
        "送金の証明書を撮って返信してください。",
    ],
    "card": [
        "コンビニで電子マネーのカードを{amount}枚買って、裏の番号を送ってください。",
        "ギフトカードを購入し、削った番号の写真を撮って送って。",
        "取引先への贈り物にプリペイドカードが要ります。コードを教えてください。",
        "カードを買ったらレシートと番号を全部写真で送ること。",
    ],
}
BLOCKS_EN = {
    "who": [
        "This is {boss}, I made a new work account. Please accept it.",
        "{boss} here. My old account is locked, so add this one.",
        "It's {boss} writing from my new business profile.",
    ],
    "probe": [
        "Are you at your desk now?",
        "Are you free for a quick task?",
        "Can you handle something while I am in a meeting?",
    ],
    "group": [
        "Create a group chat with the accountant and send me the invite link.",
        "Set up a new group, add finance and return the QR code to me.",
        "Make a private group for you, me and the bookkeeper.",
    ],
    "secret": [
        "Keep this confidential and do not tell anybody.",
        "It has not been announced, so speak to nobody about it.",
        "Only you should know of this for now.",
    ],
    "pay": [
        "Wire {amount} thousand to the account below today.",
        "Please send {amount} thousand before three this afternoon.",
        "We must pay the first {amount} thousand at once by bank transfer.",
    ],
    "balance": [
        "Tell me how much is available in the company accounts.",
        "What is the balance at each bank this morning?",
        "How much cash could we move if we had to?",
    ],
    "card": [
        "Buy {amount} gift cards, scratch them and photograph the codes.",
        "Pick up prepaid vouchers at the store and text me the numbers on the back.",
        "A client deserves a present: get some store cards and email the pins.",
    ],
    "proof": [
        "Send me the slip when it is done.",
        "Reply with a screenshot of the payment.",
        "I need a photo of the receipt afterwards.",
    ],
}

THINGS_JA = [
    ("岡山の倉庫", "買収"), ("海外の特許", "取得"), ("温泉旅館", "共同経営"), ("半導体の部材", "前払い"), ("大学の研究施設", "寄付"),
    ("冷凍食品の工場", "増設"), ("港湾の使用権", "入札"), ("太陽光の用地", "契約"), ("社屋の耐震", "工事"), ("税務調査", "追徴"),
    ("展示会の出展料", "支払い"), ("船便の通関", "立替"), ("著作権の使用料", "清算"), ("人材紹介の手数料", "精算"), ("病院の医療機器", "納入"),
    ("印刷機械", "輸入"), ("木材の相場", "買付"), ("訴訟の供託金", "納付"), ("役員の退職慰労金", "準備"), ("商標の登録", "更新"),
    ("物流センター", "移転"), ("電力の先物", "決済"), ("ゴルフ会員権", "名義変更"), ("牧場の飼料", "仕入れ"), ("地下鉄の広告枠", "買い取り"),
    ("サーバーの設備", "更改"), ("植物工場", "出資"), ("酒蔵", "事業承継"), ("中古車の輸出", "保証金"), ("保険の解約", "違約金"),
    ("レストランの内装", "着工"), ("映画の製作", "委員会"), ("航空券", "団体手配"), ("鉱山の採掘権", "延長"), ("制服の発注", "一括購入"),
    ("学習塾の教材", "改訂"), ("水産加工", "業務提携"), ("眼鏡の販売網", "統合"), ("化粧品の原料", "在庫確保"), ("補助金の申請", "返納"),
]  # fmt: skip
STORY_JA = [
    "{thing}の{deal}が決まり、契約の相手が書類を待っています。",
    "進めている{thing}の{deal}について、先方の弁護士から催促が来ています。",
    "{thing}に関する{deal}の手続きが今日で締め切られます。",
    "例の{thing}、{deal}の話がまとまりそうです。",
]
DETAIL_JA = [
    "{deal}の条件として、{thing}の関係者に先に誠意を見せる必要があります。",
    "{thing}の{deal}は取締役会の前に終えたい。",
    "{deal}が遅れると{thing}の権利を失います。",
    "{thing}側の担当者は{deal}の金額に同意しました。",
]
THINGS_EN = [
    ("harbour crane", "lease"), ("vineyard", "takeover"), ("satellite dish", "licence"), ("hospital scanner", "delivery"), ("timber yard", "auction"),
    ("film studio", "partnership"), ("copper mine", "concession"), ("ferry line", "charter"), ("bottling plant", "expansion"), ("museum roof", "restoration"),
]  # fmt: skip
STORY_EN = [
    "The {thing} {deal} is agreed and their lawyer waits for us.",
    "About the {thing} {deal}: the other side presses for an answer.",
    "Today the {deal} of the {thing} must be settled.",
]
DETAIL_EN = [
    "If the {deal} is late we lose the {thing}.",
    "The board should see the {thing} {deal} finished.",
    "People around the {thing} have accepted our {deal} figure.",
]
TOLD_JA = [
    "", "", "社長を名乗る人から次の連絡が来ました。", "知らないアカウントから届いた文面です。", "なりすましだと思います。確認お願いします。",
    "弊社の役員を装ったメッセージです。", "同僚にも同じものが届いています。", "部下が返信してしまいました。",
]  # fmt: skip
TOLD_EN = ["", "Somebody pretends to be our director:", "I got this from an unknown account.", "This looks fake to me."]


@dataclass(frozen=True)
class Told:
    """One invented report and the wave it belongs to."""

    wave: str
    text: str
    account: str
    bank: str
    name: str


@dataclass(frozen=True)
class Wave:
    name: str
    english: bool
    thing: tuple[str, str]
    accounts: tuple[str, ...]
    bank: str
    script: tuple[tuple[str, str], ...]
    """What its author wrote: for each part, the words chosen for it."""


PARAPHRASED = 0.3
"""The share of sentences that somebody tells in other words than the script."""


def waves(count: int, chance: random.Random) -> list[Wave]:
    made = []
    for number in range(count):
        english = number % 5 == 4
        things, blocks = (THINGS_EN, BLOCKS_EN) if english else (THINGS_JA, BLOCKS_JA)
        thing = things[(number // 5 if english else number - number // 5) % len(things)]
        middle = [name for name in blocks if name != "who"]
        chosen = ("who", *chance.sample(middle, 4 if not english else 3))
        accounts = tuple(f"9{number:03}{each}" for each in range(4))
        parts = _parts(english)
        script = tuple(
            (name, chance.choice(parts[name])) for name in (*chosen[:1], "story", *chosen[1:3], "detail", *chosen[3:])
        )
        bank = f"9999-{100 + number}-{1_000_000 + number}"
        made.append(Wave(f"w{number}", english, thing, accounts, bank, script))
    return made


def _parts(english: bool) -> dict[str, list[str]]:
    if english:
        return {**BLOCKS_EN, "story": STORY_EN, "detail": DETAIL_EN}
    return {**BLOCKS_JA, "story": STORY_JA, "detail": DETAIL_JA}


def told(wave: Wave, chance: random.Random) -> Told:
    """Let somebody tell of the wave in their own way."""
    parts, opening = _parts(wave.english), TOLD_EN if wave.english else TOLD_JA
    boss, amount = chance.choice(NAMES), chance.choice(["48", "320", "1,280", "●●", "XX", "〇〇"])
    sentences = [
        chance.choice(parts[name]) if chance.random() < PARAPHRASED else words
        for name, words in wave.script
        if chance.random() > 0.2
    ]
    if chance.random() < 0.2:
        chance.shuffle(sentences)
    text = " ".join([chance.choice(opening), *sentences]).strip()
    text = text.format(boss=boss, amount=amount, thing=wave.thing[0], deal=wave.thing[1])
    if chance.random() < 0.25:
        text = text.replace("。", "！").replace("ください", "下さい")
    account = chance.choice(wave.accounts) if chance.random() < 0.55 else ""
    if account and chance.random() < 0.15:
        account = account[:2] + "***"  # masked by a careful reporter: worth nothing
    bank = wave.bank if chance.random() < 0.25 else ""
    return Told(wave.name, text, account, bank, boss)


def reports(count: int, in_waves: int, seed: int = 4) -> list[Told]:
    """Return so many reports of so many waves, in the order in which they might come in."""
    chance = random.Random(seed)
    made = waves(in_waves, chance)
    everything = [told(made[number % in_waves], chance) for number in range(count)]
    chance.shuffle(everything)
    return everything
