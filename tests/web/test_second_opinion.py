"""The page of an event says in plain words that a second reading took part; outsiders are not told."""

import re
from dataclasses import replace

import pytest

from honnin.model import Event, Level, OpinionFinding, OpinionOutcome, SecondOpinion
from honnin.web.words import say

EVENT = Event("m-1", text="社内にいますか。経理の方とお話ししたいです。")


def keep(world, outcome, event=EVENT, conversation=""):
    stored = world.receive(event, conversation=conversation)
    level = Level.CAUTION if outcome is OpinionOutcome.RAISED else stored.verdict.level
    heard = SecondOpinion("small-model", outcome, stored.verdict.level, level, (OpinionFinding("isolation"),))
    verdict = replace(stored.verdict, level=level, second_opinion=heard)
    world.services.verdicts.amend(event.id, verdict, source=stored.source)
    return f"/events/{event.id}?source={stored.source}"


def words_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page.text))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("outcome", OpinionOutcome)
def test_staff_read_what_it_did(world, staff, outcome, language):
    page = staff.get(f"{keep(world, outcome)}&lang={language}")
    told = words_of(page)
    assert say("second.title", language) in told
    assert say(f"second.{outcome.value}", language, before=say("level.notice", language)) in told
    assert "small-model" in told


def test_the_level_it_raised_to_stands_on_page_and_list(world, staff):
    page = staff.get(keep(world, OpinionOutcome.RAISED))
    assert 'class="verdict caution"' in page.text
    assert "m-1" in staff.get("/inbox").text  # the list of alerts


def test_without_one_nothing_is_said(world, staff):
    stored = world.receive(EVENT)
    told = words_of(staff.get(f"/events/{EVENT.id}?source={stored.source}"))
    assert say("second.title", "ja") not in told
    assert say("second.by", "ja") not in told


def test_a_talk_tells_of_the_message_about_which_it_was(world, staff):
    keep(world, OpinionOutcome.RAISED, conversation="room")
    later = replace(EVENT, id="m-2", text="会議は三時です。")
    stored = world.receive(later, conversation="room")
    assert say("second.title", "ja") in words_of(staff.get(f"/events/m-2?source={stored.source}"))


def test_a_name_that_would_mislead_a_page_is_shown_as_codes(world, staff):
    stored = world.receive(EVENT)
    heard = SecondOpinion("<b>\u202emodel", OpinionOutcome.NOTHING_ADDED, Level.NOTICE, Level.OK)
    world.services.verdicts.amend("m-1", replace(stored.verdict, second_opinion=heard), source=stored.source)
    assert "&lt;b&gt;⟨U+202E⟩model" in staff.get("/events/m-1").text


def test_visitors_of_the_check_page_are_told_nothing(visitor):
    page = visitor.submit("/check", {"kind": "message", "text": EVENT.text})
    assert say("second.title", "ja") not in words_of(page)
