"""Invented scripts of fraud, and copies of them as a fraudster would send them to the next victim."""

PRESIDENT = (
    "社長の三田村です。新しい取引の準備で、急ぎお願いしたいことがあります。まずはLINEで業務用のグループを作成し、"
    "参加用のQRコードをこのチャットに返信してください。経理の担当者は後ほど私から招待しますので、"
    "それまでほかの方には声をかけないでください。"
)
BANK = (
    "【テスト銀行】重要なお知らせ。お客様の口座に通常と異なるご利用が確認されたため、一部のお取引を制限しております。"
    "24時間以内に下記のページからご本人確認の手続きを完了してください。手続きがない場合は口座を凍結いたします。"
    "https://test-bank.example.invalid/verify"
)
GIFT = (
    "Hello Maria, I am in a meeting with the board and cannot take any calls right now. I need you to buy five gift cards "
    "for our clients at the shop next to the office. Scratch the backs, take photos of the codes and send them to me here. "
    "Please keep this between us, it is meant as a surprise. Regards, Peter Stone"
)
MAILBOX = (
    "Dear user, your mailbox has reached its storage limit and incoming messages are being held back. To keep your account "
    "active you have to confirm your password on the page below within 24 hours. Accounts that are not confirmed will be "
    "closed for good and all stored messages deleted. https://mail-quota.example.invalid/login The help desk"
)
SMS = "お荷物をお届けにあがりましたが宛先が不明のため持ち帰りました。下記より配送先をご確認ください。http://parcel.example.invalid/7"

SCRIPTS = {"president": PRESIDENT, "bank": BANK, "gift": GIFT, "mailbox": MAILBOX, "sms": SMS}

COPIES = [
    ("president", PRESIDENT.replace("三田村", "佐々木"), "another name"),
    ("president", PRESIDENT.replace("、", "，").replace("。", "．\n"), "other punctuation and lines"),
    ("president", "".join(letter + " " for letter in PRESIDENT), "a blank after every letter"),
    ("president", PRESIDENT.replace("LINE", "ＬＩＮＥ").replace("QRコード", "ＱＲｺｰﾄﾞ"), "other width"),
    (
        "president",
        PRESIDENT.replace("グループ", "グル\u200bープ").replace("返信", "返\u2060信"),
        "invisible characters",
    ),
    ("president", "\u202e" + PRESIDENT + "\u202c", "marks that turn the direction of writing"),
    (
        "president",
        PRESIDENT.replace("急ぎ", "至急").replace("作成し", "立ち上げ").replace("後ほど", "あとで"),
        "three words said otherwise",
    ),
    (
        "president",
        "木下さん、お疲れ様です。先日の資料をありがとうございました。" + PRESIDENT + "よろしくお願いいたします。",
        "a greeting around it",
    ),
    ("president", "> " + PRESIDENT.replace("。", "。\n> "), "quoted"),
    (
        "president",
        (
            "専務の佐々木です。別件の取引の段取りで、至急お願いしたいことがあります。まずLINEで連絡用のグループを作り、"
            "参加用のコードをこのチャットへ返してください。経理の方は後ほど私から招待しますので、"
            "それまではほかの人には声をかけないでください。"
        ),
        "every seventh word said otherwise, and the name",
    ),
    (
        "mailbox",
        (
            "Hello, your mailbox has exceeded its storage limit and new messages are being held back. To keep your account "
            "open you have to confirm your password on the site below within two days. Accounts that are not verified will be "
            "closed for good and all saved messages removed. https://quota.example.invalid/a The IT team"
        ),
        "every seventh word said otherwise",
    ),
    ("bank", BANK.replace("テスト銀行", "見本カード").replace("24時間", "48時間"), "another bank and deadline"),
    ("bank", BANK.replace("test-bank.example.invalid/verify", "kakunin.example.invalid/a?id=993"), "another link"),
    ("bank", BANK.replace("https://test-bank.example.invalid/verify", ""), "without the link"),
    ("bank", "木下 花子 様\n" + BANK, "addressed to somebody"),
    (
        "bank",
        BANK.replace("重要なお知らせ", "緊急のご連絡").replace("完了して", "済ませて").replace("凍結", "停止"),
        "three words said otherwise",
    ),
    ("gift", GIFT.replace("Maria", "Dear Anna").replace("Peter Stone", "Q. Fenwick"), "other names"),
    (
        "gift",
        GIFT.replace("five", "12").replace("clients", "partners").replace("shop", "store"),
        "other numbers and words",
    ),
    ("gift", GIFT.upper(), "capitals"),
    ("gift", GIFT.replace("gift", "g\u0456ft").replace("codes", "c\u043edes"), "letters that look alike"),
    ("gift", GIFT.replace(", ", " ,  ").replace(". ", " !\n\n"), "other punctuation and spacing"),
    (
        "gift",
        "Good morning! Thank you for the figures you sent last week, they were a great help to all of us. " + GIFT,
        "small talk before it",
    ),
    ("mailbox", MAILBOX.replace("24 hours", "three days").replace("Dear user", "Dear colleague"), "another deadline"),
    (
        "mailbox",
        MAILBOX.replace("storage limit", "size limit").replace("for good", "permanently").replace("page", "site"),
        "three words said otherwise",
    ),
    ("sms", SMS.replace("http://parcel.example.invalid/7", "https://x.example.invalid/tracking/0042"), "another link"),
    ("sms", SMS.replace("下記", "以下"), "one word said otherwise"),
]

ORDINARY = [
    "お疲れ様です。新しい取引の準備の件、資料を共有フォルダに置きました。経理の担当者には私から連絡しますので、ほかの方への声かけはお願いします。",
    "来週の展示会に向けて業務用のグループを作りました。参加する方はリンクから入ってください。担当者の割り振りは後ほど共有します。",
    "【テスト銀行】システムの保守のお知らせ。日曜の0時から6時まで、一部のお取引をご利用いただけません。ご不便をおかけしますがご了承ください。",
    "お客様の口座へのお振り込みが完了しました。お取引の内容は、いつもの画面からご確認ください。お手続きは必要ありません。",
    "お荷物をお届けしました。ご不在のため宅配ボックスに入れております。ご確認をお願いいたします。",
    (
        "Hello Maria, I am in a meeting with the board until four. Could you send me the slides for the clients before that? "
        "The codes for the printer are on the back of the door, please take photos if you like. Regards, Peter"
    ),
    (
        "Dear all, the mailbox of the help desk moves to a new server on Friday. You do not have to confirm anything, and all "
        "stored messages will be kept. If something is missing on Monday, call us. Regards, the help desk"
    ),
    "Please buy five notebooks for the workshop at the shop next to the office and put the receipt on my desk. Thank you!",
]
"""Ordinary messages that use the same words in another order."""
