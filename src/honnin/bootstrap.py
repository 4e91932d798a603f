"""Puts the parts together: the only place that knows which adapters are used.

What a command does not need is not imported: the first verdict of ``honnin screen`` must not wait for the web.
"""

# ruff: noqa: PLC0415 - see above
from __future__ import annotations

import os
import secrets
import socket
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from honnin.app.access import FIRST_SCOPES
from honnin.errors import HonninError
from honnin.model import Text
from honnin.rules import Pack, load_pack, merge, shipped_pack
from honnin.screening import Engine
from honnin.settings import Settings, roles_by_group, settings_from

if TYPE_CHECKING:
    from honnin.app.access import Access, Role, Scope
    from honnin.app.case_summary import Summaries
    from honnin.app.cooperation import CooperationDesk
    from honnin.app.copies import CopyKeeper
    from honnin.app.desk import CaseDesk
    from honnin.app.indicators import IndicatorKeeper
    from honnin.app.locker import Locker, Timestamps
    from honnin.app.reports import ReportDesk
    from honnin.app.screen import ScreeningDesk
    from honnin.app.second import SecondReading
    from honnin.app.single_sign_on import Provider
    from honnin.app.vault import Vault
    from honnin.cases.report import Report
    from honnin.copies import Memory
    from honnin.identity import Directory
    from honnin.model import Event, Verdict
    from honnin.store import Database
    from honnin.web.services import Doors, Services

Say = Callable[[str], None]
MISSED_SINCE = timedelta(days=2)

DEMO_USER = "demo"
DEMO_FIRST_PAUSE, DEMO_PAUSE = 10.0, 6.0
"""Seconds before the demo's attack begins, time to sign in; and between its messages, time to read."""


def now() -> datetime:
    return datetime.now(UTC)


def settings() -> Settings:
    """The site's settings from the environment."""
    return settings_from(os.environ)


def pack(pack_dir: str) -> Pack:
    """The shipped rules, with the site's own beside them."""
    shipped = shipped_pack()
    return merge(shipped, load_pack(Path(pack_dir), beside=shipped)) if pack_dir else shipped


def engine(pack_dir: str = "") -> Engine:
    """The engine with the shipped rules and the site's own."""
    return Engine.load(pack(pack_dir))


@contextmanager
def database(url: str) -> Iterator[Database]:
    """The site's database, with its tables brought up to date."""
    from sqlalchemy.exc import DBAPIError

    from honnin.store import Database

    opened = Database(url)
    try:
        try:
            opened.migrate()
        except DBAPIError:
            raise HonninError(
                Text(
                    "データベースを開けません。HONNIN_DATABASE_URL と、データベースが動いているかを確かめてください。",
                    "The database cannot be opened. Check HONNIN_DATABASE_URL, and that the database is running.",
                )
            ) from None
        yield opened
    finally:
        opened.close()


def installed(given: Settings, rules: Pack) -> tuple[Directory | None, Memory | None]:
    """The people and the confirmed fraud of the site: one without a database yet has none, and gets none made."""
    file = given.database_url.removeprefix("sqlite:///")
    if file != given.database_url and not Path(file).exists():
        return None, None
    from honnin.identity import Directory
    from honnin.store import SqlDirectoryStore

    with database(given.database_url) as kept:
        return Directory(SqlDirectoryStore(kept).people()), copy_keeper(given, kept, rules).memory()


def copy_keeper(given: Settings, kept: Database, rules: Pack) -> CopyKeeper:
    """What remembers confirmed fraud, over a database."""
    from honnin.app.copies import CopyKeeper
    from honnin.store import SqlCopyStore, SqlVerdictStore

    return CopyKeeper(SqlCopyStore(kept), SqlVerdictStore(kept), rules, now, timedelta(days=given.copy_days))


def second_reading(given: Settings, ready: Engine) -> SecondReading | None:
    """Who is asked for a second opinion, where an operator has set one up."""
    if not given.second_opinion_url:
        return None
    from honnin.app.second import SecondReading
    from honnin.connectors.chat_completions import ChatCompletions
    from honnin.screening.opinion import Band

    reader = ChatCompletions(
        given.second_opinion_url,
        given.second_opinion_model,
        key=given.second_opinion_key,
        timeout=given.second_opinion_timeout,
    )
    band = Band(given.second_opinion_from / 100, given.second_opinion_to / 100)
    return SecondReading(reader, ready, band, per_minute=given.second_opinion_per_minute, now=now)


@dataclass(frozen=True)
class Site:
    """A site that is ready to serve."""

    services: Services
    desk: ScreeningDesk
    database: Database


