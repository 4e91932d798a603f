"""The PostgreSQL that the tests run on: the one that is told, or one of our own that lives as long as the tests."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

TOLD = "HONNIN_TEST_POSTGRES"


@pytest.fixture(scope="session")
def postgres_url():
    """Address of a PostgreSQL server whose user may create databases."""
    if told := os.environ.get(TOLD):
        yield told
        return
    programs = _postgres_programs()
    home = Path(tempfile.mkdtemp(prefix="honnin-postgres-"))
    as_user = _unprivileged(home)
    port = _free_port()
    try:
        _run(
            as_user, programs / "initdb", "-D", home / "data", "-U", "honnin", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
        _run(as_user, programs / "pg_ctl", "-D", home / "data", "-l", home / "log", "-w", "-o", settings, "start")
        try:
            yield f"postgresql+psycopg://honnin@127.0.0.1:{port}/postgres"
        finally:
            _run(as_user, programs / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _postgres_programs():
    """Return the folder of the newest PostgreSQL installed here."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parents[1].name))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).parent
    pytest.fail(f"PostgreSQL is not installed: apt-get install postgresql, or set {TOLD} to a server's address")


def _unprivileged(home):
    """Return the words before a command that run it as a user PostgreSQL accepts, who owns ``home``."""
    if os.getuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(home, user.pw_uid, user.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _run(as_user, *command):
    done = subprocess.run(
        [*as_user, *map(str, command)], cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
