"""A bundle as it was exported verifies; whatever is changed, dropped or moved is named."""

import io
import json
import re
import subprocess
import sys
import zipfile
from importlib.resources import files as resources

import bagit
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.evidence.making import CAPTURES, KEY, covered_up, files_of, listed, make_bundle, spread, zipped

from honnin.evidence.archive import zip_pieces
from honnin.evidence.bundle import Timestamp, finish, lay_out
from honnin.evidence.signing import SigningKey
from honnin.evidence.verifier import (
    Result,
    UnreadableError,
    fingerprint,
    is_signed,
    main,
    read_key,
    read_zip,
    report,
    verify_path,
    written_key,
)

BUNDLE = make_bundle()
FILES = files_of(BUNDLE)
ARCHIVE = zipped(BUNDLE)
ITEM = "data/items/0002/original.png"
OTHER = SigningKey(b"o" * 32)


def checked(folder, files, key=KEY.public):
    return verify_path(spread(folder, files), key)


def checked_zip(tmp_path, data, key=KEY.public):
    path = tmp_path / "bundle.zip"
    path.write_bytes(data)
    return verify_path(path, key)


def found(result):
    return {(one.code, one.place) for one in result.findings}


def flipped(data, at=None):
    at = len(data) // 2 if at is None else at
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


class TestAsExported:
    def test_the_archive_verifies(self, tmp_path):
        result = checked_zip(tmp_path, ARCHIVE)
        assert found(result) == set()
        assert (result.status, result.entries, result.items, result.withheld) == (0, 5, 3, 0)

    def test_the_folder_verifies_too(self, tmp_path):
        assert checked(tmp_path / "bag", FILES).status == 0

    def test_without_a_key_of_ones_own_the_signer_is_not_known(self, tmp_path):
        result = checked_zip(tmp_path, ARCHIVE, None)
        assert (result.findings, result.status) == ([], 2)
        assert KEY.fingerprint in report(result)

    def test_an_item_that_is_withheld_is_named_with_its_reason(self, tmp_path):
        files = files_of(make_bundle(without={2}))
        result = checked(tmp_path / "bag", files)
        assert (result.status, result.items, result.withheld) == (0, 2, 1)
        assert "関係のない社員の発言" in files["data/redactions.json"].decode()

    def test_the_same_bundle_is_the_same_archive(self):
        assert zipped(make_bundle()) == ARCHIVE

    def test_any_program_reads_the_archive(self):
        with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as archive:
            assert archive.testzip() is None
            assert {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()} == FILES

    def test_it_is_a_bag(self, tmp_path):
        bag = bagit.Bag(str(spread(tmp_path / "bag", FILES)))
        assert bag.validate()
        assert bag.info["External-Identifier"] == "b00000001"

    def test_the_manifest(self):
        assert re.sub(r"[0-9a-f]{64}", "…", FILES["manifest-sha256.txt"].decode()) == (
            "…  data/items/0001/meta.json\n"
            "…  data/items/0001/original.json\n"
            "…  data/items/0002/meta.json\n"
            "…  data/items/0002/original.png\n"
            "…  data/items/0003/meta.json\n"
            "…  data/items/0003/original.txt\n"
            "…  data/log/events.jsonl\n"
            "…  data/log/head.json\n"
            "…  data/log/head.sig\n"
            "…  data/log/proofs.json\n"
            "…  data/redactions.json\n"
            "…  data/report.json\n"
            "…  data/report.pdf\n"
            "…  data/timeline.csv\n"
        )

    def test_others_learn_nothing_from_the_proofs(self):
        assert b"case/other" not in ARCHIVE


