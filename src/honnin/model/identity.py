"""Who an account claims to be, and how sure we are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from honnin.model.event import Person
from honnin.model.text import Text


class Judgement(StrEnum):
    SAME = "same"
    NOT_SAME = "not_same"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class FeatureScore:
    """One comparison: how much it says, the two values compared, and a sentence."""

    name: str
    score: float
    claimed: str
    known: str
    reason: Text


@dataclass(frozen=True, slots=True)
class IdentityMatch:
    """The claim "this account is that person".

    ``score`` (0..1) says how surely the account *claims to be* the person; ``verified`` is True where the account is one
    of the person's verified accounts, False where the person has verified accounts of that platform and this is none of
    them, None where we cannot tell.
    """

    person: Person
    score: float
    judgement: Judgement
    features: tuple[FeatureScore, ...] = ()
    verified: bool | None = None
    known_account: str = ""
