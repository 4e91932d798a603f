"""A sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["ja", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """What we tell a person, Japanese first and English equal.

    >>> Text("本人に電話で確かめてください。", "Call the person to confirm.").in_language("en")
    'Call the person to confirm.'
    """

    ja: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.en if language == "en" else self.ja