class TestOneByte:
    @pytest.mark.parametrize("name", sorted(FILES))
    def test_in_any_file_is_named(self, tmp_path, name):
        result = checked(tmp_path / "bag", FILES | {name: flipped(FILES[name])})
        assert result.status == 1
        assert any(name in one.place for one in result.findings)

    @pytest.mark.parametrize("name", sorted(FILES))
    def test_is_found_too_when_all_lists_were_written_anew(self, tmp_path, name):
        changed = covered_up(FILES | {name: flipped(FILES[name])})
        if changed["manifest-sha256.txt"] == FILES["manifest-sha256.txt"] and name.startswith(("manifest", "tagmani")):
            return  # written anew, it is as it was
        result = checked(tmp_path / "bag", changed)
        assert result.status == 1

    @given(st.integers(0, len(ARCHIVE) - 1), st.integers(1, 255))
    @settings(max_examples=60, deadline=None)
    def test_anywhere_in_the_archive_is_found(self, tmp_path_factory, at, by):
        broken = ARCHIVE[:at] + bytes([ARCHIVE[at] ^ by]) + ARCHIVE[at + 1 :]
        assert checked_zip(tmp_path_factory.mktemp("zip"), broken).status == 1

    def test_in_all_that_is_the_archive_itself_is_found(self):
        """Every byte outside of the files: headers, directory, end."""
        content = set()
        with zipfile.ZipFile(io.BytesIO(ARCHIVE)) as archive:
            for one in archive.infolist():
                start = one.header_offset + 30 + len(one.filename)
                content.update(range(start, start + one.file_size))
        missed = [at for at in range(len(ARCHIVE)) if at not in content and not self.named(flipped(ARCHIVE, at))]
        assert missed == []

    @staticmethod
    def named(data):
        result = Result()
        try:
            read_zip(io.BytesIO(data), result)
        except UnreadableError:
            assert result.findings
        return result.findings

    @pytest.mark.parametrize("root", ["..", "", "/", "another", "honnin-evidence-20261124-b0000001"])
    def test_another_name_of_the_folder_is_found(self, tmp_path, root):
        again = b"".join(zip_pieces(root, finish(lay_out(BUNDLE), KEY)))
        assert checked_zip(tmp_path, again).status == 1

    @pytest.mark.parametrize("data", [ARCHIVE[:-1], ARCHIVE + b"x", b"x" + ARCHIVE, ARCHIVE[: len(ARCHIVE) // 2], b""])
    def test_too_much_or_too_little_is_found(self, tmp_path, data):
        assert checked_zip(tmp_path, data).status == 1


class TestOmissionAndOrder:
    @pytest.fixture(params=["as it is", "covered up"])
    def hidden(self, request):
        return covered_up if request.param == "covered up" else dict

    def without_item(self, number):
        return {name: data for name, data in FILES.items() if not name.startswith(f"data/items/{number:04}/")}

    @pytest.mark.parametrize("number", [1, 2, 3])
    def test_an_item_that_was_taken_out(self, tmp_path, hidden, number):
        result = checked(tmp_path / "bag", hidden(self.without_item(number)))
        assert ("missing_item", f"data/items/{number:04}") in found(result)
        assert f"it-{number}" in report(result)

    def test_two_items_that_changed_places(self, tmp_path, hidden):
        swapped = {
            name.replace("/0001/", "/x/").replace("/0003/", "/0001/").replace("/x/", "/0003/"): data
            for name, data in FILES.items()
        }
        result = checked(tmp_path / "bag", hidden(swapped))
        assert {("order", "data/items/0001"), ("order", "data/items/0003")} <= found(result)

    def test_an_item_that_was_put_in(self, tmp_path, hidden):
        more = {"data/items/0004/meta.json": b"{}", "data/items/0004/original.txt": b"more"}
        result = checked(tmp_path / "bag", hidden(FILES | more))
        assert ("unexpected", "data/items/0004") in found(result)

    def test_an_item_that_was_replaced(self, tmp_path, hidden):
        result = checked(tmp_path / "bag", hidden(FILES | {ITEM: b"another screen"}))
        assert ("item", "data/items/0002") in found(result)

    def edited(self, change):
        lines = FILES["data/log/events.jsonl"].splitlines(keepends=True)
        proofs = json.loads(FILES["data/log/proofs.json"])
        lines, proofs["entries"] = change(lines), change(proofs["entries"])
        return FILES | {"data/log/events.jsonl": b"".join(lines), "data/log/proofs.json": json.dumps(proofs).encode()}

    @pytest.mark.parametrize("at", range(5))
    def test_an_entry_that_was_taken_out(self, tmp_path, hidden, at):
        result = checked(tmp_path / "bag", hidden(self.edited(lambda rows: rows[:at] + rows[at + 1 :])))
        assert "missing_entry" in {one.code for one in result.findings}

    @pytest.mark.parametrize("at", range(4))
    def test_two_entries_that_changed_places(self, tmp_path, hidden, at):
        swapped = self.edited(lambda rows: [*rows[:at], rows[at + 1], rows[at], *rows[at + 2 :]])
        result = checked(tmp_path / "bag", hidden(swapped))
        assert ("order", f"data/log/events.jsonl:{at + 2}") in found(result)

    def test_an_entry_that_was_rewritten(self, tmp_path, hidden):
        events = FILES["data/log/events.jsonl"].replace(b'"by":"hana"', b'"by":"taro"', 1)
        result = checked(tmp_path / "bag", hidden(FILES | {"data/log/events.jsonl": events}))
        assert ("entry", "data/log/events.jsonl:1") in found(result)

    def test_an_item_said_to_be_withheld_by_somebody_else(self, tmp_path):
        files = self.without_item(2)
        files["data/redactions.json"] = b'{"withheld":[{"item":"it-2","reason":"x"}]}'
        result = checked(tmp_path / "bag", covered_up(files))
        assert ("changed", "manifest-sha256.txt") in found(result)

    def test_a_reason_that_was_made_up(self, tmp_path, hidden):
        result = checked(tmp_path / "bag", hidden(FILES | {"data/report.pdf": b"%PDF-1.7 other"}))
        assert result.status == 1

    @pytest.mark.parametrize(
        "name", ["README.txt", "data/more.txt", "signature/other.sig", "timestamp/more.exe", ".hidden", "data/x/../y"]
    )
    def test_a_file_that_was_put_in(self, tmp_path, hidden, name):
        result = checked(tmp_path / "bag", hidden(FILES | {name: b"x"}))
        assert result.status == 1


class TestSigner:
    def test_a_bundle_signed_by_somebody_else_is_refused(self, tmp_path):
        result = checked_zip(tmp_path, ARCHIVE, OTHER.public)
        assert {"other_key", "signature"} <= {one.code for one in result.findings}

    def test_a_signature_of_another_key_is_named(self, tmp_path):
        files = FILES | {"signature/bundle.sig": OTHER.sign(FILES["signature/bundle.json"])}
        assert ("signature", "signature/bundle.json") in found(checked(tmp_path / "bag", covered_up(files)))

    def test_head_and_statement_have_to_agree(self, tmp_path):
        older = make_bundle(CAPTURES[:2])
        files = FILES | {name: files_of(older)[name] for name in ("data/log/head.json", "data/log/head.sig")}
        assert ("changed", "data/log/head.json") in found(checked(tmp_path / "bag", covered_up(files)))

    @given(st.binary(min_size=32, max_size=32), st.binary(max_size=300), st.integers(0, 63), st.integers(1, 255))
    @settings(max_examples=60, deadline=None)
    def test_signatures_are_judged_as_cryptography_judges_them(self, seed, message, at, by):
        key = Ed25519PrivateKey.from_private_bytes(seed)
        public, signature = key.public_key().public_bytes_raw(), key.sign(message)
        assert is_signed(public, message, signature)
        broken = signature[:at] + bytes([signature[at] ^ by]) + signature[at + 1 :]
        assert not is_signed(public, message, broken)
        assert not is_signed(public, message + b"x", signature)

    @given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
    @settings(max_examples=60, deadline=None)
    def test_whatever_stands_there_for_a_key_and_a_signature(self, key, signature):
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, b"message")
            theirs = True
        except (InvalidSignature, ValueError):
            theirs = False
        assert is_signed(key, b"message", signature) is theirs

    def test_a_signature_that_was_written_in_another_way_is_none(self):
        signature = KEY.sign(b"message")
        order = 2**252 + 27742317777372353535851937790883648493
        again = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
        assert is_signed(KEY.public, b"message", signature)
        assert not is_signed(KEY.public, b"message", signature[:32] + again)
        assert not is_signed(KEY.public, b"message", b"")
        assert not is_signed(b"", b"message", signature)

    @pytest.mark.parametrize("text", [b"", b"x", KEY.pem[:-40], KEY.pem.replace(b"MCow", b"MCox"), KEY.pem + KEY.pem])
    def test_what_is_no_key(self, text):
        assert read_key(text) is None

    def test_a_key_reads_back(self):
        assert read_key(written_key(KEY.public)) == KEY.public
        assert read_key(KEY.pem.replace(b"\n", b"\r\n")) == KEY.public
        assert len(fingerprint(KEY.public).split()) == 16


class TestHostile:
    def made(self, *entries, compression=zipfile.ZIP_STORED):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", compression) as archive:
            for name, content in entries:
                archive.writestr(name, content)
        return data.getvalue()

    @pytest.mark.parametrize(
        "name",
        ["r/../../etc/passwd", "/etc/passwd", "r/a\\..\\b", "r/CON:1", "r/a\x1b[2J", "r/" + "a/" * 20 + "b", "r"],
    )
    def test_names_that_lead_out(self, tmp_path, name):
        assert checked_zip(tmp_path, self.made((name, b"x"))).status == 1

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_two_files_of_one_name(self, tmp_path):
        result = checked_zip(tmp_path, self.made(("r/bagit.txt", b"1"), ("r/bagit.txt", b"2"), ("r/Bagit.txt", b"3")))
        assert [one.place for one in result.findings if one.code == "duplicate"] == ["bagit.txt", "Bagit.txt"]

    def test_a_bomb_is_never_unpacked(self, tmp_path):
        bomb = self.made(("r/data/big.bin", bytes(50_000_000)), compression=zipfile.ZIP_DEFLATED)
        assert [one.code for one in checked_zip(tmp_path, bomb).findings] == ["container"]

    def test_a_size_that_is_not_there(self, tmp_path):
        data = bytearray(ARCHIVE)
        data[18:26] = b"\xff\xff\xff\xf0" * 2
        assert checked_zip(tmp_path, bytes(data)).status == 1

    def test_lists_that_would_fill_the_memory(self, tmp_path, monkeypatch):
        monkeypatch.setattr("honnin.evidence.verifier.LARGEST_KEPT", 1_000)
        assert checked_zip(tmp_path, ARCHIVE).findings[-1].code == "too_large"

    def test_more_files_than_anybody_needs(self, tmp_path, monkeypatch):
        monkeypatch.setattr("honnin.evidence.verifier.MOST_FILES", 3)
        assert checked_zip(tmp_path, ARCHIVE).status == 1
        assert checked(tmp_path / "bag", FILES).status == 1

    def test_a_link_is_not_followed(self, tmp_path):
        folder = spread(tmp_path / "bag", FILES)
        (folder / "data" / "link.txt").symlink_to("/etc/hostname")
        assert ("bad_name", "data/link.txt") in found(verify_path(folder, KEY.public))

    @given(st.binary(max_size=400))
    @settings(max_examples=60, deadline=None)
    def test_any_bytes_get_an_answer(self, tmp_path_factory, data):
        assert checked_zip(tmp_path_factory.mktemp("zip"), data).status == 1

    JSON = st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(
            ["entries", "index", "path", "files", "folders", "size", "root", "item", "act", "detail", "withheld", "x"]
        ), part, max_size=4),
        max_leaves=12,
    )  # fmt: skip

    @given(
        st.sampled_from(
            ["signature/bundle.json", "data/log/events.jsonl", "data/log/proofs.json", "data/log/head.json",
             "data/redactions.json"]
        ), JSON,
    )  # fmt: skip
    @settings(max_examples=100, deadline=None)
    def test_any_json_gets_an_answer(self, tmp_path_factory, name, value):
        files = covered_up(FILES | {name: json.dumps(value).encode()})
        result = checked(tmp_path_factory.mktemp("bag"), files)
        assert result.status == 1
        report(result)

    def test_deep_json_gets_an_answer(self, tmp_path):
        deep = b"[" * 200_000
        assert checked(tmp_path / "bag", FILES | {"data/log/proofs.json": deep}).status == 1

    def test_what_is_printed_plays_no_tricks(self, tmp_path):
        result = checked_zip(tmp_path, self.made(("r/a\x1b[2J\u202e", b"x")))
        assert "\x1b" not in report(result)
        assert "\u202e" not in report(result)


