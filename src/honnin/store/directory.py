"""The directory of real people and their verified accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from hashlib import sha256

from sqlalchemy import Connection, bindparam, delete, select

from honnin.app.directory_csv import person_key
from honnin.model import KnownAccount, Person
from honnin.store.database import Database, kept
from honnin.store.schema import counter, people, person_accounts, person_emails, raise_counter

REVISION = "directory"


class SqlDirectoryStore:
    """Keeps people; one who is there already (same id, or same name and organisation) is replaced."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def people(self) -> tuple[Person, ...]:
        with self._database.reading() as connection:
            accounts: dict[str, list[KnownAccount]] = defaultdict(list)
            for row in connection.execute(
                select(person_accounts).order_by(person_accounts.c.person_id, person_accounts.c.position)
            ):
                accounts[row.person_id].append(KnownAccount(row.platform, row.account_id))
            emails: dict[str, list[str]] = defaultdict(list)
            for row in connection.execute(
                select(person_emails).order_by(person_emails.c.person_id, person_emails.c.position)
            ):
                emails[row.person_id].append(row.email)
            rows = connection.execute(select(people).order_by(people.c.organization, people.c.kana, people.c.name))
            return tuple(
                Person(
                    name=row.name,
                    kana=row.kana,
                    romaji=row.romaji,
                    organization=row.organization,
                    title=row.title,
                    accounts=tuple(accounts[row.id]),
                    emails=tuple(emails[row.id]),
                    id=row.id,
                )
                for row in rows
            )

    def upsert(self, people: Iterable[Person]) -> int:
        """Keep these people, all or none; return how many were new or changed."""
        with self._database.transaction(locks=["directory"]) as connection:
            known = {person.id: person for person in self.people()}
            by_key = {person_key(person): person.id for person in known.values()}
            changed: dict[str, Person] = {}
            for given in people:
                person = _cleaned(given)
                person = replace(person, id=person.id or by_key.get(person_key(person)) or _new_id(person))
                by_key[person_key(person)] = person.id
                if known.get(person.id) == person:
                    continue
                known[person.id] = changed[person.id] = person
            if changed:
                _write(connection, changed.values())
                raise_counter(connection, REVISION)
            return len(changed)

    def remove(self, person_id: str) -> bool:
        """Take a person out; False where there is none of that id."""
        with self._database.transaction(locks=["directory"]) as connection:
            gone = connection.execute(delete(people).where(people.c.id == kept(person_id, 200))).rowcount > 0
            if gone:
                raise_counter(connection, REVISION)
            return gone

    def revision(self) -> int:
        """Return a number that grows with every change, so that others know when to read again."""
        with self._database.reading() as connection:
            return counter(connection, REVISION)


def _cleaned(person: Person) -> Person:
    accounts = (KnownAccount(kept(a.platform, 2000), kept(a.account_id, 2000)) for a in person.accounts)
    return Person(
        name=kept(person.name, 2000),
        kana=kept(person.kana, 2000),
        romaji=kept(person.romaji, 2000),
        organization=kept(person.organization, 2000),
        title=kept(person.title, 2000),
        accounts=tuple(accounts),
        emails=tuple(kept(email, 2000) for email in person.emails),
        id=kept(person.id, 200),
    )


def _key(person: Person) -> str:
    return sha256("\x00".join(person_key(person)).encode()).hexdigest()


def _new_id(person: Person) -> str:
    return f"p-{_key(person)[:16]}"


def _write(connection: Connection, written: Collection[Person]) -> None:
    """Put these people in place of those with the same ids."""
    connection.execute(delete(people).where(people.c.id == bindparam("gone")), [{"gone": each.id} for each in written])
    rows = [
        {
            "id": person.id,
            "key": _key(person),
            "name": person.name,
            "kana": person.kana,
            "romaji": person.romaji,
            "organization": person.organization,
            "title": person.title,
        }
        for person in written
    ]
    accounts = [
        {"person_id": person.id, "position": position, "platform": account.platform, "account_id": account.account_id}
        for person in written
        for position, account in enumerate(person.accounts)
    ]
    emails = [
        {"person_id": person.id, "position": position, "email": email}
        for person in written
        for position, email in enumerate(person.emails)
    ]
    for table, given in ((people, rows), (person_accounts, accounts), (person_emails, emails)):
        if given:
            connection.execute(table.insert(), given)
