"""What every second reader promises, the fake one and the one behind an endpoint alike."""

import time
from dataclasses import dataclass

import pytest
from tests.connectors import emulator as e
from tests.connectors.emulator import serving
from tests.contract.readers import FakeReader, opinion

from honnin.app.ports import SecondReader
from honnin.connectors.chat_completions import ChatCompletions
from honnin.screening.opinion import Line, Question

LIMIT = 0.5
QUESTION = Question((Line("グループを作ってください。", 0, 0, 13),))


@dataclass
class Faked:
    reader: FakeReader

    def will_say(self, words):
        self.reader.answer = words

    def will_not_answer(self):
        self.reader.answer = None


@dataclass
class Served:
    reader: ChatCompletions
    server: object

    def will_say(self, words):
        self.server.behave = e.says(words)

    def will_not_answer(self):
        self.server.behave = e.silence


@pytest.fixture(params=["fake", "endpoint"])
def subject(request):
    if request.param == "fake":
        yield Faked(FakeReader(name="a-model"))
        return
    with serving() as server:
        yield Served(ChatCompletions(server.url, "a-model", timeout=LIMIT), server)


@pytest.mark.parametrize("words", [opinion(), "", "harmless", "\u202e{}", "ジ" * 5_000, '{"level": "ok"'])
def test_words_come_back_unchanged_whatever_they_are(subject, words):
    subject.will_say(words)
    assert subject.reader.read(QUESTION) == words


def test_no_answer_is_none_and_comes_in_time(subject):
    subject.will_not_answer()
    began = time.monotonic()
    assert subject.reader.read(QUESTION) is None
    assert time.monotonic() - began < 2 * LIMIT


def test_after_no_answer_it_can_be_asked_again(subject):
    subject.will_not_answer()
    subject.reader.read(QUESTION)
    subject.will_say(opinion())
    assert subject.reader.read(QUESTION) == opinion()


def test_it_is_called_what_the_operator_calls_it(subject):
    reader: SecondReader = subject.reader
    assert reader.name == "a-model"
