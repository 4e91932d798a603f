import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from honnin.errors import HonninError
from honnin.store.key_file import key_from_file, read_key


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    path = tmp_path / "new" / "honnin.key"
    key = key_from_file(path)

    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert key_from_file(path) == key
    assert [each.name for each in path.parent.iterdir()] == ["honnin.key"]


def test_processes_that_start_together_get_the_same_key(tmp_path):
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: key_from_file(tmp_path / "honnin.key"), range(16)))

    assert len(keys) == 1


def test_a_key_that_others_can_read_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "honnin.key"
    key_from_file(path)
    path.chmod(0o644)

    with pytest.raises(HonninError, match="chmod 600"):
        key_from_file(path)


def test_another_file_is_never_taken_for_a_key_nor_overwritten(tmp_path):
    path = tmp_path / "honnin.key"
    path.write_text("my notes")
    path.chmod(0o600)

    with pytest.raises(HonninError, match="no key file"):
        key_from_file(path)
    assert path.read_text() == "my notes"


@pytest.mark.parametrize(
    ("written", "is_key"),
    [
        ("YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=", True),
        (" YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n", True),
        ("YWFhYQ==", False),  # too short
        ("no base64 at all", False),
        ("", False),
    ],
)
def test_a_key_is_written_as_openssl_writes_it(written, is_key):
    assert (read_key(written) is not None) == is_key
