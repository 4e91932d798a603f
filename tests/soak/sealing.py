"""Sealing evidence while being killed: what was acknowledged is there, and the log fits together."""

import os
import random

from sqlalchemy import text
from tests.soak.harness import KEY, READY

from honnin import bootstrap
from honnin.evidence.entry import Act, Entry
from honnin.evidence.item import Capture, Kind, Method
from honnin.evidence.merkle import tree_root
from honnin.settings import settings_from
from honnin.store import Database

OPENED = 40
"""So many of the last items are opened after each kill; that contents belong to items is checked for all of them."""


def opened(url):
    """Return a locker over the database, put together as the product does it."""
    database = Database(url)
    database.migrate()
    given = settings_from({"HONNIN_DATABASE_URL": url, "HONNIN_SECRET_KEY": KEY})
    return database, bootstrap.locker(given, database)


def something(chance):
    """Return a few things to seal, none like any other."""
    return [
        Capture(
            Kind.MESSAGE, Method.API, os.urandom(chance.randint(1, 20_000)), ref=f"chatwork:message/{chance.random()}"
        )
        for _ in range(chance.randint(1, 4))
    ]


def work(url, _folder, say):
    chance = random.Random()
    _, locker = opened(url)
    say(READY)
    while True:
        sealed = locker.capture(f"case/{chance.randint(1, 5)}", something(chance), by="soak")
        say([[each.item.id, each.item.sha256, each.index] for each in sealed])


def check(url, _folder, said):
    database, locker = opened(url)
    try:
        wrong = log_mistakes(database, locker)
        acknowledged = [tuple(each) for sealed in said for each in sealed]
        with database.reading() as connection:
            rows = connection.execute(text("SELECT id, sha256, seq FROM evidence_items")).all()
        there = {tuple(row) for row in rows}
        wrong += [f"{each[0]} was acknowledged and is not there" for each in acknowledged if each not in there]
        for item_id, digest, _ in acknowledged[-OPENED:]:
            if locker.store.item(item_id) is None or locker.store.content(digest) is None:
                wrong.append(f"{item_id} cannot be opened")
        return wrong
    finally:
        database.close()


def log_mistakes(database, locker):
    """Return what does not fit in the log: gaps, chains, the root, items without an entry or content."""
    with database.reading() as connection:
        rows = connection.execute(text("SELECT seq, entry FROM evidence_entries ORDER BY seq")).all()
        items = connection.execute(text("SELECT id, seq, sha256 FROM evidence_items")).all()
        blobs = set(connection.execute(text("SELECT sha256 FROM evidence_blobs")).scalars())
    entries = [Entry.read(row.entry) for row in rows]
    wrong, ends = [], {}
    for at, (row, entry) in enumerate(zip(rows, entries, strict=True)):
        number, before = ends.get(entry.folder, (0, ""))
        if (row.seq, entry.index, entry.number, entry.before) != (at, at, number + 1, before):
            wrong.append(f"entry {at} does not follow")
        ends[entry.folder] = (entry.number, entry.hash.hex())
    if locker.store.state().root != tree_root(entry.hash for entry in entries):
        wrong.append("the root is not that of the entries")
    captured = {(entry.item, entry.index, entry.detail["sha256"]) for entry in entries if entry.act is Act.CAPTURED}
    if captured != {tuple(item) for item in items}:
        wrong.append("items and entries differ")
    if blobs != {item.sha256 for item in items}:
        wrong.append("contents and items differ")
    return wrong
