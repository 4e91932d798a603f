"""The demo: an invented organisation, what it received lately, and an attack that can be watched as it unfolds."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import yaml

from honnin.app.contract import event_from_json
from honnin.app.ports import DirectoryStore, RelationshipStore
from honnin.app.screen import EVERYONE, ScreeningDesk, watch_key
from honnin.model import Event, Person

SOURCE = "demo"


class Demo:
    """The demo's data, as it stands at a given moment."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    @classmethod
    def load(cls) -> Demo:
        """The demo that comes with the product."""
        return cls(yaml.safe_load((files("honnin.app") / "data" / "demo.yaml").read_text("utf-8")))

    def people(self) -> tuple[Person, ...]:
        return event_from_json({"id": "directory", "text": "", "directory": self._data["directory"]}).directory

    def events(self, now: datetime) -> Iterator[Event]:
        """What the organisation received in the last two days, oldest first."""
        for row in sorted(self._data["events"], key=lambda row: -row["minutes_ago"]):
            yield replace(event_from_json(row), sent_at=now - timedelta(minutes=row["minutes_ago"]))

    def attack(self, run: str) -> Iterator[Event]:
        """The messages of the scripted attack; ``run`` keeps the ids of one showing apart from those of another."""
        script = self._data["attack"]
        for number, text in enumerate(script["messages"], start=1):
            shared = {key: script[key] for key in ("channel", "sender", "recipient")}
            yield event_from_json({"id": f"{self.conversation(run)}-{number:02}", "text": text, **shared})

    def conversation(self, run: str) -> str:
        return f"{self._data['attack']['conversation']}-{run}"

    def remember(self, relationships: RelationshipStore, now: datetime) -> None:
        """Let the organisation have a past: who has been writing to whom, and since when anyone counts."""
        began = now - timedelta(days=self._data["watched_days"])
        for row in self._data["relationships"]:
            platform = row["account"].partition(":")[0]
            first = now - timedelta(days=row["days"])
            for other in (f"{platform}:{row['other']}", EVERYONE):
                relationships.record(row["account"], other, at=first, messages=row["messages"] - 1)
                relationships.record(row["account"], other, at=now - timedelta(days=3))
            relationships.record(watch_key(platform), EVERYONE, at=began)
        relationships.record(watch_key(""), EVERYONE, at=began)


def settle_in(desk: ScreeningDesk, demo: Demo, directory: DirectoryStore, relationships: RelationshipStore) -> None:
    """Fill an empty installation with the demo organisation and its mail of the last days."""
    now = desk.now()
    directory.upsert(demo.people())
    demo.remember(relationships, now)
    for event in demo.events(now):
        desk.receive(event, source=SOURCE, at=event.sent_at)


def play(desk: ScreeningDesk, demo: Demo, *, run: str, first_pause: float, pause: float, stop: threading.Event) -> None:
    """Let the attack come in message by message, ``pause`` seconds apart, until it is over or stopped."""
    conversation = demo.conversation(run)
    for number, event in enumerate(demo.attack(run)):
        if stop.wait(pause if number else first_pause):
            return
        desk.receive(replace(event, sent_at=desk.now()), source=SOURCE, conversation=conversation)
