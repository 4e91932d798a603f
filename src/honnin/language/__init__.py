"""Reading what a text does to its reader, in Japanese and English."""

from honnin.language.reader import Reader

__all__ = ["Reader"]
