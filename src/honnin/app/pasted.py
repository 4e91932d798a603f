"""A conversation as people paste it: from LINE, Chatwork, Slack, Teams, or typed as "name: words"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from honnin.model import Turn

LONGEST_NAME = 40

_TIME = r"(?:午前|午後|AM|PM)?\s?\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AP]M)?"
_LINE_EXPORT = re.compile(rf"\[?{_TIME}\]?\t(?P<who>[^\t]{{1,{LONGEST_NAME}}})\t(?P<text>.*)")
_TIME_FIRST = re.compile(rf"\[?{_TIME}\]?\s+(?P<who>[^\s:：]{{1,{LONGEST_NAME}}})[ \u3000](?P<text>\S.*)")
_BRACKET_TIME = re.compile(
    rf"\[(?:\d{{4}}[/.-]\d{{1,2}}[/.-]\d{{1,2}},?\s)?{_TIME}\]\s*(?P<who>[^:：]{{1,{LONGEST_NAME}}})[:：]\s?(?P<text>.*)"
)
_NAMED = re.compile(rf"(?P<who>[^:：\t/]{{1,{LONGEST_NAME}}})[:：](?!//)\s?(?P<text>.*)")
_HEADING = re.compile(
    rf"(?P<who>\S[^\t:：]{{0,{LONGEST_NAME - 1}}}?)\s+\[?(?:\d{{4}}年\d{{1,2}}月\d{{1,2}}日\s*|\d{{1,2}}月\d{{1,2}}日\s*)?{_TIME}\]?"
)
_DATE = re.compile(r"(?:-+\s*)?\d{4}\s?[/.年-]\s?\d{1,2}\s?[/.月-]\s?\d{1,2}日?\s*(?:[(（]?.曜?日?[)）]?)?(?:\s*-+)?")
_NOT_A_NAME = re.compile(
    r"[\d\s]*|https?|件名|日時|場所|時間|住所|電話|TEL|FAX|URL|To|From|Subject|Re|注意?|追伸|PS|P\.S\.?", re.IGNORECASE
)
SENDER = "sender"


@dataclass(slots=True)
class _Said:
    who: str
    lines: list[str]


def turns_from(pasted: str, examined: str = "") -> tuple[Turn, ...]:
    r"""Cut a pasted conversation into its turns; empty where it does not look like one.

    ``examined`` is the name of the account to examine, as it stands in the conversation.

    >>> [turn.who for turn in turns_from("山本: いま社内ですか\n私: はい\n山本: 助かります", "山本")]
    ['sender', '私', 'sender']
    """
    lines = pasted.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    said = max((_cut(lines, shapes) for shapes in _READINGS), key=len)
    if len(said) < 2:
        return ()
    wanted = _folded(examined)
    return tuple(
        Turn(text="\n".join(each.lines).strip(), who=SENDER if wanted and _folded(each.who) == wanted else each.who)
        for each in said
    )


_READINGS = ((_LINE_EXPORT,), (_BRACKET_TIME,), (_HEADING,), (_NAMED,), (_TIME_FIRST,))
"""How conversations look; the one under which most turns appear is taken, the earlier one where two are equal."""


def _cut(lines: list[str], shapes: tuple[re.Pattern[str], ...]) -> list[_Said]:
    said: list[_Said] = []
    for line in lines:
        found = _begins(line, shapes)
        if found is not None:
            said.append(found)
        elif said and not _DATE.fullmatch(line.strip()):
            said[-1].lines.append(line)
    return said


def _begins(line: str, shapes: tuple[re.Pattern[str], ...]) -> _Said | None:
    if len(line) > 20_000:  # a wall of words, not the beginning of a turn
        return None
    for shape in shapes:
        match = shape.fullmatch(line.strip())
        if match and not _NOT_A_NAME.fullmatch(match["who"].strip()):
            text = match.groupdict().get("text")
            return _Said(match["who"].strip(), [] if text is None else [text])
    return None


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def speakers(turns: tuple[Turn, ...]) -> Iterator[str]:
    """Name who speaks, in order of appearance."""
    yield from dict.fromkeys(turn.who for turn in turns if turn.who)
