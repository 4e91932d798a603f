"""A locker in a few lines, so that bundles can be made and tampered with without a database."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from honnin.evidence.archive import zip_pieces
from honnin.evidence.bundle import Bundle, BundledItem, Proven, Withheld, finish, lay_out
from honnin.evidence.entry import Act, Entry
from honnin.evidence.item import Capture, Kind, Method, Source, item_of
from honnin.evidence.merkle import Frontier, inclusion
from honnin.evidence.signing import SignedHead, SigningKey, TreeHead

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
KEY = SigningKey(bytes(range(32)))
CASE = "case/2026-0001"

CAPTURES = [
    Capture(
        Kind.PAYLOAD,
        Method.API,
        '{"body":"至急、振込をお願いします。","account_id":"9990001"}'.encode(),
        "application/json",
        "message.json",
        Source("chatwork", "9990001", "123", "456"),
        "chatwork:room/123",
        NOW - timedelta(hours=1),
    ),
    Capture(Kind.SCREENSHOT, Method.UPLOAD, b"\x89PNG\r\n\x1a\n" + bytes(500), "image/png", "画面.png"),
    Capture(Kind.NOTE, Method.STAFF, "本人に電話で確認した。".encode(), "text/plain; charset=utf-8", "note.txt"),
]


class Log:
    """A log in memory, with other people's entries between ours."""

    def __init__(self):
        self.frontier, self.nodes, self.entries, self.last = Frontier(), {}, [], {}

    def add(self, act, *, folder=CASE, item="", **detail):
        number, before = self.last.get(folder, (0, ""))
        at = NOW + timedelta(seconds=len(self.entries))
        entry = Entry(
            len(self.entries), folder, number + 1, before, at, "hana", act, item, detail, f"{len(self.entries):032x}"
        )
        self.entries.append(entry)
        self.last[folder] = (number + 1, entry.hash.hex())
        self.frontier, made = self.frontier.append(entry.hash)
        self.nodes.update(made)
        return entry

    def capture(self, capture, item_id, folder=CASE):
        item = item_of(capture, item_id=item_id, folder=folder, by="hana", at=NOW, tool="honnin test")
        detail = {"sha256": item.sha256, "meta": sha256(item.written()).hexdigest(), "size": item.size}
        self.add(Act.CAPTURED, folder=folder, item=item_id, **detail)
        return item

    def head(self):
        return SignedHead.sign(TreeHead(self.frontier.size, self.frontier.root().hex(), NOW), KEY)

    def proven(self, folder=CASE):
        fetch = lambda wanted: {node: self.nodes[node] for node in wanted}  # noqa: E731
        return tuple(
            Proven(entry, tuple(inclusion(entry.index, self.frontier.size, fetch)))
            for entry in self.entries
            if entry.folder == folder
        )


def make_bundle(captures=CAPTURES, *, without=(), papers=None):
    log, items = Log(), []
    for number, capture in enumerate(captures, 1):
        log.add(Act.VIEWED, folder="case/other", item="x")
        item = log.capture(capture, f"it-{number}")
        loader = None if number in without else (lambda content=capture.content: content)
        items.append(BundledItem(number, item, loader))
    log.add(Act.VIEWED, item="it-1")
    log.add(Act.EXPORTED, bundle="b00000001", to="警察")
    log.add(Act.VIEWED, folder="case/other", item="y")
    return Bundle(
        id="b00000001",
        folder=CASE,
        recipient="police",
        made_at=NOW,
        made_by="hana",
        organization="株式会社テスト商会",
        head=log.head(),
        entries=log.proven(),
        items=tuple(items),
        withheld=tuple(Withheld(f"it-{number}", "関係のない社員の発言") for number in without),
        papers=papers or {"report.pdf": b"%PDF-1.7 test", "report.json": b"{}", "timeline.csv": b"\xef\xbb\xbfa\r\n"},
    )


def files_of(bundle, timestamp=None):
    return {each.name: each.load() for each in finish(lay_out(bundle), KEY, timestamp)}


def zipped(bundle, timestamp=None):
    return b"".join(zip_pieces(bundle.root, finish(lay_out(bundle), KEY, timestamp)))


def spread(folder, files):
    """Write the files of a bundle into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def listed(files, *, tags=False):
    """Return the manifest over the files, as a forger would write it anew."""
    names = sorted(name for name in files if name.startswith("data/") != tags and not name.startswith("tagmanifest"))
    return "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in names).encode()


def covered_up(files):
    """Make every list fit again, as somebody would who has no key."""
    files = dict(files)
    files["manifest-sha256.txt"] = listed(files)
    files["tagmanifest-sha256.txt"] = listed(files, tags=True)
    return files
