"""The report on paper: from a summary to sections of plain rows, in the order in which the recipient asks."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from honnin.evidence.canonical import canonical, written_time
from honnin.evidence.entry import Act, Entry
from honnin.evidence.item import Item, Kind, Method
from honnin.evidence.summary import CaseSummary, Destination, Payment, PaymentState, Recipient
from honnin.model.clock import JST, in_zone
from honnin.text import plain_cell

UNKNOWN = "未確認"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading; ``widths`` are parts of the page's width."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words under a heading."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation that is printed. ``is_theirs`` marks the account under examination."""

    who: str
    text: str
    at: str = ""
    is_theirs: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    heading: str
    turns: tuple[Turn, ...]


Section = Table | Paragraph | Talk


@dataclass(frozen=True, slots=True)
class Document:
    """What is printed."""

    title: str
    subtitle: str
    lines: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: str = ""

    def plain(self) -> dict[str, Any]:
        """Return it as JSON takes it, each section with its kind."""
        return {
            "title": self.title,
            "subtitle": self.subtitle,
            "lines": [list(line) for line in self.lines],
            "sections": [{"type": type(each).__name__.lower(), **asdict(each)} for each in self.sections],
            "footer": self.footer,
        }


@dataclass(frozen=True, slots=True)
class Enclosed:
    """An item of the bundle by its number; ``withheld`` says why it is not enclosed."""

    number: int
    item: Item
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Papers:
    """All that the papers of a bundle are made from."""

    summary: CaseSummary
    recipient: Recipient
    bundle_id: str
    made_at: datetime
    made_by: str
    fingerprint: str
    items: tuple[Enclosed, ...] = ()
    entries: tuple[Entry, ...] = ()

    def place_of(self, item_id: str) -> str:
        """Return the number under which an item is enclosed."""
        return next((f"{each.number:04}" for each in self.items if each.item.id == item_id), "")


def shown(moment: datetime | None) -> str:
    """Write a time as people in Japan read it.

    >>> shown(datetime(2026, 11, 24, 12, 0, tzinfo=JST))
    '2026年11月24日 12:00:00'
    """
    if moment is None:
        return UNKNOWN
    local = in_zone(moment, JST)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M:%S}"


def stamp(moment: datetime | None) -> str:
    """Write a time for a narrow column."""
    return UNKNOWN if moment is None else in_zone(moment, JST).replace(tzinfo=None).isoformat(" ", "seconds")


def money(payment: Payment) -> str:
    """Write an amount.

    >>> money(Payment(1234567, PaymentState.SENT))
    '1,234,567円'
    """
    return f"{payment.amount:,}円" if payment.currency == "JPY" else f"{payment.amount:,} {payment.currency}"


def total(payments: Sequence[Payment], *states: PaymentState) -> str:
    """Add up what has one of these states, each currency by itself."""
    sums: dict[str, int] = {}
    for each in payments:
        if each.state in states:
            sums[each.currency] = sums.get(each.currency, 0) + each.amount
    return "、".join(money(Payment(amount, states[0], currency=currency)) for currency, amount in sums.items())


def report(papers: Papers) -> Document:
    """Lay the report out for its recipient."""
    summary = papers.summary
    return Document(
        title="なりすまし・詐欺に関する報告書",
        subtitle=f"{papers.recipient.text.ja} 提出用　{summary.title}".strip(),
        lines=(
            ("案件番号", summary.number),
            ("作成日時（日本時間）", shown(papers.made_at)),
            ("作成者", papers.made_by),
            ("束の番号", papers.bundle_id),
        ),
        sections=(
            _first_answers(papers),
            *(made for make in ORDER[papers.recipient] if (made := make(papers)) is not None),
        ),
        footer=f"{summary.number}　{papers.bundle_id}",
    )


def _or_unknown(text: str) -> str:
    return text or UNKNOWN


def _destination(one: Destination) -> str:
    parts = (one.bank, one.branch, one.kind, one.number, f"名義 {one.holder}" if one.holder else "")
    return " ".join(filter(None, parts))


