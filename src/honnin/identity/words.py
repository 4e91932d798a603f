"""The words around a name, read once from ``data/``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from honnin.text import to_hiragana

TITLE = "title"
DECORATION = "decoration"
HONORIFIC = "honorific"
GENERATION = "generation"
RELATION = "relation"
OFFICE = "office"
COMPANY = "company"

LONGEST_PHRASE = 4


def _document(name: str) -> Any:
    return yaml.safe_load(files("honnin.identity").joinpath("data", name).read_text("utf-8"))


def _alternation(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


@dataclass(frozen=True)
class Words:
    """Tables of words: ``english`` and ``japanese`` give the kind of a whole word, the patterns find one stuck to a name."""

    english: dict[str, str]
    japanese: dict[str, str]
    roles: dict[str, str]
    prefix: re.Pattern[str]
    suffix: re.Pattern[str]
    legal_ja: re.Pattern[str]
    legal_marks: frozenset[str]
    legal_en: frozenset[str]
    business_ja: re.Pattern[str]
    business_en: frozenset[str]
    no_names: frozenset[str]
    own_firm: frozenset[str]


@dataclass(frozen=True)
class EnglishNames:
    """Given and family names in common use, and what short forms stand for."""

    given: frozenset[str]
    family: frozenset[str]
    nicknames: dict[str, frozenset[str]]

    def one_name(self, a: str, b: str) -> bool:
        """Whether one is a short form of the other, or both are of a third."""
        short_a, short_b = self.nicknames.get(a, frozenset()), self.nicknames.get(b, frozenset())
        return b in short_a or a in short_b


@dataclass(frozen=True)
class Kanji:
    """Characters that look alike: ``glyphs`` in look-alike writing, ``parts`` written apart, ``lookalikes`` both real."""

    glyphs: dict[int, str]
    parts: dict[int, str]
    lookalikes: dict[int, str]


def _roles(document: Any) -> tuple[dict[str, str], list[str], list[str]]:
    roles: dict[str, str] = {}
    japanese: list[str] = []
    english: list[str] = []
    for role, lines in document["titles"].items():
        for line in lines:
            words = line.split("|") if line.isascii() else line.split()
            (english if line.isascii() else japanese).extend(words)
            roles |= dict.fromkeys(words, role)
    for department in document["departments_ja"].split():
        for manager in document["manager_words_ja"].split():
            for title in (department + manager, f"{department}部{manager}" if manager in {"次長", "副部長"} else ""):
                if title and title not in roles:
                    roles[title] = "manager"
                    japanese.append(title)
    return roles, japanese, english


@cache
def words() -> Words:
    """The tables of ``data/words.yaml``."""
    document = _document("words.yaml")
    roles, titles_ja, titles_en = _roles(document)

    def split(key: str) -> list[str]:
        text: str = document[key]
        return [w.strip() for w in text.split("|")] if "|" in text else text.split()

    japanese = dict.fromkeys(split("offices_ja"), OFFICE) | dict.fromkeys(titles_ja, TITLE)
    japanese |= dict.fromkeys(split("relations_ja"), RELATION) | dict.fromkeys(split("decorations_ja"), DECORATION)
    japanese |= dict.fromkeys(split("honorifics_ja"), HONORIFIC)
    english = dict.fromkeys(split("business_ends_en"), "") | dict.fromkeys(split("offices_en"), OFFICE)
    english |= dict.fromkeys(titles_en, TITLE) | dict.fromkeys(split("relations_en"), RELATION)
    english |= dict.fromkeys(split("decorations_en"), DECORATION) | dict.fromkeys(split("legal_forms_en"), COMPANY)
    english |= dict.fromkeys([*split("courtesies_en"), *split("degrees_en")], HONORIFIC)
    english |= dict.fromkeys(split("generations_en"), GENERATION)
    stuck = [word for word, kind in japanese.items() if len(word) > 1 or kind == HONORIFIC]
    front = [word for word in stuck if japanese[word] in {TITLE, DECORATION} and len(word) > 1]
    return Words(
        english={word: kind for word, kind in english.items() if kind},
        japanese=japanese,
        roles=roles,
        prefix=re.compile(f"(?:{_alternation(front)})"),
        suffix=re.compile(f"(?:{_alternation([word[::-1] for word in stuck])})"),
        legal_ja=re.compile(_alternation(split("legal_forms_ja"))),
        legal_marks=frozenset(split("legal_marks_ja")),
        legal_en=frozenset(split("legal_forms_en")),
        business_ja=re.compile(f"(?:{_alternation(split('business_ends_ja'))})$"),
        business_en=frozenset(split("business_ends_en")),
        no_names=frozenset(split("no_names_ja") + split("no_names_en")),
        own_firm=frozenset(split("own_firm_ja")),
    )


@cache
def english_names() -> EnglishNames:
    """The tables of ``data/names_en.yaml``."""
    document = _document("names_en.yaml")
    nicknames = {short: frozenset(full) for short, full in document["nicknames"].items()}
    return EnglishNames(frozenset(document["given"].split()), frozenset(document["family"].split()), nicknames)


@cache
def kanji() -> Kanji:
    """The tables of ``data/kanji.yaml``."""
    document = _document("kanji.yaml")

    def groups(key: str) -> dict[int, str]:
        return {ord(other): group[0] for group in document[key].split() for other in to_hiragana(group)[1:]}

    # Names are compared with all kana as hiragana, so the tables are read that way too.
    parts = dict(pair.split("=") for pair in to_hiragana(document["parts"]).split())
    return Kanji(groups("glyphs"), {ord(whole): apart for whole, apart in parts.items()}, groups("lookalikes"))


def variants() -> dict[int, str]:
    document = _document("kanji.yaml")
    return {ord(o): g[0] for g in document["variants"].split() for o in g[1:] if o != g[0]}
