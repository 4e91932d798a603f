"""Cases with their histories, what came in for them, and the keys by which a new entry finds those it is like."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Column, ColumnElement, Connection, and_, delete, func, or_, select, update
from sqlalchemy import Row as SqlRow
from sqlalchemy.dialects import postgresql, sqlite

from honnin.app.desk_ports import Aside, QueueFilter, Row, Trend
from honnin.cases.case import Case, CaseState, Happening, Outcome, Step
from honnin.cases.entry import Entry, EntryKind
from honnin.cases.grouping import Profile, profile_keys
from honnin.cases.labels import Label, LabelKind
from honnin.cases.triage import Lane
from honnin.model import Level
from honnin.store.codec import from_json, to_json
from honnin.store.database import Database, kept
from honnin.store.schema_cases import case_entries, case_history, case_keys, case_labels, case_reporters_aside, cases
from honnin.store.verdicts import folded

STEPS = {step.__name__: step for step in get_args(Step)}
MOST_KEYS_READ = 4_000
LEVELS = {level.rank: level for level in Level}
AT_ONCE = 400
_IN_ROW: tuple[Column[Any], ...] = tuple(
    column for column in cases.c if column.name not in {"snapshot", "profile", "search_text", "version"}
)


class StaleCaseError(RuntimeError):
    """Somebody else wrote the next version of a case first; its lock was not held."""


class SqlCaseStore:
    """Keeps cases. The newest version stands in one row, ready for the queue; the steps that made it stand beside it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---- cases

    def add(self, case: Case, row: Row, profile: Profile | None) -> None:
        with self._database.transaction() as connection:
            values = {**_values(case, row), **_words(row), "profile": _profile_text(profile or Profile(case.id))}
            connection.execute(cases.insert().values(id=case.id, **values))
            self._set_keys(connection, case.id, frozenset(), profile_keys(profile) if profile else frozenset())

    def save(self, case: Case, row: Row, happening: Happening, profile: Profile | None) -> None:
        """Keep the next version of a case with the step that made it; refuses one that is not the next."""
        values = {**_values(case, row), **{name: text for name, text in _words(row).items() if row.name or row.words}}
        with self._database.transaction() as connection:
            if profile is not None:
                before = self._profile(connection, case.id)
                values["profile"] = _profile_text(profile)
                self._set_keys(connection, case.id, profile_keys(before), profile_keys(profile))
            changed = connection.execute(
                update(cases).where(cases.c.id == case.id, cases.c.version == case.version - 1).values(values)
            ).rowcount
            if not changed:
                raise StaleCaseError(case.id)
            connection.execute(
                case_history.insert().values(
                    case_id=case.id,
                    version=case.version,
                    kind=type(happening.step).__name__,
                    by=kept(happening.by, 200),
                    at=happening.at,
                    why=kept(happening.why, 5_000),
                    step=to_json(happening.step),
                )
            )

    def get(self, case_id: str) -> Case | None:
        with self._database.reading() as connection:
            found = connection.execute(select(cases.c.snapshot).where(cases.c.id == kept(case_id, 40))).scalar()
        return from_json(Case, found) if found else None

    def history(self, case_id: str) -> tuple[Happening, ...]:
        wanted = (
            select(case_history).where(case_history.c.case_id == kept(case_id, 40)).order_by(case_history.c.version)
        )
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return tuple(Happening(from_json(STEPS[row.kind], row.step), row.by, row.at, row.why) for row in rows)

    # ---- finding what is alike

    def profile(self, case_id: str) -> Profile:
        with self._database.reading() as connection:
            return self._profile(connection, case_id)

    def _profile(self, connection: Connection, case_id: str) -> Profile:
        text = connection.execute(select(cases.c.profile).where(cases.c.id == kept(case_id, 40))).scalar()
        return _read_profile(case_id, text) if text else Profile(case_id)

    def profiles(self, keys: Collection[str], *, most: int = 60) -> tuple[Profile, ...]:
        """Return the cases that share keys with something, those that share most first."""
        wanted = select(case_keys.c.key, case_keys.c.case_id).where(
            case_keys.c.key.in_([kept(key, 200) for key in keys])
        )
        with self._database.reading() as connection:
            met: Counter[str] = Counter()
            for key, case_id in connection.execute(wanted.limit(MOST_KEYS_READ)):
                met[case_id] += 1 if key.startswith("t:") else 100  # an exact mark is never crowded out by likeness
            best = [case_id for case_id, _ in sorted(met.items(), key=lambda each: (-each[1], each[0]))[:most]]
            rows = connection.execute(select(cases.c.id, cases.c.profile).where(cases.c.id.in_(best))).all()
        return tuple(_read_profile(row.id, row.profile) for row in rows)

    def _set_keys(self, connection: Connection, case_id: str, before: frozenset[str], after: frozenset[str]) -> None:
        gone = [kept(key, 200) for key in before - after]
        for at in range(0, len(gone), AT_ONCE):
            part = gone[at : at + AT_ONCE]
            connection.execute(delete(case_keys).where(case_keys.c.case_id == case_id, case_keys.c.key.in_(part)))
        new = sorted({kept(key, 200) for key in after - before})
        if new:
            dialect = postgresql if self._database.is_postgres else sqlite
            rows = [{"key": key, "case_id": case_id} for key in new]
            connection.execute(dialect.insert(case_keys).on_conflict_do_nothing(), rows)

    # ---- entries

    def add_entry(self, entry: Entry, case_id: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                case_entries.insert().values(
                    id=kept(entry.id, 200),
                    case_id=case_id,
                    at=entry.at,
                    who=kept(entry.who, 200),
                    account=kept(entry.account, 400),
                    entry=to_json(entry),
                )
            )

    def entry_case(self, entry_id: str) -> str:
        with self._database.reading() as connection:
            wanted = select(case_entries.c.case_id).where(case_entries.c.id == kept(entry_id, 200))
            return connection.execute(wanted).scalar() or ""

    def move_entries(self, entries: Iterable[str], case_id: str) -> None:
        ids = [kept(each, 200) for each in entries]
        with self._database.transaction() as connection:
            for at in range(0, len(ids), AT_ONCE):
                those = case_entries.c.id.in_(ids[at : at + AT_ONCE])
                connection.execute(update(case_entries).where(those).values(case_id=case_id))

    def entries(self, case_id: str, *, most: int = 100) -> tuple[Entry, ...]:
        wanted = select(case_entries.c.entry).where(case_entries.c.case_id == kept(case_id, 40))
        newest = wanted.order_by(case_entries.c.at.desc(), case_entries.c.id).limit(most)
        with self._database.reading() as connection:
            return tuple(from_json(Entry, text) for text in connection.execute(newest).scalars())

    def entries_of(self, entry_ids: Collection[str]) -> tuple[Entry, ...]:
        ids = [kept(each, 200) for each in entry_ids]
        found: list[Entry] = []
        with self._database.reading() as connection:
            for at in range(0, len(ids), AT_ONCE):
                wanted = select(case_entries.c.entry).where(case_entries.c.id.in_(ids[at : at + AT_ONCE]))
                found.extend(from_json(Entry, text) for text in connection.execute(wanted).scalars())
        return tuple(sorted(found, key=lambda entry: (entry.at, entry.id)))

    def cases_of_reporter(self, who: str) -> tuple[str, ...]:
        wanted = select(case_entries.c.case_id).where(case_entries.c.who == kept(who, 200)).distinct()
        with self._database.reading() as connection:
            return tuple(connection.execute(wanted).scalars())

    def cases_of_account(self, account: str, *, most: int = 20) -> tuple[Row, ...]:
        those = select(case_entries.c.case_id).where(case_entries.c.account == kept(account, 400)).distinct()
        wanted = select(*_IN_ROW).where(cases.c.id.in_(those)).order_by(cases.c.opened_at.desc(), cases.c.id)
        with self._database.reading() as connection:
            return tuple(_read_row(row) for row in connection.execute(wanted.limit(most)))

    # ---- the queue

    def queue(self, wanted: QueueFilter) -> tuple[Row, ...]:
        """Return cases in the order in which they are worked; closed ones newest first."""
        worked = (cases.c.lane, cases.c.look_by, cases.c.id)
        order = worked if wanted.is_open else (cases.c.decided_at.desc(), cases.c.id)
        found = select(*_IN_ROW).where(*_conditions(wanted)).order_by(*order).limit(min(max(wanted.most, 1), 200))
        with self._database.reading() as connection:
            return tuple(_read_row(row) for row in connection.execute(found))

    def counts(self, *, at: datetime) -> Mapping[str, int]:
        """Count open cases: ``now``, ``waiting``, ``claimed`` and ``all``."""
        by_lane = select(cases.c.lane, func.count()).where(cases.c.is_open == 1).group_by(cases.c.lane)
        # "> ''" and not "!= ''": an index can start there
        held = select(func.count()).where(cases.c.claimed_by > "", cases.c.claimed_until > at, cases.c.is_open == 1)
        with self._database.reading() as connection:
            lanes = {row[0]: row[1] for row in connection.execute(by_lane)}
            claimed = connection.execute(held).scalar_one()
        everything = sum(lanes.values())
        return {"now": lanes.get(0, 0), "waiting": everything - claimed, "claimed": claimed, "all": everything}

    def trends(self, since: datetime) -> tuple[Trend, ...]:
        keys = (cases.c.outcome, cases.c.tactic, cases.c.channel, cases.c.role)
        wanted = (
            select(*keys, func.count().label("number"), func.sum(cases.c.reports).label("told"))
            .where(cases.c.decided_at >= since, cases.c.state == CaseState.CLOSED.value)
            .group_by(*keys)
            .order_by(func.count().desc(), *keys)
        )
        with self._database.reading() as connection:
            return tuple(
                Trend(Outcome(row.outcome), row.tactic, row.channel, row.role, row.number, int(row.told))
                for row in connection.execute(wanted)
            )

    # ---- labels, and reporters in bad faith

    def add_label(self, label: Label) -> None:
        values = {name: getattr(label, name) for name in label.__slots__ if name not in {"case", "kind"}}
        text = {name: kept(values[name], 5_000) for name in ("reason", "lifted_why")}
        with self._database.transaction() as connection:
            connection.execute(
                case_labels.insert().values(**(values | text), case_id=label.case, kind=label.kind.value)
            )

    def lift_label(self, label: Label) -> None:
        """Keep who lifted a label, when and why; what was kept of it before stays as it is."""
        change = update(case_labels).where(case_labels.c.id == label.id, case_labels.c.lifted_at.is_(None))
        with self._database.transaction() as connection:
            connection.execute(
                change.values(
                    lifted_by=label.lifted_by, lifted_at=label.lifted_at, lifted_why=kept(label.lifted_why, 5_000)
                )
            )

    def labels(self, accounts: Collection[str]) -> tuple[Label, ...]:
        wanted = select(case_labels).where(case_labels.c.account.in_([kept(each, 400) for each in accounts]))
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(case_labels.c.at.desc(), case_labels.c.id)).mappings().all()
        return tuple(
            Label(
                **{**{name: value for name, value in row.items() if name != "case_id"}, "kind": LabelKind(row["kind"])},
                case=row["case_id"],
            )
            for row in rows
        )

    def set_aside(self, aside: Aside) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                case_reporters_aside.insert().values(
                    who=kept(aside.who, 200),
                    at=aside.at,
                    by=aside.by,
                    why=kept(aside.why, 5_000),
                    ended_by="",
                    ended_why="",
                )
            )

    def end_aside(self, aside: Aside) -> None:
        table = case_reporters_aside
        change = update(table).where(table.c.who == kept(aside.who, 200), table.c.ended_at.is_(None))
        with self._database.transaction() as connection:
            connection.execute(
                change.values(ended_by=aside.ended_by, ended_at=aside.ended_at, ended_why=kept(aside.ended_why, 5_000))
            )

    def aside(self, who: str) -> Aside | None:
        """Return whether somebody's reports do not count now."""
        table = case_reporters_aside
        wanted = select(table).where(table.c.who == kept(who, 200), table.c.ended_at.is_(None)).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(wanted).mappings().first()
        return Aside(**row) if row else None


