"""Conversations as people read them: made from the original as it was sealed, and sealed beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from honnin.app.locker import Locker
from honnin.evidence.document import Turn, stamp
from honnin.evidence.item import Item, Kind, Method

MOST_TURNS = 2_000
LONGEST_TURN = 20_000


def make_readable(locker: Locker, folder: str, *, by: str) -> int:
    """Seal a readable copy (PDF) of each conversation of a folder that has none yet, and count them."""
    items = locker.items(folder)
    done = {item.parent for item in items if item.kind is Kind.RENDERING}
    made = 0
    for item in items:
        if item.kind is not Kind.CONVERSATION or item.method is Method.DERIVED or item.sha256 in done:
            continue
        content = locker.store.content(item.sha256)
        if content is not None and (turns := turns_of(content)):
            locker.render(item.id, _title(item), turns, by=by)
            made += 1
    return made


def _title(item: Item) -> str:
    return " ".join(filter(None, (item.source.platform, item.source.room or item.source.account)))


def turns_of(content: bytes) -> list[Turn]:
    """Read the turns of a conversation as events of ours hold them; empty where it is something else.

    >>> [turn.text for turn in turns_of(b'[{"text": "a"}, {"turns": [{"who": "sender", "text": "b"}]}]')]
    ['a', 'b']
    """
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        return []
    events = read if isinstance(read, list) else [read]
    return [turn for event in events if isinstance(event, Mapping) for turn in _turns(event)][:MOST_TURNS]


def _turns(event: Mapping[str, Any]) -> Iterator[Turn]:
    sender = event.get("sender")
    account = sender if isinstance(sender, Mapping) else {}
    name = _text(account.get("name")) or _text(account.get("account_id"))
    turns = event.get("turns")
    for turn in turns if isinstance(turns, list) else []:
        if isinstance(turn, Mapping) and (words := _text(turn.get("text"))):
            who = _text(turn.get("who"))
            is_theirs = who == "sender"
            yield Turn(name if is_theirs and name else who, words, _when(turn.get("sent_at")), is_theirs)
    words = "\n".join(filter(None, (_text(event.get("subject")), _text(event.get("text")))))
    if not turns and words:
        yield Turn(name, words, _when(event.get("sent_at") or event.get("received_at")), is_theirs=True)


def _text(value: Any) -> str:
    return value[:LONGEST_TURN] if isinstance(value, str) else ""


def _when(value: Any) -> str:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        return _text(value)[:40]
    return stamp(moment) if moment.tzinfo else moment.isoformat(" ", "seconds")