class TestByItself:
    """In an environment that has nothing of ours: what a police officer's computer has."""

    @pytest.fixture
    def alone(self, tmp_path):
        def run(*words):
            return subprocess.run(
                [sys.executable, "-I", "-S", str(tmp_path / "elsewhere" / "verify.py"), *map(str, words)],
                cwd=tmp_path, env={"PYTHONIOENCODING": "ascii"}, capture_output=True, timeout=60, check=False,
            )  # fmt: skip

        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "verify.py").write_bytes(FILES["verify.py"])
        (tmp_path / "key.pem").write_bytes(KEY.pem)
        (tmp_path / "b.zip").write_bytes(ARCHIVE)
        spread(tmp_path / "bag", FILES)
        return run

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            (["--key", "key.pem", "b.zip"], 0),
            (["--key", "key.pem", "bag"], 0),
            (["b.zip"], 2),
            (["--key", "b.zip", "b.zip"], 2),  # no key
            (["--key", "key.pem", "nowhere.zip"], 2),
        ],
    )
    def test_says_whether_it_fits(self, alone, words, status):
        done = alone(*words)
        assert done.returncode == status, done.stderr.decode()

    def test_names_what_was_changed(self, alone, tmp_path):
        (tmp_path / "bag" / ITEM).write_bytes(b"other")
        done = alone("--key", "key.pem", "bag")
        assert done.returncode == 1
        assert ITEM in done.stdout.decode()

    def test_uses_the_standard_library_alone_and_old_pythons_read_it(self):
        source = (resources("honnin.evidence") / "verifier.py").read_text("utf-8")
        used = set(re.findall(r"^(?:import|from) (\w+)", source, re.MULTILINE))
        assert used <= set(sys.stdlib_module_names)
        assert "match " not in re.sub(r'"[^"]*"', "", source)
        compile(source, "verify.py", "exec", dont_inherit=True)


