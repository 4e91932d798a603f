"""A verdict as a person reads it in a terminal: how serious, why, what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from honnin.model import Level, OpinionOutcome, SecondOpinion, Signal, Stage, Text, Verdict
from honnin.model.text import Language

LEVELS = {
    Level.OK: Text(
        "気になる点は見つかりませんでした。本人である証明ではありません。",
        "Nothing was found. This does not prove that it is really them.",
    ),
    Level.NOTICE: Text("念のため確認", "Worth a check"),
    Level.CAUTION: Text(
        "注意：進める前に、別の方法で本人に確かめてください", "Caution: check with the person another way first"
    ),
    Level.DANGER: Text("危険：なりすましの疑いが強い連絡です", "Danger: very probably impersonation"),
}
STAGES = {
    Stage.NONE: Text("", ""),
    Stage.CONTACT: Text("接触", "making contact"),
    Stage.PROBE: Text("様子うかがい", "probing"),
    Stage.ISOLATE: Text("ほかの人から引き離す", "isolating"),
    Stage.MOVE: Text("別の場所へ誘う", "moving elsewhere"),
    Stage.ASK: Text("要求", "asking"),
    Stage.PUSH: Text("催促", "pressing"),
    Stage.THANK: Text("お礼", "thanking"),
}
NOW = Text("いま注意する理由", "Why now")
WHY = Text("見つかったこと", "What was found")
LINKS = Text("リンク", "Links")
NEXT = Text("次にすること", "What to do next")
REACHED = Text("手口の段階", "Stage of the script")
SECOND = Text("二つめの読み取り", "Second opinion")
HEARD = {
    OpinionOutcome.RAISED: Text(
        "ほかの読み手の意見も聞き、レベルを {before} から上げています。機械の読みなので、誤ることもあります。",
        "Another reader was asked too, and the level was raised from {before}. It is a machine's reading and can be wrong.",
    ),
    OpinionOutcome.EXPLAINED: Text(
        "ほかの読み手の意見も聞き、気になる点を加えています。レベルは変わっていません。",
        "Another reader was asked too, and points were added. The level is the same.",
    ),
    OpinionOutcome.NOTHING_ADDED: Text(
        "ほかの読み手の意見も聞きましたが、加わったことはありません。",
        "Another reader was asked too, and added nothing.",
    ),
    OpinionOutcome.UNANSWERED: Text(
        "ほかの読み手にも尋ねましたが、使える答えがなかったため、結果には加えていません。",
        "Another reader was asked too, but gave no usable answer; the result stands without it.",
    ),
}
MORE = Text("ほか{more}件", "and {more} more")
LONGEST_QUOTE = 120
MOST_SIGNALS = 5
"""The gravest findings are enough to act on; all of them stand in the inbox and in the JSON."""


def describe(verdict: Verdict, language: Language) -> str:
    """The whole verdict in one language, without control characters a terminal would obey."""
    parts = [f"[{verdict.level.value}] {LEVELS[verdict.level].in_language(language)}"]
    if verdict.level is not Level.OK and verdict.stage is not Stage.NONE:
        parts.append(f"{REACHED.in_language(language)}: {STAGES[verdict.stage].in_language(language)}")
    if verdict.why_now is not None:
        parts.append(f"{NOW.in_language(language)}: {printable(verdict.why_now.in_language(language))}")
    if verdict.signals:
        parts += _found(verdict.signals, language)
    if verdict.second_opinion is not None:
        parts.append(f"\n{SECOND.in_language(language)}\n  {heard(verdict.second_opinion, language)}")
    if verdict.links:
        parts.append(f"\n{LINKS.in_language(language)}")
        for link in verdict.links:
            parts.append(f"  - {printable(link.url)} [{link.level.value}]")
            parts.extend(f"    {reason.text.in_language(language)}" for reason in link.reasons)
    if verdict.actions:
        parts.append(f"\n{NEXT.in_language(language)}")
        parts.extend(f"  {n}. {action.text.in_language(language)}" for n, action in enumerate(verdict.actions, start=1))
    return "\n".join(parts)


def _found(signals: Sequence[Signal], language: Language) -> Iterator[str]:
    yield f"\n{WHY.in_language(language)}"
    for signal in signals[:MOST_SIGNALS]:
        yield f"  - {signal.reason.in_language(language)}"
        if signal.quote:
            yield f"    {quoted(signal.quote)}"
    more = len(signals) - MOST_SIGNALS
    if more > 0:
        yield f"  {MORE.in_language(language).format(more=more)}"


def heard(opinion: SecondOpinion, language: Language) -> str:
    """What a second opinion did, in one sentence."""
    return HEARD[opinion.outcome].in_language(language).format(before=f"[{opinion.level_without.value}]")


def quoted(words: str) -> str:
    r"""Words of a message on one line.

    >>> quoted("至急\n振込")
    '「至急 振込」'
    """
    shown = " ".join(printable(words).split())
    return f"「{shown[:LONGEST_QUOTE]}{'…' if len(shown) > LONGEST_QUOTE else ''}」"


def printable(text: str) -> str:
    """Text from outside without anything that steers a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
