"""A second opinion: what another reader is asked, how its answer is read, and what it may do to a verdict. All pure."""

from honnin.screening.opinion.answer import Opinion, opinion_from
from honnin.screening.opinion.combine import Band, combine
from honnin.screening.opinion.question import Line, Question, question_of
from honnin.screening.opinion.vocabulary import vocabulary

__all__ = ["Band", "Line", "Opinion", "Question", "combine", "opinion_from", "question_of", "vocabulary"]
