"""Honnin beside what people use today: a list of warning words, SpamAssassin and rspamd, on the same labelled rows.

Both filters are Debian's packages as they come, with local rules only: no name look-ups, no network lists, no learning. They are started
as an ordinary user on the loopback interface with a folder of their own and stopped at the end. Every row becomes a plain
mail with neutral headers, so only the words and links are compared. Honnin is judged by weights fitted without the row's source, as
``honnin eval`` does. What is not installed is left out with a word about it; the corpora are not part of the project.

    peers.py [--every N]    take every Nth row only: SpamAssassin needs a tenth of a second for each
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import yaml

from honnin.learning.corpus import Row, read_corpus, read_training
from honnin.learning.evaluate import interval, judge
from honnin.screening import Engine
from honnin.text import normalise

ROOT = Path(__file__).parents[1]
CORPUS = Path(os.environ.get("HONNIN_CORPUS", ROOT.parent / "shared" / "corpus"))
WORDS = Path(__file__).with_name("warning_words.yaml")
CORES = min(4, os.cpu_count() or 1)
STARTS_WITHIN = 60  # seconds
SPAM = 5.0  # SpamAssassin's own default
HEADER, REJECT = 6.0, 15.0  # rspamd's own defaults: mark the mail, refuse it

RSPAMD_NEEDS_NETWORK = (
    "arc", "asn", "bayes_expiry", "dkim", "dkim_signing", "dmarc", "fuzzy_check", "greylist", "history_redis", "mx_check", "neural",
    "ratelimit", "rbl", "replies", "reputation", "rspamd_update", "spf", "surbl", "url_redirector",
)  # fmt: skip
"""Modules that ask others or need a database: switched off."""

GROUPS = (
    ("fraud ja", lambda row: row.is_fraud and row.lang == "ja"),
    ("fraud en", lambda row: row.is_fraud and row.lang == "en"),
    ("ordinary", lambda row: row.group == "ordinary"),
    ("notices", lambda row: row.group == "ordinary_mail"),
    ("hard", lambda row: row.group == "hard_negative"),
)


@dataclass(frozen=True)
class Peer:
    """One column of the comparison: who judged, which rows alerted, and what a message took."""

    name: str
    alerts: list[bool]
    milliseconds: float


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--every", type=int, default=1, metavar="N")
    every = options.parse_args().every
    if not CORPUS.is_dir():
        print(f"No labelled corpora at {CORPUS} (they are not part of the project): nothing to compare.")
        return
    everything = read_corpus(CORPUS)
    rows = everything[::every]
    peers = [*words(rows)]
    mails = [as_mail(row, number) for number, row in enumerate(rows)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="honnin-peers.")))
        folder.chmod(0o755)
        for peer in (spamassassin, rspamd):
            try:
                peers += peer(mails, folder)
            except MissingError as missing:
                print(f"left out: {missing}", file=sys.stderr)
    peers.append(honnin(rows, everything))
    print(table(rows, peers))


class MissingError(Exception):
    """A program is not installed or did not start."""


# The rows as mail


def as_mail(row: Row, number: int) -> bytes:
    """The row as a mail of RFC 5322 whose headers say nothing for or against it.

    There is no Received line: both filters hold an address reserved for examples against a mail.
    """
    event = row.event
    mail = EmailMessage(policy=SMTP)
    now = format_datetime(datetime.now(UTC))
    mail["From"] = "Sender <sender@example.com>"
    mail["To"] = "Staff <staff@example.jp>"
    mail["Date"] = now
    mail["Subject"] = " ".join(event.subject.split()) or "(no subject)"
    mail["Message-ID"] = f"<{number}.bench@mail.example.com>"
    mail.set_content(clean(words_of(row)), charset="utf-8", cte="base64" if row.lang == "ja" else "quoted-printable")
    return mail.as_bytes()


def words_of(row: Row) -> str:
    return "\n".join(turn.text for turn in row.event.turns) or row.event.text


def clean(text: str) -> str:
    """The text without what no mail can hold."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", " ", text.replace("\r\n", "\n"))


