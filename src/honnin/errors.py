"""The errors that reach a person, each saying what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from honnin.model.text import Text


class HonninError(Exception):
    """Something a person can act on. ``text`` says it in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in data that came from outside: where it is and how to mend it. ``line`` counts from 1, 0 = the whole file."""

    line: int
    field: str
    text: Text
    file: str = ""

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.line) if self.line else "", self.field) if part)
        return f"{place}: {self.text.ja} / {self.text.en}" if place else f"{self.text.ja} / {self.text.en}"


class BadInputError(HonninError):
    """One or more mistakes in a file, all reported at once."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__(
            Text(
                "\n".join(f"{m.line}行目 {m.field}: {m.text.ja}" for m in mistakes), "\n".join(str(m) for m in mistakes)
            )
        )