def site(given: Settings, kept: Database, *, demo_login: tuple[str, str] | None = None) -> Site:
    """Put a site together over its database; ``demo_login`` is for the demo alone, whose sign-in is no secret."""
    from honnin.app.access import Access
    from honnin.app.screen import ScreeningDesk
    from honnin.identity import Directory, match
    from honnin.store import (
        SqlAuditStore,
        SqlConversationStore,
        SqlDirectoryStore,
        SqlRelationshipStore,
        SqlUserStore,
        SqlVerdictStore,
    )
    from honnin.web.services import Services

    ready = engine(given.pack_dir)
    verdicts, directory, audit = SqlVerdictStore(kept), SqlDirectoryStore(kept), SqlAuditStore(kept)
    access = Access(audit, now)
    copies = copy_keeper(given, kept, ready.pack)
    desk = ScreeningDesk(
        ready,
        directory,
        verdicts,
        SqlRelationshipStore(kept),
        SqlConversationStore(kept),
        now,
        kept.transaction,
        copies,
        second_reading(given, ready),
    )

    def told(report: Report) -> str:
        return cases.take_in(report)

    reports = report_desk(given, kept, told=told)
    cases = case_desk(given, kept, desk.screen, copies, reports, emulated=demo_login is not None)
    desk.told = cases.take_alert
    services = Services(
        desk=desk,
        verdicts=verdicts,
        directory=directory,
        copies=copies,
        users=SqlUserStore(kept),
        access=access,
        audit=audit,
        reports=reports,
        cases=cases,
        locker=locker(given, kept),
        summaries=summaries(kept),
        indicators=indicator_keeper(given, kept),
        cooperation=cooperation_desk(given, kept, access),
        doors=doors(given, kept, access),
        check_link=ready.links.check,
        match_identity=lambda account, people: match(account, Directory(people)),
        settings=given,
        demo_login=demo_login,
    )
    return Site(services, desk, kept)


def vault(given: Settings) -> Vault:
    """What keeps secrets closed, with the site's key."""
    from honnin.app.vault import Vault
    from honnin.store.key_file import key_from_file, read_key

    if told := read_key(given.secret_key):
        return Vault(told)
    file = given.database_url.removeprefix("sqlite:///")
    folder = Path("var") if file == given.database_url else Path(file).parent
    return Vault(key_from_file(Path(given.secret_key_file) if given.secret_key_file else folder / "honnin.key"))


def locker(given: Settings, kept: Database) -> Locker:
    """The evidence locker over a database, which signs and encrypts with keys made from the site's own."""
    from honnin import __version__
    from honnin.app.locker import Locker
    from honnin.connectors.printing import TypstPrinter
    from honnin.evidence.signing import SigningKey
    from honnin.store import SqlEvidenceStore

    closing = vault(given)
    return Locker(
        SqlEvidenceStore(kept, closing),
        SigningKey(closing.key_for("evidence signing")),
        now,
        lambda: secrets.token_hex(16),
        lambda: secrets.token_hex(16),
        kept.transaction,
        TypstPrinter(given.font_dir),
        tool=f"Honnin {__version__}",
        organization=given.operator_name,
        keep_for=timedelta(days=given.evidence_days),
        timestamps=_timestamps(given),
    )


def _timestamps(given: Settings) -> Timestamps | None:
    if not given.timestamp_url:
        return None
    from honnin.connectors.timestamps import TimestampAuthority

    return TimestampAuthority.from_file(given.timestamp_url, Path(given.timestamp_ca))


def summaries(kept: Database) -> Summaries:
    """What cases say about themselves when their evidence is exported."""
    from honnin.app.desk_summary import DeskSummaries
    from honnin.store import SqlCaseStore

    return DeskSummaries(SqlCaseStore(kept))


def case_desk(
    given: Settings,
    kept: Database,
    screen: Callable[[Event], Verdict],
    copies: CopyKeeper,
    reports: ReportDesk | None,
    *,
    emulated: bool = False,
) -> CaseDesk:
    """What makes cases of reports and alerts, over a database; the demo acts on a service that is not there."""
    from honnin.app.desk import CaseDesk, DeskParts
    from honnin.app.desk_ports import NoConnector
    from honnin.app.intake import OwnMarks
    from honnin.connectors.emulated import EmulatedService
    from honnin.store import SqlCaseStore, SqlDirectoryStore, SqlVerdictStore

    parts = DeskParts(
        verdicts=SqlVerdictStore(kept),
        sealing=locker(given, kept),
        copies=copies,
        indicators=indicator_keeper(given, kept),
        screen=screen,
        now=now,
        new_id=lambda: f"{now():%y%m%d}-{secrets.token_hex(4)}",
        transaction=kept.transaction,
        reporters=reports,
        connector=EmulatedService() if emulated else NoConnector(),
        ours=OwnMarks(SqlDirectoryStore(kept)),
    )
    return CaseDesk(SqlCaseStore(kept), parts)