# The warning words of the founding documents


def words(rows: list[Row]) -> Iterator[Peer]:
    """Alert where one word of the list stands, and where two different ones do."""
    listed = yaml.safe_load(WORDS.read_text("utf-8"))
    japanese = [normalise(word).text.lower() for word in listed["ja"]]
    english = [re.compile(rf"\b{word}\b") for word in listed["en"]]

    def found(row: Row) -> int:
        text = normalise(f"{row.event.subject}\n{words_of(row)}").text.lower()
        return sum(word in text for word in japanese) + sum(bool(word.search(text)) for word in english)

    start = time.perf_counter()
    counts = [found(row) for row in rows]
    took = (time.perf_counter() - start) / len(rows) * 1000
    yield Peer("word list, one word", [count >= 1 for count in counts], took)
    yield Peer("word list, two words", [count >= 2 for count in counts], took)


# SpamAssassin


def spamassassin(mails: list[bytes], folder: Path) -> Iterator[Peer]:
    program = installed("spamd", "spamassassin, spamc and spamd")
    version = re.search(r"version ([\d.]+)", output(program, "--version"))
    home = folder / "spamassassin"
    home.mkdir()
    (home / "user_prefs").write_text("use_bayes 0\nuse_auto_whitelist 0\nskip_rbl_checks 1\n", encoding="utf-8")
    port = free_port()
    command = [
        program,
        "--local",
        "--nouser-config",
        f"--max-children={CORES}",
        f"--min-children={CORES}",
        f"--port={port}",
    ]
    command += ["--listen=127.0.0.1", "--allowed-ips=127.0.0.1", "--syslog=stderr", f"--helper-home-dir={home}"]
    command += ["--cf=use_bayes 0", "--cf=use_txrep 0", "--cf=dns_available no"]
    with running(command, home, port):
        scores, took = ask_all(ask_spamd, port, mails)
    name = f"SpamAssassin {version[1] if version else ''}, score {SPAM:g}"
    yield Peer(name, [score >= SPAM for score in scores], took)


