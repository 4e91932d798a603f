"""Taking reports while being killed: what a reporter was told is kept is there, with its files sealed; nothing is half there."""

import io
import os
import random

from PIL import Image
from sqlalchemy import text
from tests.soak.harness import KEY, READY
from tests.soak.sealing import log_mistakes

from honnin import bootstrap
from honnin.app.uploads import Upload
from honnin.cases.report import Report, Sent
from honnin.settings import settings_from
from honnin.store import Database


def opened(url):
    """Return a report desk over the database, put together as the product does it."""
    database = Database(url)
    database.migrate()
    given = settings_from({"HONNIN_DATABASE_URL": url, "HONNIN_SECRET_KEY": KEY})
    return database, bootstrap.report_desk(given, database), bootstrap.locker(given, database)


def files(chance):
    """Return a few files, none like any other; now and then one is a picture."""
    given = [Upload(f"{n}.bin", os.urandom(chance.randint(1, 50_000))) for n in range(chance.randint(0, 2))]
    if chance.random() < 0.3:
        drawn = io.BytesIO()
        Image.effect_noise((40, 40), 60).save(drawn, "PNG")
        given.append(Upload("shot.png", drawn.getvalue()))
    return given


def work(url, _folder, say):
    chance = random.Random()
    _, desk, _ = opened(url)
    say(READY)
    while True:
        said = os.urandom(8).hex()
        told = Report(number="", received_at=bootstrap.now(), text=said, sent=(Sent.MONEY,), contact="hana@example.jp")
        receipt = desk.receive(told, files(chance), once=said)
        say([receipt.number, receipt.secret, said, [file.sha256 for file in receipt.report.files]])
        if chance.random() < 0.5:
            grown = desk.add(receipt.number, receipt.secret, f"more {said}", files(chance))
            say([receipt.number, receipt.secret, f"more {said}", [file.sha256 for file in grown.all_files]])


def check(url, _folder, said):
    database, desk, locker = opened(url)
    try:
        wrong = log_mistakes(database, locker)
        with database.reading() as connection:
            numbers = list(connection.execute(text("SELECT number FROM reports ORDER BY seq")).scalars())
        for number in numbers:
            wrong += half_there(desk.store, locker, number)
        for number, secret, words, digests in said:
            found = desk.look_up(number, secret)
            if found is None or words not in found.words:
                wrong.append(f"{number} was acknowledged and is not there")
            elif not set(digests) <= {file.sha256 for file in found.all_files}:
                wrong.append(f"files of {number} were acknowledged and are not there")
        return wrong
    finally:
        database.close()


def half_there(store, locker, number):
    """Return what is wrong with a report: files without evidence, evidence without files, pictures that are missing."""
    report = store.get(number)
    items = locker.items(report.folder)
    notes = [item for item in items if item.media_type == "application/json"]
    wrong = []
    if {item.sha256 for item in items} - {note.sha256 for note in notes} != {file.sha256 for file in report.all_files}:
        wrong.append(f"{number}: evidence and files differ")
    if len(notes) != 1 + len(report.additions):
        wrong.append(f"{number}: {len(notes)} notes of {1 + len(report.additions)}")
    wrong += [
        f"{number}: a picture is missing"
        for file in report.all_files
        if file.has_picture and store.picture(number, file.sha256) is None
    ]
    return wrong
