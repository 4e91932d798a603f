"""The entries of the log: what was done with evidence, when, by whom. An entry is never changed and never taken out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from honnin.evidence.canonical import canonical, read_time, written_time
from honnin.evidence.merkle import leaf_hash
from honnin.model import Text


class Act(StrEnum):
    """What was done."""

    CAPTURED = "captured"
    VIEWED = "viewed"
    EXPORTED = "exported"
    TRANSFERRED = "transferred"
    DISCLOSED = "disclosed"
    REDACTED = "redacted"
    FILED = "filed"
    """The folder now belongs to another one as well: a report to its case, a case to the one it was merged into."""
    HELD = "held"
    RELEASED = "released"
    ERASED = "erased"

    @property
    def text(self) -> Text:
        return _ACTS[self]


_ACTS = {
    Act.CAPTURED: Text("保全", "captured"),
    Act.VIEWED: Text("閲覧", "viewed"),
    Act.EXPORTED: Text("書き出し", "exported"),
    Act.TRANSFERRED: Text("引き渡し", "handed over"),
    Act.DISCLOSED: Text("開示", "disclosed"),
    Act.REDACTED: Text("墨消し", "redacted"),
    Act.FILED: Text("案件へ編入", "filed into a case"),
    Act.HELD: Text("保存の指定", "put on hold"),
    Act.RELEASED: Text("保存の解除", "released from hold"),
    Act.ERASED: Text("消去", "erased"),
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is to be entered into the log; the place in it is not known yet."""

    folder: str
    act: Act
    item: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry.

    ``index`` counts the whole log from 0; ``number`` counts those of its folder from 1, and ``before`` is the hash of the one
    before it there, so that none can be left out unseen. ``salt`` keeps people who see a neighbour's proof from guessing.
    """

    index: int
    folder: str
    number: int
    before: str
    at: datetime
    by: str
    act: Act
    item: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    salt: str = ""

    def written(self) -> bytes:
        return canonical(
            {
                "honnin_entry": 1,
                "index": self.index,
                "folder": self.folder,
                "number": self.number,
                "before": self.before,
                "at": written_time(self.at),
                "by": self.by,
                "act": self.act.value,
                "item": self.item,
                "detail": dict(self.detail),
                "salt": self.salt,
            }
        )

    @property
    def hash(self) -> bytes:
        """The hash by which it stands in the tree."""
        return leaf_hash(self.written())

    @classmethod
    def read(cls, data: bytes) -> Entry:
        row = json.loads(data)
        return cls(
            index=row["index"],
            folder=row["folder"],
            number=row["number"],
            before=row["before"],
            at=read_time(row["at"]),
            by=row["by"],
            act=Act(row["act"]),
            item=row["item"],
            detail=row["detail"],
            salt=row["salt"],
        )