def _sent(papers: Papers) -> list[Payment]:
    return [each for each in papers.summary.payments if each.state is not PaymentState.ASKED]


def _destinations_text(papers: Papers) -> str:
    return "\n".join(map(_destination, papers.summary.destinations))


def _who(papers: Papers) -> str:
    lines = []
    for each in papers.summary.accounts:
        name = f"「{each.name}」" if each.name else ""
        claimed = f"（{each.claimed_person} を名乗る）" if each.claimed_person else ""
        lines.append(f"{each.platform} {each.account_id}{name}{claimed}")
    return "\n".join(lines)


def _when(papers: Papers) -> str:
    moments = [each.at for each in papers.summary.timeline]
    if not moments:
        return ""
    first, last = shown(min(moments)), shown(max(moments))
    return first if first == last else f"{first} から {last}"


def _reached(papers: Papers) -> str:
    one = papers.summary.contact
    return " ".join(filter(None, (one.organization, one.role, one.name, one.phone, one.email)))


def _victim(papers: Papers) -> str:
    one = papers.summary.victim
    return " ".join(filter(None, (one.organization, one.name, one.address, one.phone)))


def _lost(papers: Papers) -> str:
    payments = papers.summary.payments
    lost = total(payments, PaymentState.SENT)
    asked = total(payments, *PaymentState)
    return lost or (f"支払っていない（要求額 {asked}）" if asked else "")


def _paid_when(papers: Papers) -> str:
    return "\n".join(f"{shown(each.at)} {money(each)} {each.method}".rstrip() for each in _sent(papers))


def _paid_from(papers: Papers) -> str:
    return "\n".join(dict.fromkeys(each.paid_from for each in _sent(papers) if each.paid_from))


Answer = Callable[[Papers], str]
QUESTIONS: Mapping[Recipient, tuple[tuple[str, Answer], ...]] = {
    Recipient.POLICE: (
        ("いつ", _when),
        ("どこで（サービス）", lambda p: "、".join(dict.fromkeys(each.platform for each in p.summary.accounts))),
        ("誰が（相手）", _who),
        ("誰に（被害者）", _victim),
        ("何を", lambda p: p.summary.what),
        ("どのように", lambda p: p.summary.how),
        ("被害額", _lost),
        ("振込先口座", _destinations_text),
        ("連絡先（平日）", _reached),
    ),
    Recipient.BANK: (
        ("お願いしたいこと", lambda p: p.summary.asked),
        ("振込先口座", _destinations_text),
        ("振込の日時と金額", _paid_when),
        ("振込元", _paid_from),
        ("被害額", _lost),
        ("警察への届け出", lambda p: p.summary.police_number),
        ("何があったか", lambda p: p.summary.what),
        ("被害者", _victim),
        ("連絡先", _reached),
    ),
    Recipient.CONSUMER_CENTRE: (
        ("何があったか", lambda p: p.summary.what),
        ("相手", _who),
        ("支払ったか、いくらか", _lost),
        ("支払いの方法と日時", _paid_when),
        ("相談したいこと", lambda p: p.summary.asked),
        ("相談する人", _victim),
        ("連絡先", _reached),
    ),
    Recipient.LAWYER: (
        ("当事者（被害者）", _victim),
        ("相手（判明分）", _who),
        ("事実の概要", lambda p: p.summary.what),
        ("被害額", _lost),
        ("振込先口座", _destinations_text),
        ("お願いしたいこと", lambda p: p.summary.asked),
        ("連絡先", _reached),
    ),
}


def _first_answers(papers: Papers) -> Table:
    rows = tuple((question, _or_unknown(answer(papers))) for question, answer in QUESTIONS[papers.recipient])
    return Table("最初にお伝えすること", ("項目", "内容"), rows, (1, 3))


def _timeline(papers: Papers) -> Section | None:
    rows = tuple(
        (stamp(each.at), each.who, each.what, papers.place_of(each.item))
        for each in sorted(papers.summary.timeline, key=lambda each: each.at)
    )
    return Table("経過（日本時間）", ("日時", "誰が", "何をした", "証拠"), rows, (5, 4, 10, 2)) if rows else None