def ask_spamd(port: int, mail: bytes) -> float:
    """Ask for the score of one mail, in the words that spamc uses."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(b"CHECK SPAMC/1.5\r\nContent-length: %d\r\n\r\n" % len(mail) + mail)
        line.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    score = re.search(rb"Spam: \w+ ; (-?[\d.]+) /", answer)
    if not score:
        raise MissingError(f"spamd answered {answer[:200]!r}")
    return float(score[1])


# rspamd


def rspamd(mails: list[bytes], folder: Path) -> Iterator[Peer]:
    program = installed("rspamd", "rspamd")
    version = re.search(r"version ([\d.]+)", output(program, "--version"))
    home, port = folder / "rspamd", free_port()
    write_rspamd(home, port)
    command = [program, "--no-fork", "--config=/etc/rspamd/rspamd.conf", f"--var=LOCAL_CONFDIR={home}"]
    command += [f"--var={name}={home}/data" for name in ("DBDIR", "RUNDIR", "LOGDIR")]
    with running(command, home, port):
        ask_rspamd(port, mails[0])  # the first one compiles the rules
        scores, took = ask_all(ask_rspamd, port, mails)
    name = f"rspamd {version[1] if version else ''}, score"
    yield Peer(f"{name} {HEADER:g}", [score >= HEADER for score in scores], took)
    yield Peer(f"{name} {REJECT:g}", [score >= REJECT for score in scores], took)


def write_rspamd(home: Path, port: int) -> None:
    override = home / "override.d"
    (home / "data").mkdir(parents=True)
    override.mkdir()
    options = f'dns {{ nameserver = ["127.0.0.1:9"]; timeout = 0.01s; retransmits = 1; }}\ncontrol_socket = "{home}/data/control.sock mode=0600";\n'
    (override / "options.inc").write_text(options, encoding="utf-8")
    (override / "worker-normal.inc").write_text(
        f'bind_socket = "127.0.0.1:{port}";\ncount = {CORES};\n', encoding="utf-8"
    )
    for worker in ("controller", "proxy", "fuzzy"):
        (override / f"worker-{worker}.inc").write_text("enabled = false;\n", encoding="utf-8")
    for module in RSPAMD_NEEDS_NETWORK:
        (override / f"{module}.conf").write_text("enabled = false;\n", encoding="utf-8")
    (override / "phishing.conf").write_text(
        "openphish_enabled = false;\nphishtank_enabled = false;\n", encoding="utf-8"
    )
    # These three ask the name service; what the module says about links stays on.
    hfilter = "helo_enabled = false;\nhostname_enabled = false;\nfrom_enabled = false;\nrcpt_enabled = false;\nmid_enabled = false;\n"
    (override / "hfilter.conf").write_text(hfilter, encoding="utf-8")


def ask_rspamd(port: int, mail: bytes) -> float:
    headers = {"From": "sender@example.com", "Rcpt": "staff@example.jp"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/checkv2", data=mail, headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return float(json.load(answer)["score"])


# Starting, asking and stopping


def ask_all(ask: Callable[[int, bytes], float], port: int, mails: list[bytes]) -> tuple[list[float], float]:
    """The score of every mail, and the milliseconds that one mail kept one core."""
    start = time.perf_counter()
    with ThreadPoolExecutor(CORES) as pool:
        scores = list(pool.map(partial(ask, port), mails))
    return scores, (time.perf_counter() - start) * CORES / len(mails) * 1000


def installed(program: str, packages: str) -> str:
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        raise MissingError(f"{packages} (run: make bench-peers)")
    return path


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], home: Path, port: int) -> Iterator[None]:
    """Run a server as an ordinary user until the block ends."""
    other = {}
    if os.geteuid() == 0:
        other = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        for path in (home, *home.rglob("*")):
            shutil.chown(path, "nobody", "nogroup")
    with (home.parent / f"{home.name}.log").open("wb") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **other)
        try:
            wait_for(server, port, log.name)
            yield
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for(server: subprocess.Popen, port: int, log: str) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise MissingError(f"{server.args[0]} did not start: {Path(log).read_text('utf-8', 'replace')[-500:]}")


# Honnin, and the table


def honnin(rows: list[Row], everything: list[Row]) -> Peer:
    """Judge every row by weights fitted without its source; the time is that of screening alone."""
    engine = Engine.load()
    judged = judge([*everything, *read_training(ROOT / "training")], engine, lambda _: None)
    alerts = {id(one.row): one.alert for one in judged}
    start = time.perf_counter()
    for row in rows:
        engine.screen(row.event)
    took = (time.perf_counter() - start) / len(rows) * 1000
    return Peer("Honnin, held out", [alerts[id(row)] for row in rows], took)


def table(rows: list[Row], peers: list[Peer]) -> str:
    width = max(len(peer.name) for peer in peers) + 2
    lines = ["Share of rows with an alert (95 % interval). More is better for fraud, less for the rest."]
    lines += [" " * width + "".join(f"{name:>22}" for name, _ in GROUPS) + f"{'ms a message':>15}"]
    counts = [sum(map(chosen, rows)) for _, chosen in GROUPS]
    lines += [f"{'rows':<{width}}" + "".join(f"{count:>22}" for count in counts)]
    lines += [f"{peer.name:<{width}}" + "".join(cells(rows, peer)) + f"{peer.milliseconds:>15.2f}" for peer in peers]
    return "\n".join(lines)


def cells(rows: list[Row], peer: Peer) -> Iterator[str]:
    for _, chosen in GROUPS:
        own = [alert for row, alert in zip(rows, peer.alerts, strict=True) if chosen(row)]
        low, high = interval(sum(own), len(own))
        share = f"{sum(own) / len(own):.1%} ({low:.1%}–{high:.1%})" if own else "–"
        yield f"{share:>22}"


if __name__ == "__main__":
    main()
