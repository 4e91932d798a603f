"""Asking for a second opinion: only where it can matter, only so often, and never for longer than was agreed.

Whatever goes wrong with it, the verdict that we made ourselves stands.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from honnin.app.ports import SecondReader
from honnin.language.people import People
from honnin.model import Event, OpinionOutcome, Verdict
from honnin.screening import Engine, Screened
from honnin.screening.opinion import Band, Opinion, combine, opinion_from, question_of

FAILURES_IN_A_ROW = 3
REST = timedelta(seconds=60)
"""After so many questions without an answer nobody is asked for so long; then one question tries again."""
MOST_AT_ONCE = 4

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Breaker:
    """Stops asking a reader who does not answer."""

    now: Callable[[], datetime]
    _failures: int = field(default=0, init=False)
    _resting_until: datetime | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def allows(self) -> bool:
        """Whether to ask. After a rest only one may, until it is known how that went."""
        with self._lock:
            if self._resting_until is None:
                return True
            if self.now() < self._resting_until:
                return False
            self._resting_until = self.now() + REST
            return True

    def note(self, *, answered: bool) -> None:
        """Remember how a question went."""
        with self._lock:
            if answered:
                self._failures, self._resting_until = 0, None
                return
            self._failures += 1
            if self._failures >= FAILURES_IN_A_ROW:
                if self._resting_until is None:
                    log.warning(
                        "The second reader left %d questions in a row without an answer; it is not asked for %d seconds.",
                        self._failures,
                        REST.seconds,
                    )
                self._resting_until = self.now() + REST


@dataclass(slots=True)
class Allowance:
    """So many questions a minute, refilled evenly."""

    per_minute: int
    now: Callable[[], datetime]
    _left: float = field(init=False)
    _at: datetime | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._left = float(self.per_minute)

    def takes(self) -> bool:
        """Count one question; False where it is one too many."""
        with self._lock:
            now = self.now()
            passed = max(0.0, (now - self._at).total_seconds()) if self._at else 0.0
            self._left = min(float(self.per_minute), self._left + passed * self.per_minute / 60)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


class SecondReading:
    """Asks ``reader`` about verdicts within ``band`` and adds what it finds. Shared by threads."""

    def __init__(
        self, reader: SecondReader, engine: Engine, band: Band, *, per_minute: int, now: Callable[[], datetime]
    ) -> None:
        self._reader, self._engine, self._band = reader, engine, band
        self._people = People()
        self._breaker, self._allowance = Breaker(now), Allowance(per_minute, now)
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)

    def of(self, event: Event, screened: Screened) -> Verdict:
        """Return the verdict with a second opinion, or as it is where none was asked for."""
        if not self._band.holds(screened, self._engine.policy):
            return screened.verdict
        try:
            return self._asked(event, screened)
        except (ValueError, TypeError, LookupError, RecursionError, MemoryError):
            # Whatever one hostile text brings to light in us: our own verdict stands.
            log.exception("A second opinion could not be asked for.")
            return screened.verdict

    def again(self, event: Event, screened: Screened, before: Verdict) -> Verdict:
        """Add the opinion of an earlier screening of the same event: nobody is asked twice about one thing."""
        heard = before.second_opinion
        if heard is None or heard.outcome is OpinionOutcome.UNANSWERED or heard.level is None:
            return screened.verdict
        return self._combine(event, screened, Opinion(heard.level, heard.findings))

    def _asked(self, event: Event, screened: Screened) -> Verdict:
        question = question_of(event, screened, self._engine.links, self._people)
        if question is None:
            return screened.verdict
        with self._place() as is_free:
            if not is_free or not self._allowance.takes() or not self._breaker.allows():
                return screened.verdict
            answer = self._reader.read(question)
        # An answer that makes no sense is still an answer: who can spoil it with a message must not silence it for all.
        self._breaker.note(answered=answer is not None)
        return self._combine(event, screened, None if answer is None else opinion_from(answer, question))

    @contextmanager
    def _place(self) -> Iterator[bool]:
        """Hold one of the few places; False at once where all are taken."""
        is_free = self._places.acquire(blocking=False)
        try:
            yield is_free
        finally:
            if is_free:
                self._places.release()

    def _combine(self, event: Event, screened: Screened, opinion: Opinion | None) -> Verdict:
        return combine(event, screened, opinion, by=self._reader.name, advisor=self._engine.advisor)