def _accounts(papers: Papers) -> Section | None:
    rows = tuple(
        (
            each.platform,
            "\n".join(filter(None, (each.account_id, each.url))) or UNKNOWN,
            "\n".join(filter(None, (each.name, each.organization))),
            each.claimed_person,
            stamp(each.first_seen),
            each.note,
        )
        for each in papers.summary.accounts
    )
    columns = ("サービス", "ID・URL", "表示名", "名乗った人物", "初めて見た日時", "備考")
    return Table("使われたアカウント", columns, rows, (3, 5, 4, 4, 4, 4)) if rows else None


def _destinations(papers: Papers) -> Section | None:
    rows = tuple(
        (str(at), each.bank, each.branch, each.kind, each.number, each.holder, each.note)
        for at, each in enumerate(papers.summary.destinations, 1)
    )
    columns = ("", "金融機関", "支店", "種別", "口座番号", "名義", "備考")
    note = "口座の名義人が関与しているとは限りません。"
    return Table("振込先口座", columns, rows, (1, 4, 3, 2, 3, 4, 4), note) if rows else None


def _payments(papers: Papers) -> Section | None:
    rows = tuple(
        (
            stamp(each.at),
            money(each),
            each.state.text.ja,
            each.method,
            str(each.destination) if each.destination else UNKNOWN,
            each.paid_from,
            each.proof,
        )
        for each in papers.summary.payments
    )
    columns = ("日時", "金額", "状態", "方法", "振込先", "振込元", "事実の分かる資料")
    return Table("支払いと要求", columns, rows, (4, 4, 4, 3, 2, 4, 4)) if rows else None


def _done(papers: Papers) -> Section | None:
    rows = tuple((stamp(each.at), each.who, each.what) for each in papers.summary.done)
    return Table("これまでの対応", ("日時", "誰が", "内容"), rows, (5, 4, 12)) if rows else None


def _why(papers: Papers) -> Section | None:
    reasons = "\n".join(f"・{each}" for each in papers.summary.reasons)
    return Paragraph("なりすましと判断した理由", reasons) if reasons else None


def _asked(papers: Papers) -> Section | None:
    return Paragraph("お願いしたいこと", papers.summary.asked) if papers.summary.asked else None


KIND_WORDS = {
    Kind.MESSAGE: "メッセージ",
    Kind.CONVERSATION: "会話",
    Kind.PROFILE: "プロフィール",
    Kind.AVATAR: "プロフィール画像",
    Kind.PAYLOAD: "サービスの応答（原本）",
    Kind.MAIL: "メール（原本）",
    Kind.FILE: "ファイル",
    Kind.SCREENSHOT: "画面の写し",
    Kind.RENDERING: "読みやすくした写し",
    Kind.NOTE: "記録",
}
METHOD_WORDS = {
    Method.API: "サービスから直接取得",
    Method.UPLOAD: "本人からの提出（申告）",
    Method.STAFF: "担当者の記録",
    Method.DERIVED: "原本から作成",
}


def _evidence(papers: Papers) -> Section | None:
    rows = tuple(
        (
            f"{each.number:04}",
            KIND_WORDS[each.item.kind],
            each.item.file_name,
            f"{METHOD_WORDS[each.item.method]}\n{each.item.captured_by}",
            stamp(each.item.captured_at),
            f"含めていない：{each.withheld}" if each.withheld else " ".join(_groups(each.item.sha256)),
        )
        for each in papers.items
    )
    columns = ("番号", "種類", "名前", "取得の方法と者", "取得の日時", "SHA-256")
    note = "番号は data/items/ の中のフォルダの番号です。提出された画面の写しは申告であり、サービスから直接取得したものの方が確かです。"
    return Table("証拠の一覧", columns, rows, (2, 3, 4, 4, 4, 6), note) if rows else None


def _groups(digest: str) -> list[str]:
    return [digest[at : at + 8] for at in range(0, len(digest), 8)]


CUSTODY_SHOWN = 300


