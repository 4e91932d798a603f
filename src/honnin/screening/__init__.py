"""Screening: an event and what is known around it in, a verdict out. Pure, and the same everywhere."""

from honnin.screening.engine import Engine, Screened
from honnin.screening.stage import ConversationState

__all__ = ["ConversationState", "Engine", "Screened"]
