"""The people we know, found by any way to write a name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from honnin.identity import keys
from honnin.identity.claim import Claimed, look_key
from honnin.identity.profile import Profile, profile_of
from honnin.model.event import Person

_SMALL = 50
_MOST_CANDIDATES = 60
_MOST_SHARED = 400
"""A key shared by more people than this says too little to look at them all."""


class Directory:
    """People and their verified accounts; never changes once made.

    >>> directory = Directory([Person("山田 太郎", emails=("taro@example.jp",))])
    >>> directory.owner_of_email("Taro@example.jp").name
    '山田 太郎'
    """

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self._people = tuple(people)
        self._accounts = {
            (known.platform, known.account_id): person
            for person in reversed(self._people)
            for known in person.accounts
            if known.account_id
        }
        self._emails = {mail.casefold(): person for person in reversed(self._people) for mail in person.emails if mail}
        self._index: dict[str, list[int]] = {}
        if len(self._people) > _SMALL:
            for number, person in enumerate(self._people):
                for key in _keys_of(profile_of.__wrapped__(person)):
                    self._index.setdefault(key, []).append(number)

    @property
    def people(self) -> tuple[Person, ...]:
        return self._people

    @property
    def official_names(self) -> frozenset[str]:
        """Names of the people and of their organisations, as the directory writes them."""
        names = {person.name for person in self._people} | {person.organization for person in self._people}
        return frozenset(names - {""})

    def __len__(self) -> int:
        return len(self._people)

    def owner_of(self, platform: str, account_id: str) -> Person | None:
        """The person an account is verified to belong to."""
        return self._accounts.get((platform, account_id)) if account_id else None

    def owner_of_email(self, email: str) -> Person | None:
        """The person a mail address is verified to belong to."""
        return self._emails.get(email.casefold()) if email else None

    def candidates(self, claimed: Claimed) -> tuple[Person, ...]:
        """The people worth comparing, the likeliest first; all of them where they are few."""
        if len(self._people) <= _SMALL:
            return self._people
        hits: Counter[int] = Counter()
        for key, weight in _keys_of_claim(claimed):
            found = self._index.get(key, ())
            if len(found) <= _MOST_SHARED or weight > 2:
                for number in found[:_MOST_SHARED]:
                    hits[number] += weight
        return tuple(self._people[number] for number, _ in hits.most_common(_MOST_CANDIDATES))


def _keys_of(profile: Profile) -> set[str]:
    """Keys of the index: whole names, their looks and sounds, parts, pairs of letters, and the firm with the role."""
    found = set(profile.forms) | set(profile.looks) | set(profile.twins)
    found |= {f"~{sound}" for sound in profile.sounds}
    found |= {f"f:{part}" for part in profile.families} | {f"g:{part}" for part in profile.givens}
    if profile.firm:
        found.add(f"o:{profile.firm}")
        for family in profile.families:
            found.add(f"of:{profile.firm}:{family}")
        if profile.role:
            found.add(f"or:{profile.firm}:{profile.role}")
    return found


def _keys_of_claim(claimed: Claimed) -> list[tuple[str, int]]:
    claim = claimed.claim
    found: list[tuple[str, int]] = [(run, 8) for run in claim.runs if len(run) > 1]
    found += [(look, 7) for look in claim.looks] + [(twin, 5) for twin in claim.twins]
    found += [(f"~{sound}", 8) for sound in claim.sounds]
    firms = {firm for firm in (claimed.firm, *claim.firms) if firm}
    for token in claim.names:
        found += [(f"f:{token.key}", 2), (f"g:{token.key}", 2)]
        found += [(f"of:{firm}:{token.key}", 6) for firm in firms]
    from honnin.identity.organisation import role

    roles = {role(title) for title in (claimed.account.title, *claim.titles) if title}
    for firm in firms:
        found.append((f"o:{firm}", 1))
        found += [(f"or:{firm}:{said}", 3) for said in roles]
    return found
