"""What is odd about a link, said without opening it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from honnin.model.text import Text


class LinkLevel(StrEnum):
    """What can be said of a link; "official" and "popular" speak of the domain only. There is no "safe"."""

    DANGER = "danger"
    SUSPICIOUS = "suspicious"
    UNKNOWN = "unknown"
    POPULAR = "popular"
    OFFICIAL = "official"


@dataclass(frozen=True, slots=True)
class LinkReason:
    id: str
    weight: float
    text: Text


@dataclass(frozen=True, slots=True)
class LinkCheck:
    """``url`` as written, ``host`` as a browser would open it, ``domain`` registrable, ``official`` the address to use instead."""

    url: str
    host: str
    domain: str
    level: LinkLevel
    score: float
    reasons: tuple[LinkReason, ...] = ()
    brand: str = ""
    official: str = ""
    start: int = 0
    end: int = 0
    turn: int = 0
