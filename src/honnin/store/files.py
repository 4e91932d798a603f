"""Writing files that are there as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

PART = ".honnin-part"
LEFT_BEHIND = 3600.0
"""Seconds after which nobody is writing to it any more."""


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Write beside the place, see that it is on the disk, then give it its name: nobody ever meets half a file."""
    _clear_away(path.parent)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _clear_away(folder: Path) -> None:
    """Remove what was left behind where the writing was cut off."""
    for part in folder.glob(f".*{PART}"):
        with suppress(FileNotFoundError):
            if time.time() - part.stat().st_mtime > LEFT_BEHIND:
                part.unlink()


def _flush_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
