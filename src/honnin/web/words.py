"""The words of the pages, in both languages, from the files in ``wording/``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml

from honnin.model import Text
from honnin.model.text import Language

LANGUAGES: tuple[Language, ...] = ("ja", "en")


@cache
def words() -> dict[str, Text]:
    """Return every text by its key."""
    found: dict[str, Text] = {}
    for file in sorted((files("honnin.web") / "wording").iterdir(), key=lambda file: file.name):
        for key, row in yaml.safe_load(file.read_text("utf-8")).items():
            if key in found:
                raise ValueError(f"{file.name}: {key} stands in another file too")
            found[key] = Text(row["ja"], row["en"])
    return found


def say(key: str, language: Language, **values: object) -> str:
    """Return the text of that key with its values filled in."""
    text = words()[key].in_language(language)
    return text.format(**values) if values else text


def language_of(asked: str | None, kept: str | None, accepted: str) -> Language:
    """Choose the language: the one asked for now, the one chosen before, or the one the browser prefers; else Japanese.

    >>> language_of(None, None, "en-GB,en;q=0.9,ja;q=0.5"), language_of(None, None, "fr,*"), language_of("ja", "en", "")
    ('en', 'ja', 'ja')
    """
    for choice in (asked, kept):
        if choice in LANGUAGES:
            return choice
    return max(LANGUAGES, key=lambda language: _wish(language, accepted[:500]))


def _wish(language: str, accepted: str) -> float:
    best = 0.0
    for part in accepted.split(","):
        name, _, weight = part.strip().partition(";q=")
        if name.strip().casefold().split("-")[0] == language:
            try:
                best = max(best, float(weight or "1"))
            except ValueError:
                continue
    return best
