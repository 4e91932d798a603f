"""Organisations and titles: which firm and which role an account claims."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz import fuzz

from honnin.identity.keys import clean, letters, sound
from honnin.identity.words import words

_MARK = re.compile(r"[(（]\s*(\w{1,3})\s*[)）]")
_PUNCTUATION = re.compile(r"[^\w&]+")
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_LATIN_WORD = re.compile(r"[a-z0-9&]+")


@lru_cache(maxsize=8192)
def core(organisation: str) -> str:
    """The name of a firm without its legal form, lower case, words apart by one space.

    >>> core("株式会社青葉商事") == core("青葉商事㈱") == core("（株） 青葉商事")
    True
    >>> core("Northwind Labs Co., Ltd.")
    'northwind labs'
    """
    table = words()
    seen = _MARK.sub(lambda m: " " if m.group(1) in table.legal_marks else m.group(), clean(organisation))
    seen = _INITIALS.sub(lambda m: m.group().replace(".", ""), seen)
    seen = table.legal_ja.sub(" ", seen)
    kept = [word for word in _PUNCTUATION.sub(" ", seen).casefold().split() if word not in table.legal_en]
    return " ".join(kept)


def has_legal_form(text: str) -> bool:
    """Whether the text names a firm by its legal form."""
    table = words()
    return bool(table.legal_ja.search(text)) or any(m in table.legal_marks for m in _MARK.findall(text))


@lru_cache(maxsize=8192)
def same_firm(a: str, b: str) -> float:
    """How surely two cores name one firm, from 0 to 1.

    >>> same_firm(core("青葉商事"), core("株式会社青葉商事")), same_firm(core("青葉商事"), core("若葉建設"))
    (1.0, 0.0)
    """
    a, b = a.replace(" ", ""), b.replace(" ", "")
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    shorter, longer = sorted((a, b), key=len)
    if len(shorter) >= 3 and (longer.startswith(shorter) or longer.endswith(shorter)):
        return 0.8
    if len(shorter) >= 5 and fuzz.ratio(a, b) >= 90:
        return 0.7
    return 0.9 if a.isascii() != b.isascii() and len(sound(a)) > 3 and sound(a) == sound(b) else 0.0


@lru_cache(maxsize=4096)
def role(title: str) -> str:
    """The role a title names, or its letters where it is none of the known ones; "" for no title.

    >>> role("代表取締役社長"), role("C.E.O."), role("営業二課 係長")
    ('head', 'head', 'manager')
    """
    seen = clean(title).strip()
    table = words()
    plain = "".join(seen.split())
    if plain in table.roles:
        return table.roles[plain]
    english = " ".join(_LATIN_WORD.findall(_INITIALS.sub(lambda m: m.group().replace(".", ""), seen + " ").casefold()))
    if english in table.roles:
        return table.roles[english]
    for end in range(len(plain) - 1, 0, -1):
        if plain[-end:] in table.roles and not plain.isascii():
            return table.roles[plain[-end:]]
    return plain.casefold() or letters(title)


_BUSINESS_WORDS = frozenset(
    {"vp", "head", "director", "manager", "officer", "chief", "lead", "leader", "president", "partner", "advisor"}
    | {"executive", "board", "chair", "secretary", "representative", "finance", "sales", "operations", "engineer"}
)
_BUSINESS_SIGNS = re.compile("[役長事部課員社理営経総]")


def is_business_title(title: str) -> bool:
    """Whether a title is one of working life; 「美容師」 and "barista" speak of another one.

    >>> is_business_title("海外事業部 担当部長"), is_business_title("VP Strategy"), is_business_title("美容師")
    (True, True, False)
    """
    seen = clean(title).casefold()
    known = role(title) in words().roles.values()
    return known or bool(_BUSINESS_SIGNS.search(seen)) or not _BUSINESS_WORDS.isdisjoint(_LATIN_WORD.findall(seen))


@lru_cache(maxsize=8192)
def title_key(title: str) -> str:
    return "".join(clean(title).casefold().split()).rstrip(".")
