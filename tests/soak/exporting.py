"""Exporting while being killed: every bundle that can be seen is whole, and none left without an entry."""

import random

from tests.soak.harness import READY
from tests.soak.sealing import log_mistakes, opened, something

from honnin.app.case_summary import plain_summary
from honnin.app.locker import Wish
from honnin.evidence.entry import Act
from honnin.evidence.summary import Recipient
from honnin.evidence.verifier import verify_path
from honnin.store.files import write_whole

CASE = "case/exported"


def work(url, folder, say):
    chance = random.Random()
    _, locker = opened(url)
    locker.capture(CASE, something(chance)[:1], by="soak")
    say(READY)
    while True:
        summary = plain_summary(CASE, locker.items(CASE))
        made = locker.export(CASE, summary, Wish(chance.choice(list(Recipient))), by="soak")
        write_whole(folder / made.name, made.pieces())
        say([made.id, made.name])


def check(url, folder, said):
    database, locker = opened(url)
    try:
        wrong = log_mistakes(database, locker)
        exported = {entry.detail["bundle"] for entry in locker.custody(CASE) if entry.act is Act.EXPORTED}
        there = {path.name: path for path in folder.glob("*.zip")}
        wrong += [f"{name} was acknowledged and is not there" for _, name in said if name not in there]
        for path in there.values():
            result = verify_path(path, locker.key.public)
            if result.status:
                wrong.append(f"{path.name} is not whole: {result.findings[:3]}")
            elif result.statement["bundle"] not in exported:
                wrong.append(f"{path.name} has no entry")
        return wrong
    finally:
        database.close()
