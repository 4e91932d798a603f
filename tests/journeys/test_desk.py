"""A stranger's report becomes a finished case with evidence that anyone can verify, and the stranger hears of it.

All of it in a real Chromium on a site as it is served; only the chat service that is acted on is not there.
"""

import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from PIL import Image
from tests.evidence.making import covered_up, spread
from tests.web.browser import PHONE, launched, serving, sign_in_as, windows

from honnin import bootstrap
from honnin.app.access import Role
from honnin.evidence.verifier import read_key, report, verify_path
from honnin.model import Account, Channel, Event, Kind
from honnin.settings import Settings
from honnin.web import create_app

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password"
WHY = "名簿の番号で本人に電話し、本人ではないと確かめた"
ALERT = Event(
    "m-1",
    Kind.MESSAGE,
    Channel.CHAT,
    text="代表の試験です。本日中に下記の口座へ至急振込をお願いします。取締役会の前に終えたいので極秘で進めてください。",
    sender=Account(platform="chatwork", account_id="9990077", name="試験 太郎", organization="見本商事"),
)
EVENTS, PROOFS = "data/log/events.jsonl", "data/log/proofs.json"


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A site with one analyst; as in the demo, its chat service does all it is told."""
    monkeypatch.setattr("honnin.web.pages.report.QUICKEST", timedelta(0))
    url = f"sqlite:///{tmp_path}/ours.db"
    given = Settings(database_url=url, second_factor="optional", operator_name="見本商事")
    with bootstrap.database(url) as kept:
        bootstrap.add_user(kept, "sakuma", PASSWORD, [Role.ANALYST])
        yield bootstrap.site(given, kept, demo_login=("sakuma", PASSWORD))


@pytest.fixture
def open_page(site):
    with (
        launched() as chromium,
        serving(create_app(site.services)) as address,
        windows(chromium, address) as open_it,
    ):
        yield open_it


def picture(folder, colour):
    """Return a screenshot that tells where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "35.6812N 139.7671E"
    path = folder / f"{colour}.jpg"
    Image.new("RGB", (390, 500), colour).save(path, "JPEG", exif=exif)
    return path


def test_from_a_report_to_a_bundle_that_anyone_can_verify(open_page, site, tmp_path):
    site.desk.receive(ALERT, source="chat")
    guest, analyst = open_page(PHONE), open_page()
    receipt = a_guest_reports(guest, [picture(tmp_path, "teal"), picture(tmp_path, "navy")])
    sign_in_as(analyst, "sakuma", PASSWORD)
    the_analyst_takes_the_case(analyst)
    the_analyst_seals_and_contains(analyst, picture(tmp_path, "maroon"))
    the_analyst_closes(analyst)
    bundle, key = what_the_police_get(analyst, tmp_path)
    anyone_can_verify(bundle, key, tmp_path)
    tampering_is_named(bundle, key, tmp_path)
    the_guest_reads_what_came_of_it(guest, receipt)


def a_guest_reports(page, pictures):
    page.goto("/report")
    page.get_by_role("link", name="どれも送っていない").click()
    page.get_by_label("送金や口座の変更").check()
    page.get_by_label("くわしく").fill("社長の名前のアカウントから、知らない口座への振込を頼まれました。")
    page.get_by_label("画面の写真・ファイル").set_input_files(pictures)
    page.get_by_label("名乗っている名前").fill("試験 太郎")
    page.get_by_label("どこで").select_option("chatwork")
    page.get_by_label("アカウントのID").fill("9990077")
    page.get_by_label("ご連絡先").fill("hana@example.jp")
    page.get_by_role("button", name="通報する").click()
    assert "ファイル2個" in page.locator(".receipt").inner_text()
    return page.locator("#number").inner_text(), page.locator("#secret").inner_text()


def the_analyst_takes_the_case(page):
    page.get_by_role("link", name="対応", exact=True).click()
    line = page.locator(".rows .row")
    assert line.count() == 1
    assert "通報 1件" in line.inner_text()
    assert "警告 1件" in line.inner_text()
    page.get_by_role("button", name="次の案件を担当する").click()
    assert "担当：sakuma" in page.locator(".case-head").inner_text()
    assert page.locator(".entry-list > li").count() == 2


def the_analyst_seals_and_contains(page, screenshot):
    declined(page)
    assert "消す前に残す" in page.get_by_role("alert").inner_text()
    page.get_by_label("画面の写しなど").set_input_files(screenshot)
    page.get_by_role("button", name="証拠を保全する").click()
    page.get_by_text("このアカウントの証拠は保全しました").wait_for()
    declined(page)
    assert "終わりました" in page.locator("#contain").inner_text()


def declined(page):
    page.locator("summary", has_text="対処を選ぶ").click()
    page.get_by_label("対処", exact=True).select_option("decline_request")
    page.get_by_role("button", name="行う", exact=True).click()


