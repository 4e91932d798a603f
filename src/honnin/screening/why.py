"""Why a conversation became an alert with just this turn: what came before, and what has now been added."""

from __future__ import annotations

from honnin.model import Evidence, Facts, Stage, Text
from honnin.screening.facts import BEFORE

STEPS = {
    Stage.CONTACT: Text("近づくための連絡", "a way in"),
    Stage.PROBE: Text("様子をうかがう声かけ", "a question that tests the water"),
    Stage.ISOLATE: Text("電話や相談から遠ざける言葉", "words that keep others out"),
    Stage.MOVE: Text("別の場所やグループへの誘い", "a move to another place or group"),
    Stage.ASK: Text("お金や情報にかかわる頼み", "a request for money or data"),
    Stage.PUSH: Text("催促", "pressing"),
    Stage.THANK: Text("お礼", "thanks"),
}
MOST_EARLIER = 2
LONGEST = 40


def why_now(facts: Facts, turn: int) -> Text | None:
    """Say what the turn added to which earlier steps of the script, or None where it came alone.

    >>> facts = Facts({"stage:probe": (Evidence("今どこ?", 0),), "stage:move": (Evidence("部屋を作って", 2),)})
    >>> why_now(facts, 2).en
    'After “今どこ?” (a question that tests the water) now comes “部屋を作って” (a move to another place or group). Impersonation often goes in this order.'
    """
    taken = [(stage, facts.atoms[atom][0]) for stage in STEPS if facts.atoms.get(atom := f"stage:{stage.value}")]
    earlier = [step for step in taken if 0 <= step[1].turn < turn or step[1].turn <= BEFORE][-MOST_EARLIER:]
    added = [step for step in taken if step[1].turn == turn]
    if not earlier or not added:
        return None
    return Text(
        f"{_told(earlier, 'ja', '、')}に続いて、{_told(added, 'ja', '、')}が出てきました。この順番は、なりすましでよく見られます。",
        f"After {_told(earlier, 'en', ' and ')} now comes {_told(added, 'en', ' and ')}. "
        "Impersonation often goes in this order.",
    )


def _told(steps: list[tuple[Stage, Evidence]], language: str, joint: str) -> str:
    ja = language == "ja"
    return joint.join(
        f"「{_short(found.quote)}」（{STEPS[stage].ja}）" if ja else f"“{_short(found.quote)}” ({STEPS[stage].en})"
        for stage, found in steps
    )


def _short(quote: str) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