def _values(case: Case, row: Row) -> dict[str, Any]:
    return {
        "version": case.version,
        "state": case.state.value,
        "is_open": int(case.is_open),
        "lane": int(row.lane),
        "look_by": row.look_by,
        "opened_at": row.opened_at,
        "account": kept(row.account, 400),
        "level": row.level.rank,
        "harms": " ".join(row.harms),
        "reports": row.reports,
        "alerts": row.alerts,
        "appeals": row.appeals,
        "claimed_by": kept(row.claimed_by, 200),
        "claimed_at": row.claimed_at,
        "claimed_until": row.claimed_until,
        "outcome": case.outcome.value if case.outcome else "",
        "tactic": case.tactic[:60],
        "role": case.role[:60],
        "decided_at": case.decided_at,
        "snapshot": to_json(case),
    }


def _words(row: Row) -> dict[str, str]:
    return {
        "name": kept(row.name, 200),
        "channel": kept(row.channel, 40),
        "words": kept(row.words, 200),
        "search_text": folded(f"{row.id} {row.account} {row.name} {row.words}"),
    }


def _profile_text(profile: Profile) -> str:
    return json.dumps(
        {"keys": sorted(profile.keys), "samples": [sorted(sample) for sample in profile.samples]}, separators=(",", ":")
    )


