"""A site with a screener that knows four words, so that pages can be tried without the real one."""

import re
import secrets
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient
from tests.web.browser import launched, serving, windows

from honnin.app.access import Access, Role
from honnin.app.cooperation import CooperationDesk
from honnin.app.copies import CopyKeeper
from honnin.app.desk import CaseDesk, DeskParts
from honnin.app.factors import SecondFactors
from honnin.app.indicators import IndicatorKeeper, producer
from honnin.app.locker import Locker
from honnin.app.passwords import new_token
from honnin.app.ports import StoredVerdict
from honnin.app.receipts import Receipts
from honnin.app.reports import ReportDesk, Surroundings
from honnin.app.sign_in import SignIn
from honnin.app.staff import Staff
from honnin.app.vault import Vault
from honnin.connectors.emulated import EmulatedService
from honnin.connectors.redraw import draw
from honnin.evidence.signing import SigningKey
from honnin.model import (
    Action,
    Event,
    FeatureScore,
    IdentityMatch,
    Judgement,
    KnownAccount,
    Level,
    LinkCheck,
    LinkLevel,
    LinkReason,
    Person,
    Severity,
    Signal,
    Stage,
    Text,
    Turn,
    Verdict,
)
from honnin.rules import shipped_pack
from honnin.settings import Settings
from honnin.store import (
    Database,
    SqlAuditStore,
    SqlCaseStore,
    SqlCopyStore,
    SqlCredentialStore,
    SqlDirectoryStore,
    SqlEvidenceStore,
    SqlReportStore,
    SqlUserStore,
    SqlVerdictStore,
)
from honnin.store.cooperation import SqlCooperationStore
from honnin.store.indicators import SqlIndicatorStore
from honnin.web import Services, create_app
from honnin.web.services import Doors

PASSWORD = "a long enough password"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # quick, for tests only
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

WORDS = {
    "グループ": (
        Level.CAUTION,
        Stage.MOVE,
        Text("経理の方を入れた新しいグループを作るよう頼まれています。", "It asks for a new group with accounting."),
    ),
    "振込": (
        Level.DANGER,
        Stage.ASK,
        Text("初めての相手から、急ぎの振込を頼まれています。", "A new contact asks for an urgent transfer."),
    ),
    "transfer": (Level.DANGER, Stage.ASK, Text("振込を頼まれています。", "It asks for a transfer.")),
    "社内": (Level.NOTICE, Stage.PROBE, Text("居場所や予定を尋ねています。", "It asks where you are.")),
}
ACTIONS = (
    Action("stop", Text("まだ振り込まないでください。", "Do not pay yet.")),
    Action(
        "call",
        Text("前から知っている電話番号で、本人に確かめてください。", "Call the person on a number you already had."),
    ),
)


def say(event: Event, directory=()) -> Verdict:
    turns = event.turns or (Turn(event.text, "sender"),)
    level, stage, first, signals = Level.OK, Stage.NONE, None, []
    for index, turn in enumerate(turns):
        for word, (found, reached, reason) in WORDS.items():
            start = turn.text.find(word)
            if start >= 0:
                signals.append(Signal(f"rule-{word}", Severity.HIGH, word, reason, index, start, start + len(word)))
                stage = reached
                level = max(level, found, key=lambda each: each.rank)
                first = index if first is None and found.is_alert else first
    return Verdict(
        id=event.id,
        level=level,
        score=0.8765,
        stage=stage,
        first_alert_turn=first if event.turns else None,
        signals=tuple(signals),
        identity=_identity(event, directory),
        links=tuple(check_link(word) for turn in turns for word in turn.text.split() if word.startswith("http")),
        actions=ACTIONS if level.is_alert else (),
        pack="fake-pack-1",
    )


def _identity(event, directory):
    if event.sender is None or not event.sender.name:
        return None
    return match_identity(event.sender, directory)