def _custody(papers: Papers) -> Section | None:
    acts = [each for each in papers.entries if each.act is not Act.CAPTURED]
    rows = tuple(
        (stamp(each.at), each.by, each.act.text.ja, papers.place_of(each.item), detail_text(each))
        for each in acts[-CUSTODY_SHOWN:]
    )
    note = "全件は data/log/events.jsonl にあります。" if len(acts) > CUSTODY_SHOWN else ""
    columns = ("日時", "誰が", "何をした", "証拠", "詳細")
    return Table("取り扱いの記録", columns, rows, (5, 4, 3, 2, 7), note) if rows else None


def detail_text(entry: Entry) -> str:
    """Write the details of an entry that people ask for."""
    words = {"to": "相手", "reason": "理由", "purpose": "目的", "how": "方法", "into": "編入先", "bundle": "束"}
    detail = entry.detail
    return "　".join(f"{word}：{detail[name]}" for name, word in words.items() if detail.get(name))


def _authenticity(papers: Papers) -> Section:
    return Paragraph(
        "この束が変えられていないことの確かめかた",
        "同じ束にある VERIFY.txt の手順で、どのファイルも書き出した後に変えられていないことを確かめられます。"
        f"署名に使った鍵の指紋は次のとおりです。電話などで発行元に確かめてください。\n{papers.fingerprint}\n"
        "改ざんは見つけられますが、防げるわけではありません。データベースと鍵の両方を持つ者は、"
        "外部に控えられた先頭値より後の記録を作り直せます。",
    )


Make = Callable[[Papers], Section | None]
ORDER: Mapping[Recipient, tuple[Make, ...]] = {
    Recipient.POLICE: (_timeline, _accounts, _destinations, _payments, _evidence, _done, _why, _custody, _authenticity),
    Recipient.BANK: (_destinations, _payments, _timeline, _done, _accounts, _why, _evidence, _custody, _authenticity),
    Recipient.CONSUMER_CENTRE: (
        _timeline, _payments, _accounts, _destinations, _done, _why, _evidence, _custody, _authenticity,
    ),
    Recipient.LAWYER: (
        _timeline, _accounts, _payments, _destinations, _evidence, _custody, _done, _why, _asked, _authenticity,
    ),
}  # fmt: skip


# ---- for programs


def report_json(papers: Papers) -> bytes:
    """Write what the report says for programs."""
    return canonical(
        {
            "honnin_report": 1,
            "bundle": papers.bundle_id,
            "for": papers.recipient.value,
            "made_at": written_time(papers.made_at),
            "made_by": papers.made_by,
            "case": _plain(asdict(papers.summary)),
            "items": [
                {
                    "number": each.number,
                    "id": each.item.id,
                    "kind": each.item.kind.value,
                    "method": each.item.method.value,
                    "sha256": each.item.sha256,
                    "size": each.item.size,
                    "withheld": each.withheld,
                }
                for each in papers.items
            ],
        }
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return written_time(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def timeline_csv(papers: Papers) -> bytes:
    """Write the timeline for a spreadsheet: with a mark so that Excel reads it as UTF-8, and without formulas."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(["日時（日本時間）", "種別", "誰が", "何をした", "証拠の番号"])
    for each in sorted((*papers.summary.timeline, *papers.summary.done), key=lambda each: each.at):
        place = papers.place_of(each.item)
        row = (stamp(each.at), each.kind, each.who, each.what, place)
        writer.writerow([plain_cell(cell) for cell in row])
    return b"\xef\xbb\xbf" + written.getvalue().encode("utf-8", "replace")


# ---- a conversation on paper


def conversation(title: str, turns: Sequence[Turn], *, item: Item, made_at: datetime) -> Document:
    """Lay a conversation out as it can be read; the original stays the evidence."""
    return Document(
        title="会話の写し",
        subtitle=title,
        lines=(
            ("原本のSHA-256", " ".join(_groups(item.sha256))),
            ("原本を取得した日時", shown(item.captured_at)),
            ("写しを作った日時", shown(made_at)),
        ),
        sections=(Talk("会話", tuple(turns)),),
        footer=item.id,
    )
