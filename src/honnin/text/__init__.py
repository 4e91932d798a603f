"""Reading letters: width, kana, kanji shapes, lookalikes and hidden writing, before anyone asks what a text means."""

from honnin.text.cells import plain_cell
from honnin.text.hidden import Hidden, HiddenKind
from honnin.text.kana import kana_to_romaji, romaji_key, to_hiragana, to_katakana
from honnin.text.names import fold_name
from honnin.text.normalise import Normalised, normalise
from honnin.text.plain import plain, plain_text
from honnin.text.scripts import language_of

__all__ = [
    "Hidden",
    "HiddenKind",
    "Normalised",
    "fold_name",
    "kana_to_romaji",
    "language_of",
    "normalise",
    "plain",
    "plain_cell",
    "plain_text",
    "romaji_key",
    "to_hiragana",
    "to_katakana",
]
