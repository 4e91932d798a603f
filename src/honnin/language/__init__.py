"""Reading what a text does to its reader, in Japanese and English."""

from honnin.language.manner import Manner
from honnin.language.reader import Reader
from honnin.language.resemblance import Growing, Resemblance
from honnin.language.themes import strengths

__all__ = ["Growing", "Manner", "Reader", "Resemblance", "strengths"]
