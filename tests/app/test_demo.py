import threading
from datetime import UTC, datetime, timedelta

import pytest

from honnin.app.demo import SOURCE, Demo, play, settle_in
from honnin.app.screen import ScreeningDesk
from honnin.model import Level
from honnin.store import (
    Database,
    SqlConversationStore,
    SqlDirectoryStore,
    SqlRelationshipStore,
    SqlVerdictStore,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DEMO = Demo.load()
ORDINARY = {"real-president", "ordinary-invoice", "ordinary-english", "ordinary-sales", "training-notice"}


@pytest.fixture(scope="module")
def desk(engine, tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('demo')}/d.db")
    database.migrate()
    desk = ScreeningDesk(
        engine,
        SqlDirectoryStore(database),
        SqlVerdictStore(database),
        SqlRelationshipStore(database),
        SqlConversationStore(database),
        lambda: NOW,
        database.transaction,
    )
    settle_in(desk, DEMO, desk.directory, desk.relationships)
    yield desk
    database.close()


def test_ordinary_days_and_fraud_are_told_apart(desk):
    verdicts = {event.id: desk.verdicts.get(event.id).verdict for event in DEMO.events(NOW)}
    assert len(verdicts) == 12
    assert {name for name, verdict in verdicts.items() if not verdict.level.is_alert} == ORDINARY


def test_events_stand_in_the_inbox_with_their_times(desk):
    newest = desk.verdicts.get("group-line-mail")
    assert newest.source == SOURCE
    assert newest.received_at == NOW - timedelta(minutes=120)


def test_the_attack_is_seen_from_its_first_message(desk):
    play(desk, DEMO, run="t", first_pause=0, pause=0, stop=threading.Event())
    levels = [desk.verdicts.get(event.id).verdict.level for event in DEMO.attack("t")]
    assert levels[0].is_alert
    assert Level.DANGER in levels
    assert levels[-1].is_alert
    stages = [desk.verdicts.get(event.id).verdict.stage.value for event in DEMO.attack("t")]
    assert stages[0] == "probe"
    assert stages[-1] in {"push", "thank"}


def test_the_attack_can_be_stopped(desk):
    stop = threading.Event()
    stop.set()
    play(desk, DEMO, run="stopped", first_pause=60, pause=60, stop=stop)
    assert desk.verdicts.get(next(DEMO.attack("stopped")).id) is None


def test_nothing_in_it_exists(desk):
    """Banks, domains and numbers of the demo are those kept free for examples."""
    text = " ".join(
        " ".join([event.text, *(turn.text for turn in event.turns)]) for event in [*DEMO.events(NOW), *DEMO.attack("t")]
    )
    assert "銀行" not in text.replace("テスト銀行", "")
    emails = [email for person in DEMO.people() for email in person.emails]
    assert all(email.endswith((".example.jp", ".example.com")) for email in emails)
