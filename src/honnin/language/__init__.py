"""Reading what a text does to its reader, in Japanese and English."""

from honnin.language.manner import Manner
from honnin.language.reader import Reader
from honnin.language.resemblance import Resemblance
from honnin.language.themes import strengths

__all__ = ["Manner", "Reader", "Resemblance", "strengths"]
