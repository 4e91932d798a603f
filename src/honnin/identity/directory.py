"""The people we know, found by any way to write a name."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator

from honnin.identity.claim import Claimed
from honnin.identity.organisation import role
from honnin.identity.profile import Profile, profile_of
from honnin.model.event import Person

_SMALL = 50
_MOST_CANDIDATES = 12
_MOST_BY_PART = 5
_MOST_SHARED = 200
"""Of a key shared by more people than this only so many are looked at."""

_NUMBER_BITS = 24
_KEY_BITS = 40
_WHOLE, _WITH_FIRM, _INITIAL, _ROLE, _PART = 8, 5, 4, 3, 2


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
        # Sorted numbers, each a shortened hash of a key and, in the low bits, the place of a person. A clash of two
        # hashes costs one comparison and nothing else. 8 bytes a key keep a large directory small.
        self._index = array("Q", sorted(self._entries()) if len(self._people) > _SMALL else ())

    def _entries(self) -> Iterator[int]:
        for number, person in enumerate(self._people):
            for key in _keys_of(profile_of.__wrapped__(person)):
                yield _hash(key) << _NUMBER_BITS | number

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
        for key, weight in _keys_of_claim(claimed).items():
            for number in self._found(key):
                hits[number] += weight
        likely = hits.most_common(_MOST_CANDIDATES)
        if likely and likely[0][1] >= _WHOLE:
            # Where somebody's whole name was found, those who share a part of it need not be looked at.
            likely = [(number, weight) for number, weight in likely if weight >= _WHOLE]
        else:
            likely = likely[:_MOST_BY_PART]
        return tuple(self._people[number] for number, _ in likely)

    def _found(self, key: str) -> list[int]:
        wanted = _hash(key) << _NUMBER_BITS
        first = bisect_left(self._index, wanted)
        last = bisect_left(self._index, wanted + (1 << _NUMBER_BITS), first)
        return [entry & ((1 << _NUMBER_BITS) - 1) for entry in self._index[first : min(last, first + _MOST_SHARED)]]


def _hash(key: str) -> int:
    return hash(key) & ((1 << _KEY_BITS) - 1)


def _keys_of(profile: Profile) -> set[str]:
    """Keys of the index: whole names, their looks and sounds, parts, and the firm with the family name or the role."""
    found = {form for form, how in profile.forms.items() if how != "romaji"} | set(profile.twins)
    found |= {look for look, how in profile.looks.items() if how == "name"}
    found |= {f"~{sound}" for sound in profile.sounds}
    found |= {f"f:{part}" for part in profile.families} | {f"g:{part}" for part in profile.givens}
    found |= {f"i:{family}:{given[0]}" for family in profile.families for given in profile.givens}
    if profile.firm:
        found |= {f"of:{profile.firm}:{family}" for family in profile.families}
        if profile.role:
            found.add(f"or:{profile.firm}:{profile.role}")
    return found


def _keys_of_claim(claimed: Claimed) -> dict[str, int]:
    """The keys a claim is looked up by, and how much each says."""
    claim = claimed.claim
    found: dict[str, int] = {}
    names = [token.key for token in claim.names]
    firms = {firm for firm in (claimed.firm, *claim.firms) if firm}
    roles = {role(title) for title in (claimed.account.title, *claim.titles) if title}
    for key in names:
        found[f"f:{key}"] = found[f"g:{key}"] = _PART
        found |= {f"i:{key}:{other[0]}": _INITIAL for other in names if other != key}
        found |= {f"of:{firm}:{key}": _WITH_FIRM for firm in firms}
        if not key.isascii() and 2 < len(key) < 9:
            for cut in range(1, len(key)):
                found |= {f"i:{key[:cut]}:{key[cut]}": _INITIAL, f"f:{key[:cut]}": _PART}
                found |= {f"of:{firm}:{key[:cut]}": _WITH_FIRM for firm in firms}
    found |= {f"or:{firm}:{said}": _ROLE for firm in firms for said in roles}
    whole = (*claim.twins, *claim.looks, *claim.runs, *(f"~{sound}" for sound in claim.sounds))
    return found | {key: _WHOLE for key in whole if len(key) > 1}
