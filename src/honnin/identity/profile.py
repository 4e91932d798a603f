"""What is compared of a real person: every way to write the name, made once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

from honnin.identity import keys
from honnin.identity.claim import look_key
from honnin.identity.organisation import core, role, title_key
from honnin.identity.readings import is_family_name
from honnin.model.event import Person
from honnin.text import kana_to_romaji

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SPACES = re.compile(r"[\s・･,、]+")


@dataclass(frozen=True)
class Profile:
    """A person as the features see them.

    ``forms`` are full names by how they are written ("name", "kana", "mixed", "romaji"); ``families`` and ``givens`` are
    single parts. Each is a key without spaces.
    """

    person: Person
    japanese: bool
    forms: dict[str, str]
    families: dict[str, str]
    givens: dict[str, str]
    latin_family: str
    latin_givens: tuple[str, ...]
    kana_family: str
    kana_given: str
    splits: tuple[tuple[str, str], ...]

    @cached_property
    def looks(self) -> dict[str, str]:
        return {look_key(form): how for form, how in reversed(self.forms.items())}

    @cached_property
    def twins(self) -> dict[str, str]:
        return {keys.twin(look): how for look, how in self.forms.items() if not look.isascii()}

    @cached_property
    def sounds(self) -> frozenset[str]:
        if not self.japanese:
            return frozenset()
        family, given = keys.sound(self.latin_family), keys.sound("".join(self.latin_givens))
        return frozenset({keys.join_sounds(family, given), keys.join_sounds(given, family)} - {""})

    @cached_property
    def firm(self) -> str:
        return core(self.person.organization)

    @cached_property
    def role(self) -> str:
        return role(self.person.title)

    @cached_property
    def title(self) -> str:
        return title_key(self.person.title)


def _latin_words(text: str) -> list[str]:
    return [key for key in (keys.letters(word) for word in _WORD.findall(keys.clean(text))) if key]


def _japanese_splits(name: str) -> list[tuple[str, str]]:
    """Family and given name; where they are not apart, the likely ways to part them."""
    parts = [keys.japanese(part) for part in _SPACES.split(name.strip()) if keys.japanese(part)]
    if len(parts) > 1:
        return [(parts[0], "".join(parts[1:]))]
    whole = parts[0] if parts else ""
    known = [cut for cut in (4, 3, 2) if cut < len(whole) and is_family_name(whole[:cut])]
    if known:
        return [(whole[:cut], whole[cut:]) for cut in known]
    cuts = {2: (1,), 3: (2, 1), 4: (2, 1, 3), 5: (3, 2)}.get(len(whole), (len(whole) // 2,))
    return [(whole[:cut], whole[cut:]) for cut in cuts if 0 < cut < len(whole)] or ([(whole, "")] if whole else [])


def _romaji_parts(person: Person, kana: tuple[str, str]) -> tuple[str, tuple[str, ...]]:
    """Family and given name in Latin letters; the reading in kana tells which of the two comes first."""
    row = _latin_words(person.romaji)
    if not row and kana[0]:
        return keys.letters(kana_to_romaji(kana[0])), tuple(filter(None, (keys.letters(kana_to_romaji(kana[1])),)))
    if len(row) < 2:
        return "".join(row), ()
    first_is_family = "," in person.romaji or keys.clean(person.romaji).split()[0].isupper()
    if kana[0]:
        first_is_family = keys.sound(row[0]) == keys.sound(kana[0]) != keys.sound(row[-1])
    return (row[0], tuple(row[1:])) if first_is_family else (row[-1], tuple(row[:-1]))


def _western_parts(name: str) -> tuple[str, tuple[str, ...]]:
    row = _latin_words(name)
    if len(row) < 2:
        return "".join(row), ()
    return (row[0], tuple(row[1:])) if "," in name else (row[-1], tuple(row[:-1]))


@lru_cache(maxsize=8192)
def profile_of(person: Person) -> Profile:
    """The ways to write a person's name.

    >>> sorted(profile_of(Person("山田 太郎", kana="やまだ たろう")).families)
    ['yamada', 'やまだ', '山田']
    """
    name = keys.clean(person.name)
    kana_splits = _japanese_splits(keys.clean(person.kana))
    kana = kana_splits[0] if len(kana_splits) == 1 else ("", "")
    whole_kana = "".join(kana_splits[0]) if kana_splits else ""
    japanese = keys.is_cjk(name) or bool(whole_kana)
    splits = _japanese_splits(name) if keys.is_cjk(name) else []
    family, givens = _romaji_parts(person, kana) if japanese else _western_parts(name)
    if japanese and not family and not keys.is_cjk(name):
        family, givens = _western_parts(name)
    forms: dict[str, str] = {}
    for f, g in splits:
        _both_orders(forms, f, g, "name")
    if not keys.is_cjk(name):
        _both_orders(forms, family, "".join(givens), "name")
        if len(givens) > 1:
            _both_orders(forms, family, givens[0], "name")
    if kana[0]:
        _both_orders(forms, *kana, "kana")
        for (f, g), way in product(splits, (0, 1)):
            _both_orders(forms, f if way else kana[0], kana[1] if way else g, "mixed")
    elif whole_kana:
        forms.setdefault(whole_kana, "kana")
    if japanese:
        _both_orders(forms, family, "".join(givens), "romaji")
        for f, g in splits:
            _both_orders(forms, f, "".join(givens), "mixed")
            _both_orders(forms, family, g, "mixed")
    return Profile(
        person,
        japanese,
        forms,
        families=_parts((f for f, _ in splits), kana[0], family),
        givens=_parts((g for _, g in splits), kana[1], "".join(givens)),
        latin_family=family,
        latin_givens=givens,
        kana_family=kana[0],
        kana_given=kana[1],
        splits=tuple(splits),
    )


def _both_orders(forms: dict[str, str], family: str, given: str, how: str) -> None:
    for form in (family + given, given + family):
        if form:
            forms.setdefault(form, how)


def _parts(written: object, kana: str, latin: str) -> dict[str, str]:
    parts = dict.fromkeys((part for part in written if part), "name")  # type: ignore[attr-defined]
    for key, how in ((kana, "kana"), (latin, "romaji")):
        if key:
            parts.setdefault(key, how)
    return parts
