"""The command line as a person or a program meets it: each test runs the real command."""

import contextlib
import csv
import io
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

import click
import pytest

from honnin.app.access import Role, Scope
from honnin.cli import ROLES, SCOPES, main
from honnin.model import Event
from honnin.screening.copies import event_fingerprint

TALK = {"id": "talk", "text": "昨日の資料、ありがとうございました。"}
GROUP = {
    "id": "group",
    "text": "社長の三田村です。LINEでグループを作成して、QRコードを送ってください。ほかの人はまだ入れないでください。",
    "sender": {"platform": "chatwork", "account_id": "2", "name": "三田村 一郎"},
}
PEOPLE = "name,platform,account_id\n三田村 一郎,chatwork,1\n"


@pytest.fixture
def honnin(tmp_path):
    """Run the command in an empty folder with a database of its own."""

    def run(*words, stdin=b"", env=None, check=None):
        done = subprocess.run(
            [sys.executable, "-m", "honnin", *map(str, words)],
            input=stdin if isinstance(stdin, bytes) else stdin.encode(),
            capture_output=True,
            cwd=tmp_path,
            env=environment(tmp_path) | (env or {}),
            timeout=120,
            check=False,
        )
        if check is not None:
            assert done.returncode == check, done.stderr.decode()
        return done

    return run