def report_desk(
    given: Settings, kept: Database, *, told: Callable[[Report], object] = lambda _report: None
) -> ReportDesk:
    """What takes reports in, over a database; ``told`` hears of each inside the transaction that keeps it."""
    from honnin.app.receipts import Receipts
    from honnin.app.reports import ReportDesk, Surroundings
    from honnin.connectors.redraw import RedrawApart
    from honnin.store import SqlReportStore

    sealing = locker(given, kept)
    around = Surroundings(
        locker=sealing,
        redraw=RedrawApart(),
        transaction=kept.transaction,
        receipts=Receipts(vault(given).key_for("receipts")),
        now=now,
        told=told,
        is_held=lambda folder: bool(sealing.holds(folder)),
        flush=kept.flush,
        contact_lasts=timedelta(days=given.report_contact_days),
    )
    return ReportDesk(SqlReportStore(kept), around)


def indicator_keeper(given: Settings, kept: Database) -> IndicatorKeeper:
    """What keeps indicators and exchanges them with others, over a database."""
    from honnin.app.indicators import IndicatorKeeper, producer
    from honnin.store import SqlDirectoryStore
    from honnin.store.indicators import SqlIndicatorStore

    shares = producer(given.operator_name, given.operator_contact)
    return IndicatorKeeper(SqlIndicatorStore(kept), SqlDirectoryStore(kept), shares, now)


def cooperation_desk(given: Settings, kept: Database, access: Access) -> CooperationDesk:
    """What leads requests for records, over a database."""
    from honnin.app.cooperation import CooperationDesk
    from honnin.sharing.request import Policy
    from honnin.store import SqlDirectoryStore
    from honnin.store.cooperation import SqlCooperationStore

    directory = SqlDirectoryStore(kept)
    return CooperationDesk(
        SqlCooperationStore(kept, vault(given)),
        locker(given, kept),
        access,
        now,
        lambda: f"{now():%Y%m%d}-{secrets.token_hex(4)}",
        kept.transaction,
        given.operator_name or "Honnin",
        lambda: [person.name for person in directory.people()],
        Policy(given.communications == "warrant", timedelta(days=given.cooperation_days)),
    )


def doors(given: Settings, kept: Database, access: Access) -> Doors:
    """How people get in."""
    from honnin.app.factors import SecondFactors
    from honnin.app.passwords import new_token
    from honnin.app.sign_in import SignIn
    from honnin.app.single_sign_on import Newcomers, RolesByClaim
    from honnin.app.staff import Staff
    from honnin.store import SqlCredentialStore, SqlUserStore
    from honnin.web.services import Doors

    users, credentials = SqlUserStore(kept), SqlCredentialStore(kept)
    factors = SecondFactors(credentials, vault(given), now, new_token)
    mapping = RolesByClaim(given.oidc_claim, roles_by_group(given.oidc_roles) or {})
    return Doors(
        sign_in=SignIn(users, credentials, factors, access, now=now, new_token=new_token),
        factors=factors,
        credentials=credentials,
        staff=Staff(users, credentials, access, transaction=kept.transaction, now=now, new_token=new_token),
        provider=_provider(given),
        newcomers=Newcomers(users, credentials, access, mapping=mapping, transaction=kept.transaction, now=now),
    )


def _provider(given: Settings) -> Provider | None:
    if not given.oidc_issuer:
        return None
    from honnin.connectors.oidc import OpenIdProvider

    return OpenIdProvider(given.oidc_issuer, given.oidc_client_id, given.oidc_client_secret, name=given.oidc_name)


def add_user(kept: Database, name: str, password: str, roles: Iterable[Role]) -> None:
    """Let somebody sign in, or refuse a name that is taken and a password that is too short."""
    from honnin.app.passwords import LONGEST, SHORTEST, hash_password
    from honnin.store import SqlUserStore

    if not SHORTEST <= len(password) <= LONGEST:
        raise HonninError(
            Text(
                f"パスワードは{SHORTEST}文字以上にしてください。", f"Use a password of at least {SHORTEST} characters."
            )
        )
    wanted = frozenset(roles)
    if not SqlUserStore(kept).create_user(name, hash_password(password), at=now(), roles=wanted):
        raise HonninError(
            Text(
                f"「{name}」はすでにいます。別の名前にしてください。", f'"{name}" exists already. Choose another name.'
            )
        )
    _note_at_command_line(kept, "users.change", f"user:{name}", did="add", roles=" ".join(sorted(wanted)))