class TestSheet:
    """What VERIFY.txt tells people to do by hand works."""

    def commands(self):
        sheet = files_of(BUNDLE, Timestamp(b"token", b"chain"))["VERIFY.txt"].decode("utf-8-sig")
        return re.findall(r"\(\d\) ((?:sha256sum|openssl) .*?)\r", sheet)

    def test_by_hand(self, tmp_path):
        folder = spread(tmp_path / "bag", FILES)
        commands = self.commands()
        assert len(commands) == 8  # four in each language
        for command in dict.fromkeys(commands):
            done = subprocess.run(command.split(), cwd=folder, capture_output=True, check=False)
            assert done.returncode == 0, (command, done.stdout, done.stderr)

    def test_the_fingerprint_by_hand(self, tmp_path):
        (tmp_path / "public-key.pem").write_bytes(KEY.pem)
        command = ["openssl", "pkey", "-pubin", "-in", "public-key.pem", "-outform", "DER"]
        der = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
        done = subprocess.run(["sha256sum"], input=der, capture_output=True, check=True).stdout.decode()
        assert done.split()[0] == KEY.fingerprint.replace(" ", "")
        assert KEY.fingerprint in FILES["VERIFY.txt"].decode("utf-8-sig")

    def test_both_languages_say_the_same(self):
        words = json.loads((resources("honnin.evidence") / "data" / "verify.json").read_text("utf-8"))
        assert [(name, len(lines)) for name, lines in words["ja"].items()] == [
            (name, len(lines)) for name, lines in words["en"].items()
        ]


def test_the_command_prints_and_returns_its_status(tmp_path, capsys):
    (tmp_path / "b.zip").write_bytes(ARCHIVE)
    (tmp_path / "key.pem").write_bytes(KEY.pem)
    assert main(["--key", str(tmp_path / "key.pem"), str(tmp_path / "b.zip")]) == 0
    assert "見つかりませんでした" in capsys.readouterr().out


def test_lists_are_read_as_they_are_written():
    assert listed(FILES) == FILES["manifest-sha256.txt"]