def match_identity(account, people):
    wanted = "".join(account.name.split())
    for person in people:
        if "".join(person.name.split()) == wanted:
            known = person.accounts[0] if person.accounts else None
            return IdentityMatch(
                person,
                0.95,
                Judgement.SAME,
                (
                    FeatureScore(
                        "name", 0.9, account.name, person.name, Text("名前が同じです。", "The names are the same.")
                    ),
                    FeatureScore(
                        "organization",
                        0.1,
                        account.organization,
                        person.organization,
                        Text("会社名がありません。", "No company given."),
                    ),
                ),
                verified=known is not None and account.account_id == known.account_id,
                known_account=f"{known.platform}:{known.account_id}" if known else "",
            )
    return None


def check_link(url: str) -> LinkCheck:
    host = url.split("/")[2] if "//" in url else url
    return LinkCheck(
        url=url,
        host=host,
        domain=host,
        level=LinkLevel.SUSPICIOUS,
        score=0.7,
        reasons=(
            LinkReason(
                "link-odd", 0.4, Text("銀行の公式のアドレスではありません。", "Not an official address of the bank.")
            ),
        ),
        brand="テスト銀行",
        official="https://bank.example.jp/",
    )


@dataclass
class FakeDesk:
    """Screens with ``say`` and keeps in the store it is given."""

    verdicts: object
    directory: object
    screened: list[Event] = field(default_factory=list)

    def screen(self, event):
        self.screened.append(event)
        return say(event, self.directory.people())

    def receive(self, event, *, source, conversation=""):
        stored = StoredVerdict(event, self.screen(event), NOW, source, conversation)
        self.verdicts.add(stored)
        return stored


@dataclass
class FakeLocker:
    """Keeps what it was given to seal."""

    sealed: list = field(default_factory=list)

    def capture(self, folder, things, *, by):
        self.sealed += [(folder, by, thing) for thing in things]
        return ()


def report_desk(database, clock, **more):
    around = {
        "locker": FakeLocker(),
        "redraw": lambda data: draw(data) if len(data) < 3_000_000 else None,
        "transaction": database.transaction,
        "receipts": Receipts(b"k" * 32),
        "now": clock,
    }
    return ReportDesk(SqlReportStore(database), Surroundings(**around | more))


def indicator_keeper(database, directory, clock):
    shares = producer("見本商事", "appeal@example.jp")
    return IndicatorKeeper(SqlIndicatorStore(database), directory, shares, clock)


def cooperation_desk(database, directory, access, clock):
    return CooperationDesk(
        SqlCooperationStore(database, Vault(b"k" * 32)),
        FakeLocker(),
        access,
        clock,
        lambda: f"R-{new_token()[:8]}",
        database.transaction,
        "見本商事",
        lambda: [person.name for person in directory.people()],
    )


class PlainPrinter:
    """Prints words only."""

    def pdf(self, document, *, at):
        return f"%PDF {document.title} {at.isoformat()}".encode()


def evidence_locker(database, clock):
    store = SqlEvidenceStore(database, Vault(b"k" * 32))
    new_id = lambda: secrets.token_hex(8)  # noqa: E731
    return Locker(store, SigningKey(b"s" * 32), clock, new_id, new_id, database.transaction, PlainPrinter())


def case_desk(database, desk, verdicts, copies, *, clock, reporters, indicators):
    parts = DeskParts(
        verdicts=verdicts,
        sealing=evidence_locker(database, clock),
        copies=copies,
        indicators=indicators,
        screen=desk.screen,
        now=clock,
        new_id=lambda: f"case-{secrets.token_hex(4)}",
        transaction=database.transaction,
        reporters=reporters,
        connector=EmulatedService(),
    )
    return CaseDesk(SqlCaseStore(database), parts)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def forward(self, **by):
        self.now += timedelta(**by)


class Visitor(TestClient):
    """Somebody with a browser: keeps cookies, and sends forms as they stand in the last page."""

    def submit(self, address, fields=(), *, page=None, **more):
        shown = self.get(page or address).text
        token = re.search('name="csrf" value="([^"]+)"', shown)[1]
        return self.post(address, data={"csrf": token, **dict(fields)}, **more)

    def sign_in(self, name="admin", password=PASSWORD, **more):
        return self.submit("/login", {"name": name, "password": password, **more}, follow_redirects=False)