def _read_profile(case_id: str, text: str) -> Profile:
    read = json.loads(text)
    return Profile(case_id, frozenset(read["keys"]), tuple(frozenset(sample) for sample in read["samples"]))


def _read_row(row: SqlRow[Any]) -> Row:
    return Row(
        id=row.id,
        state=CaseState(row.state),
        lane=Lane(row.lane),
        look_by=row.look_by,
        opened_at=row.opened_at,
        name=row.name,
        account=row.account,
        channel=row.channel,
        words=row.words,
        level=LEVELS[row.level],
        harms=tuple(row.harms.split()),
        reports=row.reports,
        alerts=row.alerts,
        appeals=row.appeals,
        claimed_by=row.claimed_by,
        claimed_at=row.claimed_at,
        claimed_until=row.claimed_until,
        outcome=Outcome(row.outcome) if row.outcome else None,
        decided_at=row.decided_at,
    )


def _conditions(wanted: QueueFilter) -> Iterator[ColumnElement[bool]]:
    yield cases.c.is_open == int(wanted.is_open)
    if not wanted.is_open:
        yield cases.c.state == CaseState.CLOSED.value
    if wanted.free_at is not None:
        yield or_(cases.c.claimed_by == "", cases.c.claimed_until <= wanted.free_at)
    if wanted.claimed_by:
        yield cases.c.claimed_by == kept(wanted.claimed_by, 200)
    if wanted.lane is not None:
        yield cases.c.lane == int(wanted.lane)
    if wanted.level is not None:
        yield cases.c.level == wanted.level.rank
    if wanted.kind is not None:
        yield {
            EntryKind.REPORT: cases.c.reports,
            EntryKind.ALERT: cases.c.alerts,
            EntryKind.APPEAL: cases.c.appeals,
        }[wanted.kind] > 0
    for word in folded(wanted.text[:200]).split():
        yield cases.c.search_text.contains(word, autoescape=True)
    if wanted.after is not None:
        lane, look_by, case_id = wanted.after
        if wanted.is_open:
            same = and_(cases.c.look_by == look_by, cases.c.id > case_id)
            later = and_(cases.c.lane == lane, or_(cases.c.look_by > look_by, same))
            yield cases.c.lane >= lane  # what an index can start from
            yield or_(cases.c.lane > lane, later)
        else:
            yield cases.c.decided_at <= look_by
            yield or_(cases.c.decided_at < look_by, cases.c.id > case_id)
