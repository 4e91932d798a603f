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
    appended = rate(lambda at: store.append([deed(at)], by="bench", at=locker.now(), salts=[locker.new_salt()]), 2_000)
    talks = (
        rate(lambda at: locker.capture(f"case/{at}", [message(20 * at + n) for n in range(20)], by="bench"), 50) * 20
    )
    fill(store, count)
    size, root = (state := store.state()).size, state.root
    took = []
    for index in random.Random(1).sample(range(size), 1_000):
        started = time.perf_counter()
        path = store.proof(index, size)
        took.append((time.perf_counter() - started) * 1000)
        assert len(path) <= 20
    check_one(store, size, root)
    later = rate(lambda at: store.append([deed(at)], by="bench", at=locker.now(), salts=[locker.new_salt()]), 1_000)
    p99 = statistics.quantiles(took, n=100)[98]
    print(
        f"{name}: {appended:,.0f} entries/s one by one, {later:,.0f} after {size:,}; {captured:,.0f} items sealed/s;",
        end=" ",
    )
    print(f"a proof among {size:,} takes {statistics.median(took):.2f} ms (p99 {p99:.2f}, at most {max(took):.2f})")
    for what, fits in (("appending", min(appended, later) >= PER_SECOND), ("proofs", p99 <= PROOF_MS)):
        if not fits:
            print(f"{name}: {what} below what is asked for ({PER_SECOND}/s, {PROOF_MS} ms)")


def deed(at):
    return Deed(f"case/{at % 50}", Act.VIEWED, f"item-{at}", {"purpose": "確認のため"})


def message(at):
    content = f'{{"message_id":"{at}","body":"至急、お振込をお願いします。","account_id":"9990001"}}'.encode()
    return Capture(Kind.MESSAGE, Method.API, content, "application/json", ref=f"chatwork:message/{at}")


def rate(work, times):
    started = time.perf_counter()
    for at in range(times):
        work(at)
    return times / (time.perf_counter() - started)


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
