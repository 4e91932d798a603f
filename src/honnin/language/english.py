"""Clause groups and moods of English, read from the order and the helpers of each sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from honnin.language.clauses import Mood, Unit, sentences

_STOP = re.compile(
    r"[.!?]+(?=[\s\"')\]]|$)|\n\s*\n|;|\n(?=[\W\d])|(?<=[:,])\n(?=[A-Z])|\bbut\b|\bbecause\b"
    # an order not to do something is a clause of its own: "buy four, don't say what for"
    r"|,\s*(?=(?:and |so |please |pls |just )?(?:don't|do not|dont|never)\b)|\band\s+(?=(?:please )?(?:don't|do not|dont|never)\b)",
    re.IGNORECASE,
)
_VERBS = (
    "send|reply|respond|click|tap|follow|visit|call|text|email|e-mail|contact|confirm|verify|update|provide|pay|wire|transfer|"
    "remit|buy|purchase|get|open|download|review|sign|log|login|enter|complete|fill|create|add|invite|make|set|install|forward|"
    "share|keep|do|go|process|settle|scratch|take|give|tell|write|submit|attach|check|see|view|read|accept|approve|join|use|"
    "pop|drop|snap|grab|pick|bring|put|push|move|swap|key|run|shift|change|text|message|ping|dm|txt|type|press|scan|start|"
    "raise|cover|front|advance|load|peel|uncover|photograph|screenshot|select|choose|authorise|authorize|execute|clone|"
    "ring|dial|phone|mail|come|disregard|delete|clear|lodge|deposit|hand|gimme|zelle|venmo|wire|raise|arrange|issue|nip|quote|furnish|"
    "revert|point|look|place|leave|keep|repeat|initiate|disburse|update|begin|enable|allow|"
    "act|claim|redeem|reactivate|re-activate|restore|validate|unlock|upgrade|login|sign|return|release|help|let|ensure|ask|hit"
)
_REQUEST = re.compile(
    r"\b(?:please|kindly|pls|plz|(?:could|can|would|will) (?:you|u|one of you|someone|somebody|anyone|the two of you)|mind (?:\w+ing)|do the needful|be (?:so kind|kind enough|grateful)|appreciate if|if you (?:could|would|can)|i(?:'d| would) ask|(?:i'm|i am|im) asking|may you|need you|want you|like you to|you (?:must|should|need to|"
    r"have to|are required|can|may|are (?:to|advised))|required to|make sure|be sure to|ask you to|asking you|let me know|let's|i need|we need|i require|we require|"
    r"i want|urge you|advise[ds]? (?:you )?to|is required|are you able|in order to|requires? you|must|i seek|needed|do not hesitate|(?:we|i)(?:'d| would) (?:like|appreciate|love)|"
    r"i will (?:like|need)|to (?:confirm|verify|re-?activate|restore|claim|continue|avoid|unlock|redeem|view|receive|resolve|update))\b"
)
_IMPERATIVE = re.compile(
    rf"(?:^|[,:\-–]\s*|\b(?:and|then|or|so|now|just|also|simply|to [^,.]{{1,60}},)\s+)(?:{_VERBS})\b(?!\s*(?:ed|ing)\b)"
)
_QUESTION = re.compile(
    r"^\W*(?:hi|hello|hey|dear \w+)?\W*(?:are|do|did|is|can|could|may|have|has|will|would|what|what's|where|when|how|who)\s+(?:you|i|we|it|the|your|is|are|much|many|there)\b"
)
_DENIED = re.compile(
    r"\b(?:don't|do not|dont|never|no need|needn't|need not|not (?:required|necessary|need)|won't|will not|did not|didn't|cannot|can't|cant|won't|doesn't|does not|doesnt|didnt|isn't|is not|are not|haven't|have not)\b"
)
_PROHIBIT = re.compile(r"\b(?:don't|do not|dont|never|avoid|refrain)\b")
_DONE = re.compile(
    r"\b(?:have|has|had|was|were|been|already|i|we|you|they|he|she)\s+(?:already\s+|been\s+|just\s+|successfully\s+)?"
    r"(?:sent|paid|transferred|wired|processed|completed|received|made|updated|changed|reset|created|approved|settled|bought|purchased|added)\b"
)
_REPORTED = re.compile(
    r"\b(?:(?:he|she|they|who|caller|message|e?-?mail|text|letter|voice|someone|somebody|guy|man|lady|woman) "
    r"(?:said|says|saying|asked|told|tells|wanted)|it (?:said|says)|saying|asking (?:me|us|for my|people|customers|staff)|asked (?:me|us)|told (?:me|us)|wrote|claims? to be|claiming|pretend\w*|someone (?:is|was|called)|scammers?|fraudsters?|crooks?)\b"
)


def units(text: str, wanted: list[tuple[int, int]]) -> Iterator[Unit]:
    """Yield the units of lower-cased text in which one of the wanted (start, end) stretches stands, in order."""
    position = 0
    for start, end in sentences(text, _STOP):
        while position < len(wanted) and wanted[position][0] < start:
            position += 1
        if position < len(wanted) and wanted[position][0] < end:
            yield Unit(start, end, _mood(text[start:end], asks=text[end : end + 1] == "?"))


def _mood(sentence: str, *, asks: bool) -> int:
    words = sentence.strip()
    mood = Mood.QUESTION if asks or _QUESTION.match(words) else Mood.PLAIN
    if _REPORTED.search(words):
        mood |= Mood.REPORTED
    if _PROHIBIT.search(words) and "hesitate" not in words:
        return mood | Mood.PROHIBIT
    if _DENIED.search(words) and not asks:
        mood |= Mood.NEGATED
    if _REQUEST.search(words) or _IMPERATIVE.search(words):
        mood |= Mood.REQUEST
    elif _DONE.search(words):
        mood |= Mood.DONE
    return mood