@dataclass
class World:
    """Everything a test may look at behind the pages."""

    services: Services
    clock: Clock
    desk: FakeDesk
    app: object
    password: str = PASSWORD

    def visitor(self, address="192.0.2.7", **more):
        return Visitor(self.app, base_url=more.pop("base_url", "http://testserver"), client=(address, 1), **more)

    def staff(self):
        visitor = self.visitor()
        assert visitor.sign_in().status_code == 303
        return visitor

    def receive(self, event, source="chat", conversation=""):
        return self.desk.receive(event, source=source, conversation=conversation)


def make_doors(database, users, access, clock, **more):
    credentials = SqlCredentialStore(database)
    factors = SecondFactors(credentials, Vault(b"k" * 32), clock, new_token)
    return Doors(
        sign_in=SignIn(users, credentials, factors, access, now=clock, new_token=new_token),
        factors=factors,
        credentials=credentials,
        staff=Staff(users, credentials, access, transaction=database.transaction, now=clock, new_token=new_token),
        **more,
    )


class NoSummaries:
    """Where there are no cases."""

    def summary(self, folder):
        del folder


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A database file with its tables, to be copied for each test."""
    path = tmp_path_factory.mktemp("empty") / "honnin.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture
def make_world(tmp_path, empty_database):
    databases = []

    def make(**settings):
        shutil.copy(empty_database, tmp_path / "honnin.db")
        database = Database(f"sqlite:///{tmp_path}/honnin.db")
        databases.append(database)
        verdicts, directory, users = SqlVerdictStore(database), SqlDirectoryStore(database), SqlUserStore(database)
        users.create_user("admin", PASSWORD_HASH, at=NOW, roles=[Role.ADMIN, Role.ANALYST])
        audit = SqlAuditStore(database)
        clock, desk = Clock(), FakeDesk(verdicts, directory)
        access = Access(audit, clock)
        copies = CopyKeeper(SqlCopyStore(database), verdicts, shipped_pack(), clock, timedelta(days=180))
        reports = report_desk(database, clock, told=lambda report: cases.take_in(report))  # noqa: PLW0108  # cases come next
        indicators = indicator_keeper(database, directory, clock)
        cases = case_desk(database, desk, verdicts, copies, clock=clock, reporters=reports, indicators=indicators)
        services = Services(
            desk=desk,
            verdicts=verdicts,
            directory=directory,
            copies=copies,
            users=users,
            access=access,
            audit=audit,
            doors=make_doors(database, users, access, clock),
            reports=reports,
            cases=cases,
            locker=evidence_locker(database, clock),
            summaries=NoSummaries(),
            indicators=indicators,
            cooperation=cooperation_desk(database, directory, access, clock),
            check_link=check_link,
            match_identity=match_identity,
            settings=Settings(**{"second_factor": "optional"} | settings),
            now=clock,
        )
        return World(services, clock, desk, create_app(services))

    yield make
    for database in databases:
        database.close()


@pytest.fixture
def world(make_world):
    return make_world()


@pytest.fixture
def visitor(world):
    return world.visitor()


@pytest.fixture
def staff(world):
    return world.staff()


@pytest.fixture
def taro():
    return Person(
        "試験 太郎",
        "しけん たろう",
        organization="見本商事",
        title="代表取締役社長",
        accounts=(KnownAccount("chatwork", "10001"),),
        emails=("taro@example.jp",),
    )


@pytest.fixture
def served(world):
    """The address of the world's application on a real socket."""
    with serving(world.app) as address:
        yield address


@pytest.fixture(scope="module")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture
def open_page(chromium, served):
    """Open a browser window on the site; anything the browser complains about fails the test."""
    with windows(chromium, served) as open_it:
        yield open_it
