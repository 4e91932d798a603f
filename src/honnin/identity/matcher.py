"""Who an account claims to be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from honnin.identity.claim import Claimed, claimed_by
from honnin.identity.directory import Directory
from honnin.identity.features import AGAINST, FEATURES, START, Pair
from honnin.identity.introduction import introductions
from honnin.identity.profile import profile_of
from honnin.model.event import Account, Person
from honnin.model.identity import FeatureScore, IdentityMatch, Judgement

SAME_FROM = 0.85
NOT_SAME_TO = 0.15
CLAIMED_FROM = 0.25
"""Below this an account is not said to claim to be anybody of the directory."""

_MOST_CLAIMS = 8
_LONGEST_BIO = 400


def compare(account: Account, person: Person) -> IdentityMatch:
    """Say how surely an account claims to be a person, and why.

    >>> compare(Account(name="【公式】山田太郎"), Person("山田 太郎")).judgement
    <Judgement.SAME: 'same'>
    """
    return max((_compared(claimed, person) for claimed in _all_claims(account)), key=lambda found: found.score)


def _all_claims(account: Account, claims: Sequence[str] = ()) -> list[Claimed]:
    """The display name, the names by which the profile text introduces its owner, and those given in ``claims``."""
    said = [*_said_in(account.bio[:_LONGEST_BIO]), *(claim for claim in claims if claim.strip())]
    return [claimed_by(account), *(claimed_by(account, claim) for claim in dict.fromkeys(said[:_MOST_CLAIMS]))]


@lru_cache(maxsize=4096)
def _said_in(bio: str) -> tuple[str, ...]:
    return tuple(one.claim for one in introductions(bio)) if bio else ()


def _compared(claimed: Claimed, person: Person) -> IdentityMatch:
    pair = Pair(claimed, profile_of(person))
    total = START
    scores: list[FeatureScore] = []
    for feature in FEATURES:
        found = feature.func(pair)
        if found is not None:
            weight = AGAINST.get(feature.name, feature.weight) if found.value < 0 else feature.weight
            total += weight * found.value
            scores.append(FeatureScore(feature.name, found.value, found.claimed, found.known, found.reason))
    score = 1 / (1 + math.exp(-total))
    verified, known_account = _verified(claimed.account, person)
    return IdentityMatch(person, score, _judgement(score), tuple(scores), verified, known_account)


def _judgement(score: float) -> Judgement:
    if score >= SAME_FROM:
        return Judgement.SAME
    return Judgement.NOT_SAME if score <= NOT_SAME_TO else Judgement.UNSURE


def _verified(account: Account, person: Person) -> tuple[bool | None, str]:
    """Whether the account is one of the person's own, and the own account or address of that kind where it is not."""
    own = [known for known in person.accounts if known.platform == account.platform and account.account_id]
    if any(known.account_id == account.account_id for known in own):
        return True, account.account_id
    if account.email and account.email.casefold() in {mail.casefold() for mail in person.emails}:
        return True, ""
    if own:
        return False, own[0].account_id
    return (False, person.emails[0]) if account.email and person.emails else (None, "")


def match(account: Account, directory: Directory, *, claims: Sequence[str] = ()) -> IdentityMatch | None:
    """The person of the directory whom an account claims to be, or None where it claims to be nobody there.

    ``claims`` are names by which the text introduces its writer; each of them counts as a claim of the account.
    """
    owner = directory.owner_of(account.platform, account.account_id) or directory.owner_of_email(account.email)
    if owner is not None:
        return compare(account, owner)
    best: IdentityMatch | None = None
    for claimed in _all_claims(account, claims):
        for person in directory.candidates(claimed):
            found = _compared(claimed, person)
            if found.score >= CLAIMED_FROM and (best is None or _order(found) > _order(best)):
                best = found
    return best


def _order(found: IdentityMatch) -> tuple[float, bool, str]:
    return found.score, found.verified is not None, found.person.name
