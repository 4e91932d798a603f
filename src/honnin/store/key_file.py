"""The site's key in a file of its own, which only the one who runs the site can read."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from honnin.app.vault import KEY_LENGTH
from honnin.errors import HonninError
from honnin.model import Text


def read_key(written: str) -> bytes | None:
    """Read a key as ``openssl rand -base64 32`` writes it, None where it is none."""
    try:
        key = base64.b64decode(written.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_LENGTH else None


def key_from_file(path: Path) -> bytes:
    """Return the key that is kept there, or draw one and keep it; processes that start together get the same."""
    for _ in range(2):
        try:
            return _read(path)
        except FileNotFoundError:
            _make(path)
    return _read(path)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        if os.name == "posix" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise HonninError(
                Text(
                    f"{path} はほかの利用者からも読めます。chmod 600 {path} を実行してください。",
                    f"{path} can be read by others. Run chmod 600 {path}.",
                )
            )
        key = read_key(file.read(200).decode("ascii", "replace"))
    if key is None:
        raise HonninError(
            Text(
                f"{path} は鍵のファイルではありません。控えから戻してください。新しい鍵では以前の情報を開けません。",
                f"{path} is no key file. Restore it from your backup; a new key opens nothing that was closed before.",
            )
        )
    return key


def _make(path: Path) -> None:
    """Write a new key where none is. It appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_LENGTH)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(own, path)
        except FileExistsError:
            return  # somebody was quicker
    finally:
        own.unlink(missing_ok=True)
