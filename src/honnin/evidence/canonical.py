"""One way to write a value down, so that its bytes can be hashed, signed and compared years later."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from honnin.model.clock import in_zone


def canonical(value: Any) -> bytes:
    r"""Write a value as JSON that always has the same bytes: keys sorted, no blanks, UTF-8, half characters replaced.

    >>> canonical({"b": 1, "a": "口座"}).decode()
    '{"a":"口座","b":1}'
    >>> canonical("\ud800x").decode()
    '"?x"'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace")


def written_time(moment: datetime) -> str:
    """Write a time in UTC, always with the same digits.

    >>> written_time(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    '2026-11-24T03:00:00.000000Z'
    """
    if moment.tzinfo is None:
        raise ValueError("a time to keep needs its zone")
    return in_zone(moment, UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def read_time(text: str) -> datetime:
    return datetime.fromisoformat(text)