def _note_at_command_line(kept: Database, action: str, thing: str, **detail: str) -> None:
    from honnin.app.access import Access, Actor
    from honnin.store import SqlAuditStore

    Access(SqlAuditStore(kept), now).note(Actor.system("command line"), action, thing, detail=detail)


def reset_user(given: Settings, kept: Database, name: str) -> str:
    """Forget somebody's second factors and return the path of a link by which they choose a new password."""
    from honnin.app.access import Access, Actor
    from honnin.store import SqlAuditStore

    staff, by = doors(given, kept, Access(SqlAuditStore(kept), now)).staff, Actor.system("command line")
    staff.reset_factors(by, name)
    return f"/join/{staff.password_link(by, name)}"


def add_key(kept: Database, name: str, by: str, scopes: Collection[Scope] = FIRST_SCOPES) -> str:
    """Make a key for a program and return it; only its hash is kept."""
    from honnin.app.accounts import KEY_PREFIX, ApiKey
    from honnin.app.passwords import digest, new_token
    from honnin.store import SqlUserStore

    shown = f"{KEY_PREFIX}{new_token()[:8]}"
    secret = f"{shown}.{new_token()}"
    SqlUserStore(kept).add_key(ApiKey(shown, name, now(), by, scopes=frozenset(scopes)), digest(secret))
    _note_at_command_line(kept, "keys.change", f"key:{shown}", did="create", name=name, scopes=" ".join(sorted(scopes)))
    return secret


def serve(given: Settings, *, demo: bool, say: Say) -> None:
    """Serve the site until it is stopped; ``say`` prints what the person at the terminal needs to know."""
    import uvicorn

    from honnin.web.application import create_app

    with ExitStack() as stack:
        listening = stack.enter_context(_listen(given.host, given.port))
        if demo:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="honnin-demo-", ignore_cleanup_errors=True))
            given = replace(given, database_url=f"sqlite:///{folder}/demo.db", second_factor="optional")
        login = (DEMO_USER, secrets.token_urlsafe(9)) if demo else None
        ready = site(given, stack.enter_context(database(given.database_url)), demo_login=login)
        ready.services.cases.catch_up(since=now() - MISSED_SINCE)
        stopping = threading.Event()
        stack.callback(stopping.set)
        if login is not None:
            _open_demo(ready, login, stopping, say)
        elif not ready.services.users.has_users():
            _print_setup_link(ready, given, say)
        host = f"[{given.host}]" if ":" in given.host else given.host
        say(f"Honnin: http://{host}:{given.port}  (Ctrl+C で終了 / Ctrl+C stops it)")
        config = uvicorn.Config(create_app(ready.services), log_level="warning", server_header=False)
        uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    """Take the address before anything else is done, so that a taken one is told at once."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    with listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError:
            raise HonninError(
                Text(
                    f"{host}:{port} は使えません。--port で別の番号を指定してください。",
                    f"{host}:{port} cannot be used. Name another port with --port.",
                )
            ) from None
        listening.listen(128)
        yield listening


def _print_setup_link(ready: Site, given: Settings, say: Say) -> None:
    """Print the link by which the first administrator sets the site up; it works once, for a day."""
    host = "localhost" if given.host in {"127.0.0.1", "::1"} else f"[{given.host}]" if ":" in given.host else given.host
    address = given.public_url or f"http://{host}:{given.port}"
    say(
        "まだ利用者がいません。次のリンクを開いて、最初の管理者を決めてください。一回だけ、24時間使えます。\n"
        "Nobody can sign in yet. Open this link to make the first administrator; it works once, for 24 hours.\n"
        f"  {address}/join/{ready.services.doors.staff.setup_link()}"
    )


def _open_demo(ready: Site, login: tuple[str, str], stopping: threading.Event, say: Say) -> None:
    from honnin.app.access import Role
    from honnin.app.demo import Demo, play, settle_in
    from honnin.store import SqlRelationshipStore

    demo = Demo.load()
    settle_in(ready.desk, demo, ready.services.directory, SqlRelationshipStore(ready.database))
    add_user(ready.database, *login, [Role.ADMIN, Role.ANALYST, Role.APPROVER])
    say(
        "デモ：架空の会社「みどり堂」です。サインインして受信箱を開くと、数秒ごとに届く偽社長の連絡を見られます。\n"
        'Demo: an invented company, "Midori-do". Sign in and open the inbox to watch a fake president write to it.\n'
        f"  {login[0]} / {login[1]}"
    )
    showing = {"run": f"{now():%Y%m%d%H%M%S}", "first_pause": DEMO_FIRST_PAUSE, "pause": DEMO_PAUSE, "stop": stopping}
    threading.Thread(target=play, args=(ready.desk, demo), kwargs=showing, daemon=True).start()
