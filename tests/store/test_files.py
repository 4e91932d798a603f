import os

import pytest

from honnin.store.files import write_whole


def test_a_file_is_there_as_a_whole(tmp_path):
    write_whole(tmp_path / "a.zip", [b"one", b"two"])
    assert (tmp_path / "a.zip").read_bytes() == b"onetwo"
    assert (tmp_path / "a.zip").stat().st_mode & 0o077 == 0  # evidence is for its owner's eyes


def test_or_not_at_all(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"before")

    def failing():
        yield b"half"
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_whole(tmp_path / "a.zip", failing())
    assert (tmp_path / "a.zip").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_what_was_left_behind_is_cleared_away(tmp_path):
    for name, age in ((".old.zip.x.honnin-part", 7_200), (".new.zip.x.honnin-part", 0)):
        (tmp_path / name).write_bytes(b"half")
        at = (tmp_path / name).stat().st_mtime - age
        os.utime(tmp_path / name, (at, at))
    write_whole(tmp_path / "a.zip", [b"one"])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".new.zip.x.honnin-part", "a.zip"]
