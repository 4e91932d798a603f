"""How fast the evidence locker seals, and how long a proof takes in a log of a million entries.

evidence_bench.py [ENTRIES]    with so many entries; on PostgreSQL too where it is run by scripts/with-postgres
"""

import os
import random
import secrets
import statistics
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from sqlalchemy import make_url

from honnin.app.locker import Locker
from honnin.app.vault import Vault
from honnin.evidence.entry import Act, Deed
from honnin.evidence.item import Capture, Kind, Method
from honnin.evidence.merkle import root_from_path
from honnin.evidence.signing import SigningKey
from honnin.store import Database, SqlEvidenceStore

PER_SECOND, PROOF_MS = 500, 5.0
AT_ONCE = 20_000


@contextmanager
def databases():
    """Yield each database with its name."""

    def each(folder):
        yield "SQLite", f"sqlite:///{folder}/honnin.db"
        told = os.environ.get("HONNIN_TEST_POSTGRES")
        if not told:
            print("PostgreSQL: not measured; run this by scripts/with-postgres")
            return
        server, name = make_url(told), f"bench_{uuid.uuid4().hex}"
        plain = server.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
            yield "PostgreSQL", server.set(database=name).render_as_string(hide_password=False)
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    with tempfile.TemporaryDirectory(prefix="honnin-bench-") as folder:
        yield each(folder)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with databases() as found:
        for name, url in found:
            database = Database(url)
            database.migrate()
            measure(name, database, count)
            database.close()


def measure(name, database, count):
    store = SqlEvidenceStore(database, Vault(bytes(32)))
    locker = Locker(
        store, SigningKey(bytes(32)), lambda: datetime.now(UTC), lambda: secrets.token_hex(8),
        lambda: secrets.token_hex(16), database.transaction, printer=None,
    )  # fmt: skip

    def one(at):
        store.append([deed(at)], by="bench", at=locker.now(), salts=[locker.new_salt()])

    def talk(at):
        locker.capture(f"case/{at}", [message(20 * at + number) for number in range(20)], by="bench")

    print(f"{name}: {rate(one, 2_000)}, each a transaction of its own")
    print(f"{name}: {rate(talk, 50, each=20)}, sealed in conversations of 20 messages")
    fill(store, count)
    size, root = (state := store.state()).size, state.root
    took, worked = [], []
    for index in random.Random(1).sample(range(size), 1_000):
        started, began = time.perf_counter(), time.process_time()
        path = store.proof(index, size)
        took.append((time.perf_counter() - started) * 1000)
        worked.append((time.process_time() - began) * 1000)
        assert len(path) <= 20
    check_one(store, size, root)
    print(f"{name}: {rate(one, 1_000)}, in a log of {size:,}")
    print(f"{name}: a proof in a log of {size:,} takes {spread(took)}; of that our own work {spread(worked)}")
    print(
        f"{name}: asked for are {PER_SECOND}/s and {PROOF_MS} ms; the machine was shared by {os.getloadavg()[0]:.0f} at work"
    )


def spread(times):
    return f"{statistics.median(times):.2f} ms (99 of 100 below {statistics.quantiles(times, n=100)[98]:.2f})"


def deed(at):
    return Deed(f"case/{at % 50}", Act.VIEWED, f"item-{at}", {"purpose": "確認のため"})


def message(at):
    content = f'{{"message_id":"{at}","body":"至急、お振込をお願いします。","account_id":"9990001"}}'.encode()
    return Capture(Kind.MESSAGE, Method.API, content, "application/json", ref=f"chatwork:message/{at}")


def rate(work, times, *, each=1):
    started, began = time.perf_counter(), time.process_time()
    for at in range(times):
        work(at)
    wall, own = time.perf_counter() - started, time.process_time() - began
    return f"{each * times / wall:,.0f} entries/s ({each * times / own:,.0f} by our own work alone)"


def fill(store, count):
    while (size := store.state().size) < count:
        some = range(size, min(size + AT_ONCE, count))
        salts = [f"{at:032x}" for at in some]
        store.append([deed(at) for at in some], by="bench", at=datetime.now(UTC), salts=salts)


def check_one(store, size, root):
    entry = store.entries("case/7")[-1]
    assert root_from_path(entry.hash, entry.index, size, store.proof(entry.index, size)) == root


if __name__ == "__main__":
    main()
