"""What was written so that a reader would not see it, or a filter would not read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HiddenKind = Literal["zero_width", "bidi", "tag", "homoglyph", "split_letters", "combining", "surrogate", "control"]


@dataclass(frozen=True, slots=True)
class Hidden:
    """One suspicious piece of a text: where it stands in the original (end exclusive) and a short way to show it."""

    kind: HiddenKind
    start: int
    end: int
    shown: str
