"""A case on paper, with invented people and numbers."""

from tests.evidence.making import NOW

from honnin.evidence.summary import (
    AccountSeen,
    CaseSummary,
    Destination,
    Happening,
    Payment,
    PaymentState,
    Person,
)

SUMMARY = CaseSummary(
    number="2026-0001",
    title="社長を名乗る送金依頼",
    what="代表取締役を名乗る者が、Chatworkで送金を求めた。",
    how="「新しい業務用アカウント」としてコンタクト申請を送り、承認した直後に急ぎの振込を頼んできた。",
    victim=Person("三田村 一郎", "株式会社テスト商会", "代表取締役", "03-0000-1234", "", "東京都テスト区1-2-3"),
    contact=Person("佐藤 花", "株式会社テスト商会", "情報システム", "090-0000-1234", "hana@example.jp"),
    accounts=(AccountSeen("Chatwork", "9990002", "三田村 一郎", "株式会社テスト商会", "三田村 一郎", first_seen=NOW),),
    destinations=(Destination("テスト銀行（9999）", "本店（001）", "普通", "1234567", "ヤマダ タロウ"),),
    payments=(
        Payment(3_000_000, PaymentState.SENT, NOW, method="インターネットバンキング", destination=1, proof="振込明細"),
        Payment(5_000_000, PaymentState.ASKED, NOW, destination=1),
    ),
    timeline=(
        Happening(NOW, "9990002", "コンタクト申請", "contact", "it-1"),
        Happening(NOW, "経理", '=HYPERLINK("https://evil.test")', "payment"),
    ),
    done=(Happening(NOW, "情報システム", "会話を保全した"),),
    reasons=("承認した直後に振込を頼まれた。",),
    asked="振込先口座の凍結と組戻し",
)  # fmt: skip