def environment(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HONNIN_")}
    return kept | {
        "HONNIN_DATABASE_URL": f"sqlite:///{tmp_path}/honnin.db",
        "PYTHONWARNINGS": "default",
        "PYTHONUTF8": "1",
    }


def lines(*rows):
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def answers(done):
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


class TestScreen:
    KEYS = (
        "id", "level", "score", "stage", "first_alert_turn", "why_now", "signals", "identity", "links", "actions", "pack",
        "second_opinion",
    )  # fmt: skip

    def test_one_verdict_a_line_in_order(self, honnin):
        done = honnin("screen", "--format", "jsonl", "-", stdin=lines(TALK, GROUP, TALK), check=0)
        found = answers(done)
        assert [row["id"] for row in found] == ["talk", "group", "talk"]
        assert all(tuple(row) == self.KEYS for row in found)
        assert found[0]["level"] == "ok"
        assert found[1]["level"] in {"caution", "danger"}
        assert found[1]["signals"][0]["quote"] in GROUP["text"]
        assert done.stderr == b""

    def test_a_file_and_standard_input_are_read_alike(self, honnin, tmp_path):
        (tmp_path / "events.jsonl").write_bytes(lines(GROUP))
        from_file, from_input = honnin("screen", "events.jsonl", check=0), honnin("screen", stdin=lines(GROUP), check=0)
        assert from_file.stdout == from_input.stdout

    def test_the_first_alert_is_an_index_into_turns(self, honnin):
        turns = [
            {"who": "sender", "text": TALK["text"]},
            {"who": "me", "text": "はい"},
            {"who": "sender", "text": GROUP["text"]},
        ]
        (row,) = answers(honnin("screen", stdin=lines({"id": "c", "turns": turns}), check=0))
        assert row["first_alert_turn"] == 2

    def test_outsiders_do_not_see_how_we_know(self, honnin):
        (row,) = answers(honnin("screen", "--public", stdin=lines(GROUP), check=0))
        assert not {"score", "pack", "second_opinion"} & row.keys()
        assert all("id" not in signal for signal in row["signals"])
        assert row["actions"]

    def test_the_installed_people_are_known(self, honnin, tmp_path):
        (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
        (row,) = answers(honnin("screen", "--directory", "people.csv", stdin=lines(GROUP), check=0))
        assert row["identity"]["verified"] is False
        assert row["identity"]["known_account"] == "1"

    def test_a_bad_line_is_told_in_its_place_and_the_rest_is_screened(self, honnin):
        done = honnin("screen", stdin=lines(TALK) + b'{"id": "bad", "text": []}\n\xff\n' + lines(GROUP), check=1)
        found = answers(done)
        assert [row["id"] for row in found] == ["talk", "bad", None, "group"]
        assert found[1]["error"]["line"] == 2
        assert found[1]["error"]["field"] == "text"
        assert found[1]["error"].keys() >= {"ja", "en"}
        assert found[2]["error"]["line"] == 3
        assert found[3]["level"] != "ok"

    def test_a_line_of_a_hundred_megabytes_is_never_held(self, tmp_path):
        huge = b'{"id": "huge", "text": "' + b"a" * 100_000_000 + b'"}\n'
        # The most memory this very program held; what is told of children counts the moment before they became it, too.
        program = (
            "import atexit, pathlib, sys; from honnin.cli import main\n"
            "atexit.register(lambda: sys.stderr.write(pathlib.Path('/proc/self/status').read_text()))\n"
            "main(['screen', '-'])"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=lines(TALK) + huge + lines(GROUP),
            capture_output=True,
            env=environment(tmp_path),
            timeout=120,
            check=False,
        )
        found = answers(done)
        assert done.returncode == 1
        assert [row["id"] for row in found] == ["talk", "huge", "group"]
        assert found[1]["error"]["line"] == 2
        assert int(re.search(r"VmHWM:\s+(\d+) kB", done.stderr.decode())[1]) < 400 * 1024

    def test_a_verdict_is_written_as_soon_as_its_event_has_come(self, tmp_path):
        command = [sys.executable, "-m", "honnin", "screen", "-"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(tmp_path)
        ) as process:
            for row in (TALK, GROUP):
                process.stdin.write(lines(row))
                process.stdin.flush()
                assert json.loads(process.stdout.readline())["id"] == row["id"]
            process.stdin.close()

    def test_a_reader_that_leaves_is_no_error_to_speak_of(self, tmp_path):
        (tmp_path / "many.jsonl").write_bytes(lines(*[GROUP] * 3000))
        command = f"{sys.executable} -m honnin screen many.jsonl | head -n 1"
        done = subprocess.run(command, shell=True, capture_output=True, cwd=tmp_path, timeout=60, check=False)
        assert json.loads(done.stdout)["id"] == "group"
        assert done.stderr == b""

    def test_a_file_that_is_not_there(self, honnin):
        done = honnin("screen", "nowhere.jsonl", check=2)
        assert b"nowhere.jsonl" in done.stderr
        assert b"Traceback" not in done.stderr

    def test_people_who_were_imported_are_known(self, honnin, tmp_path):
        (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
        assert answers(honnin("screen", stdin=lines(GROUP), check=0))[0]["identity"] is None
        assert not (tmp_path / "honnin.db").exists()
        honnin("import", "directory", "people.csv", check=0)
        assert answers(honnin("screen", stdin=lines(GROUP), check=0))[0]["identity"]["verified"] is False

    def test_a_database_that_cannot_be_opened_is_told(self, honnin):
        done = honnin(
            "screen", stdin=lines(TALK), env={"HONNIN_DATABASE_URL": "postgresql://127.0.0.1:1/none"}, check=1
        )
        assert "HONNIN_DATABASE_URL" in done.stderr.decode()
        assert b"Traceback" not in done.stderr

    def test_people_that_cannot_be_read_are_told_before_anything_is_screened(self, honnin, tmp_path):
        (tmp_path / "people.csv").write_text("nobody\n", encoding="utf-8")
        done = honnin("screen", "--directory", "people.csv", stdin=lines(TALK), check=1)
        assert done.stdout == b""
        assert b"people.csv:1" in done.stderr


class TestCheck:
    def test_in_japanese(self, honnin):
        told = honnin("check", GROUP["text"], check=0).stdout.decode()
        assert "次にすること" in told
        assert "「" in told

    def test_in_english_from_standard_input(self, honnin):
        told = honnin("check", "--lang", "en", "-", stdin=GROUP["text"], check=0).stdout.decode()
        assert "What to do next" in told

    def test_nothing_found_is_not_called_safe(self, honnin):
        told = honnin("check", TALK["text"], check=0).stdout.decode()
        assert "見つかりませんでした" in told
        assert "安全" not in told

    def test_undecodable_input_is_read_as_far_as_it_goes(self, honnin):
        assert honnin("check", "-", stdin=b"\xff\xfe\x00", check=0).stdout


def test_links_of_a_csv(honnin):
    done = honnin("link", "check", "--format", "csv", "-", stdin="url\nhttps://www.example.com/\n", check=0)
    (row,) = csv.DictReader(io.StringIO(done.stdout.decode()))
    assert list(row) == ["url", "level", "score", "reason"]
    assert honnin("link", "check", "-", stdin="url\n\xff\n", check=0).returncode == 0
    assert honnin("link", "check", "-", stdin=b"url\n\xff\n", check=1).stdout


def test_claims_and_people(honnin):
    pair = {"id": "p", "claimed": {"display_name": "三田村一郎"}, "person": {"name": "三田村 一郎"}}
    (row,) = answers(honnin("identity", "match", "--format", "jsonl", "-", stdin=lines(pair), check=0))
    assert list(row)[:3] == ["id", "score", "same"]
    assert answers(honnin("identity", "match", stdin=b"{\n", check=1))[0]["error"]["line"] == 1


class TestImport:
    def test_people(self, honnin, tmp_path):
        (tmp_path / "people.csv").write_bytes(PEOPLE.encode("cp932"))
        assert "1" in honnin("import", "directory", "people.csv", check=0).stdout.decode()
        (tmp_path / "people.csv").write_text("name,email\n三田村,nothing\n", encoding="utf-8")
        assert "people.csv:2:email" in honnin("import", "directory", "people.csv", check=1).stderr.decode()

    def test_past_messages(self, honnin, tmp_path):
        rows = "platform,account,other,sent_at\nchatwork,1,2,2026-04-01T09:00:00+09:00\nchatwork,1,2,2026-04-02T09:00:00+09:00\n"
        (tmp_path / "past.csv").write_text(rows, encoding="utf-8")
        assert "2 messages" in honnin("import", "history", "past.csv", check=0).stdout.decode()
        assert "0 messages counted (2 lines" in honnin("import", "history", "past.csv", check=0).stdout.decode()
        done = honnin("import", "history", "-", stdin=rows.replace("2026-04-02", "?"), check=1)
        assert "3:sent_at" in done.stderr.decode()


class TestCopies:
    LETTER = (
        "いつもお世話になっております。先日ご相談した協力金の件、事務局より書類が整ったとの連絡がありました。"
        "来週金曜までに同封の返信票へご記入のうえ、担当の栗原までお戻しください。"
    )

    def exported(self, text=LETTER):
        """A line as another site would export it."""
        made = event_fingerprint(Event("x", text=text))
        row = {"honnin_copy": 1, "id": made.id, "groups": made.groups, "sketch": made.written(), "tactic": "fake_job"}
        return made.id, lines(row | {"since": "2026-11-01", "until": "2999-01-01"})

    def test_what_another_site_confirmed_is_known_again(self, honnin, tmp_path):
        name, line = self.exported()
        copy = {"id": "copy", "text": self.LETTER.replace("金曜", "水曜").replace("栗原", "藤代")}
        assert answers(honnin("screen", stdin=lines(copy), check=0))[0]["level"] == "ok"

        (tmp_path / "partner.jsonl").write_bytes(line + b'{"honnin_copy": 1}\n' + line)
        done = honnin("copies", "import", "partner.jsonl", check=1)
        assert "1 newly remembered (1 known already, 1 lines refused)" in done.stdout.decode()
        assert "2:groups" in done.stderr.decode()

        (row,) = answers(honnin("screen", stdin=lines(copy), check=0))
        assert row["level"] == "caution"
        assert row["signals"][0]["id"] == "copy-of-confirmed-fraud"
        assert row["signals"][0]["quote"] in copy["text"]
        assert "ほとんど同じ文面" in honnin("check", copy["text"], check=0).stdout.decode()

        told = honnin("copies", "list", check=0).stdout.decode().split()
        assert told[0] == name
        assert told[3:] == ["fake_job", "partner"]

        assert honnin("copies", "export", check=0).stdout == b""
        (row,) = answers(honnin("copies", "export", "--all", check=0))
        assert row["sketch"] == json.loads(line)["sketch"]
        assert "0件" in honnin("copies", "forget", "nobody", check=0).stdout.decode()
        assert "1件" in honnin("copies", "forget", "--from", "partner", check=0).stdout.decode()
        assert answers(honnin("screen", stdin=lines(copy), check=0))[0]["level"] == "ok"

    def test_standard_input_and_a_name_are_taken(self, honnin):
        name, line = self.exported()
        assert "1 newly" in honnin("copies", "import", "-", "--from", "the union", stdin=line, check=0).stdout.decode()
        assert honnin("copies", "list", check=0).stdout.decode().rstrip().endswith("the union")
        assert "1 forgotten" in honnin("copies", "forget", name, check=0).stdout.decode()

    def test_what_to_forget_must_be_named(self, honnin):
        assert "--from" in honnin("copies", "forget", check=2).stderr.decode()


class TestRules:
    BROKEN = "pack: {id: ours}\nrules:\n- id: x\n  title: {ja: あ}\n  when: {all: [act:nonsense]}\n"

    def test_the_shipped_rules_hold_what_they_promise(self, honnin):
        honnin("rules", "lint", check=0)
        honnin("rules", "test", check=0)

    def test_all_mistakes_are_named_with_file_and_line(self, honnin, tmp_path):
        (tmp_path / "ours.yaml").write_text(self.BROKEN, encoding="utf-8")
        told = honnin("rules", "lint", "ours.yaml", check=1).stdout.decode()
        assert "ours.yaml:" in told
        assert "act:nonsense" in told
        done = honnin("screen", "--pack", "ours.yaml", stdin=lines(TALK), check=1)
        assert "act:nonsense" in done.stderr.decode()

    def test_past_events_show_what_rules_would_have_said(self, honnin):
        told = honnin("rules", "backtest", "-", stdin=lines(TALK, GROUP), check=0).stdout.decode()
        assert re.search(r"^ +1  [a-z-]+ \(live\) group$", told, re.MULTILINE)
        assert told.splitlines()[-1].split()[0] == "2"


class TestStaff:
    def test_a_member_is_added_once(self, honnin):
        words = ("user", "add", "sakuma", "--password", "correct horse battery")
        assert "sakuma" in honnin(*words, check=0).stdout.decode()
        assert "sakuma" in honnin(*words, check=1).stderr.decode()

    def test_a_short_password_is_refused(self, honnin):
        assert "12" in honnin("user", "add", "sakuma", "--password", "short", check=1).stderr.decode()

    def test_a_key_is_shown_alone(self, honnin):
        done = honnin("key", "create", "gateway", check=0)
        assert re.fullmatch(r"hk_\S+\.\S+\n", done.stdout.decode())


class TestAccounts:
    def test_the_record_is_verified_and_exported(self, honnin, tmp_path):
        honnin("user", "add", "hana", "--password", "a long enough password", "--role", "admin")
        honnin("key", "create", "gateway", "--scope", "reports")

        assert "つながっています" in honnin("audit", "verify").stdout.decode()
        rows = [json.loads(line) for line in honnin("audit", "export").stdout.splitlines()]
        assert [(row["actor"], row["action"], row["detail"]["did"]) for row in rows] == [
            ("command line", "users.change", "add"),
            ("command line", "keys.change", "create"),
        ]
        assert rows[1]["detail"]["scopes"] == "reports"
        assert honnin("audit", "export", "--format", "csv").stdout.startswith(b"\xef\xbb\xbfnumber,at,actor")
        (database,) = tmp_path.rglob("*.db")
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("DROP TRIGGER audit_no_update")
            connection.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 2")
            connection.commit()
        assert "2行目" in honnin("audit", "verify", check=1).stdout.decode()

    def test_it_knows_every_role_and_scope(self):
        assert ([role.value for role in Role], [scope.value for scope in Scope]) == (ROLES, SCOPES)

    def test_somebody_who_lost_everything_gets_a_link(self, honnin):
        honnin("user", "add", "hana", "--password", "a long enough password")

        assert re.fullmatch(r"http://localhost:8700/join/\S{40,}\n", honnin("user", "reset", "hana").stdout.decode())
        assert "There is nobody of that name." in honnin("user", "reset", "nobody", check=1).stderr.decode()


class TestServe:
    @contextlib.contextmanager
    def serving(self, tmp_path, *words):
        """A server on a free port, its address, and what it said at the start."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "honnin", "serve", "--port", str(port), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=tmp_path,
            env=environment(tmp_path) | {"PYTHONUNBUFFERED": "1"},
            text=True,
        )
        said = []
        try:
            for line in process.stdout:
                said.append(line)
                if line.startswith("Honnin: http"):
                    break
            assert said[-1].startswith(f"Honnin: http://127.0.0.1:{port}"), "".join(said)
            yield port, "".join(said)
        finally:
            process.send_signal(signal.SIGINT)
            with process.stdout:
                rest = process.stdout.read()
            assert process.wait(20) in {0, 130, -signal.SIGINT}
            assert "Traceback" not in rest

    def test_it_prints_a_setup_link_until_somebody_can_sign_in(self, tmp_path, honnin):
        with self.serving(tmp_path) as (port, said):
            assert answer(port) == 200
            link = re.search(rf"http://localhost:{port}/join/(\S{{40,}})", said)[1]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/join/{link}", timeout=5) as page:
                assert 'name="new"' in page.read().decode()
        with self.serving(tmp_path) as (port, said):
            assert link not in said
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/join/{link}", timeout=5)
        honnin("user", "add", "hana", "--password", "a long enough password", "--role", "admin")
        with self.serving(tmp_path) as (port, said):
            assert "/join/" not in said

    def test_a_taken_port_is_told_kindly(self, tmp_path, honnin):
        with self.serving(tmp_path) as (port, _):
            done = honnin("serve", "--port", port, check=1)
            assert f"127.0.0.1:{port}" in done.stderr.decode()
            assert "--port" in done.stderr.decode()

    def test_the_demo_leaves_nothing_behind(self, tmp_path):
        with self.serving(tmp_path, "--demo") as (port, said):
            assert answer(port) == 200
            password = re.search(r"demo / (\S{12,})", said)[1]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/login", timeout=5) as page:
                assert password in page.read().decode()
        assert list(tmp_path.iterdir()) == []

    def test_wrong_settings_are_all_named(self, honnin):
        wrong = {"HONNIN_PORT": "many", "HONNIN_PUBLIC_URL": "here"}
        told = honnin("serve", env=wrong, check=1).stderr.decode()
        assert all(name in told for name in wrong)


def answer(port):
    for _ in range(100):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
                return response.status
        except OSError:
            time.sleep(0.1)
    return None


def commands(command=main, name="honnin"):
    yield name, command
    for child, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{name} {child}")


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
class TestHelp:
    def test_each_command_says_what_it_does(self, name, command):
        told = command.get_help(click.Context(command, info_name=name))
        first = told.split("\n\n")[1].strip()
        assert first[0].isupper()
        assert "." in first

    def test_each_option_is_explained(self, name, command):
        assert name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, parameter.name
