"""Reads the word lists and tables that lie in ``data``."""

from __future__ import annotations

from importlib.resources import files


def lines(name: str) -> list[str]:
    """The lines of a table; those that open with # are remarks."""
    text = files("honnin.text").joinpath("data", name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def words(name: str) -> list[str]:
    """The words of a list, divided by spaces or line ends."""
    return [word for line in lines(name) for word in line.split()]