def the_analyst_closes(page):
    page.locator("summary", has_text="書き加える").click()
    page.get_by_label("種類").select_option("payment")
    page.get_by_label("この件での役割").select_option("asked")
    page.get_by_label("内容（名前").fill("9999-100-1-1234567")
    page.get_by_label("金額").fill("480,000円")
    page.get_by_role("button", name="書き加える").click()
    page.locator("#why").fill(WHY)
    page.get_by_label("なりすまし・詐欺と確認しました。").check()
    page.get_by_label("閉じたら次の案件を開く").uncheck()
    page.get_by_role("button", name="理由を付けて閉じる").click()
    page.get_by_role("status").get_by_role("link").click()
    page.get_by_role("link", name="指標の候補を見る").click()
    proposed = page.locator("main").inner_text()
    assert "chatwork:9990077" in proposed
    assert "9999-100-1-1234567" in proposed
    page.go_back()


def what_the_police_get(page, folder):
    """Export from the case's evidence as an analyst does, and return the bundle and the key that is published."""
    page.get_by_role("link", name="保全した証拠を見る").click()
    shown = page.locator("main").inner_text()
    for name in ("teal.jpg", "navy.jpg", "maroon.jpg"):
        assert name in shown
    page.get_by_label("だれに渡しますか").select_option("police")
    page.get_by_label("目的").fill("被害の届け出")
    with page.expect_download() as download:
        page.get_by_role("button", name="束を作って保存する").click()
    bundle = folder / download.value.suggested_filename
    download.value.save_as(bundle)
    with page.expect_download() as download:
        page.get_by_role("link", name="公開鍵を保存する").click()
    key = folder / "key.pem"
    download.value.save_as(key)
    return bundle, key


def unpacked(bundle):
    with zipfile.ZipFile(bundle) as archive:
        return {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}


def anyone_can_verify(bundle, key, tmp_path):
    """Once with the command, once with nothing but the bundle, each in a folder and an environment with nothing else."""
    files = unpacked(bundle)
    originals = [data for name, data in files.items() if "/original." in name]
    assert sum(b"139.7671E" in data for data in originals) == 3
    assert {name for name in files if name.endswith(".jpg")} >= {f"data/items/000{n}/original.jpg" for n in (2, 3)}
    told = json.loads(files["data/report.json"])["case"]
    assert [each["account_id"] for each in told["accounts"]] == ["9990077"]
    assert [(each["bank"], each["number"]) for each in told["destinations"]] == [("9999", "1234567")]
    assert any("申請を断る" in each["what"] for each in told["done"])

    clean = tmp_path / "clean"
    clean.mkdir()
    (clean / "verify.py").write_bytes(files["verify.py"])
    with_key = ["--key", str(key), str(bundle)]
    for command in (
        [sys.executable, "-m", "honnin", "evidence", "verify", *with_key],
        [sys.executable, "-I", "-S", "verify.py", *with_key],
    ):
        done = subprocess.run(command, cwd=clean, env={}, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert "見つかりませんでした" in done.stdout.decode()
    assert [path.name for path in clean.iterdir()] == ["verify.py"]


def tampering_is_named(bundle, key, tmp_path):
    """Each item with one byte flipped, each item dropped, any two entries of the log swapped; also with all lists made to fit again."""
    files, public, count = unpacked(bundle), read_key(key.read_bytes()), 0
    items = sorted({name.rsplit("/", 1)[0] for name in files if name.startswith("data/items/")})
    entries = files[EVENTS].splitlines(keepends=True)
    cases = [(place, flipped(files, name)) for place in items for name in files if name.startswith(f"{place}/")]
    cases += [(place, {name: files[name] for name in files if not name.startswith(f"{place}/")}) for place in items]
    cases += [(f"{EVENTS}:{at + 2}", swapped(files, at)) for at in range(len(entries) - 1)]
    for place, changed in cases:
        for hide in (dict, covered_up):
            count += 1
            result = verify_path(spread(tmp_path / f"tampered-{count}", hide(changed)), public)
            assert result.status == 1, place
            assert any(one.place.startswith(place) for one in result.findings), (place, report(result))


def flipped(files, name):
    data = files[name]
    at = len(data) // 2
    return files | {name: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]}


def swapped(files, at):
    lines, proofs = files[EVENTS].splitlines(keepends=True), json.loads(files[PROOFS])
    for rows in (lines, proofs["entries"]):
        rows[at], rows[at + 1] = rows[at + 1], rows[at]
    return files | {EVENTS: b"".join(lines), PROOFS: json.dumps(proofs).encode()}


def the_guest_reads_what_came_of_it(page, receipt):
    page.goto("/report/status")
    page.get_by_label("受付番号").fill(receipt[0])
    page.get_by_label("合言葉").fill(receipt[1])
    page.get_by_role("button", name="状況を見る").click()
    told = page.locator("main").inner_text()
    assert "必要な対応をしました" in told
    assert WHY not in told
