"""A bundle: all that is handed over, as a BagIt bag (RFC 8493) that is signed and can be verified without us.

``lay_out`` turns the value into files; the list of the payload can then get a timestamp; ``finish`` signs and adds the rest.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from importlib.resources import files

from honnin.evidence import verifier
from honnin.evidence.archive import BundleFile
from honnin.evidence.canonical import canonical, written_time
from honnin.evidence.entry import Entry
from honnin.evidence.item import Item
from honnin.evidence.signing import SignedHead, SigningKey

VERIFIER = (files("honnin.evidence") / "verifier.py").read_bytes()
WORDS = json.loads((files("honnin.evidence") / "data" / "verify.json").read_text("utf-8"))
BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PLAIN_ENDINGS = {
    "application/json": "json",
    "application/pdf": "pdf",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "message/rfc822": "eml",
    "text/csv": "csv",
    "text/plain": "txt",
}
"""Only what does nothing by itself when it is opened keeps its ending."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry of the log with the path that shows that it stands there."""

    entry: Entry
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """An item that is not handed over, and why."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class BundledItem:
    """An item with its number; ``load`` is None where it is withheld or was erased."""

    number: int
    item: Item
    load: Callable[[], bytes] | None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that a bundle is made of. The last of the entries is the one that says that it was exported."""

    id: str
    folder: str
    recipient: str
    made_at: datetime
    made_by: str
    organization: str
    head: SignedHead
    entries: tuple[Proven, ...]
    items: tuple[BundledItem, ...]
    withheld: tuple[Withheld, ...]
    papers: Mapping[str, bytes]
    """``report.pdf``, ``report.json``, ``timeline.csv``."""

    @property
    def root(self) -> str:
        """The one folder in the archive, and the name of the file."""
        return f"honnin-evidence-{self.made_at:%Y%m%d}-{self.id[:8]}"


@dataclass(frozen=True, slots=True)
class Layout:
    """The payload with its list, ready for a timestamp and the signature."""

    bundle: Bundle
    payload: tuple[BundleFile, ...]
    manifest: bytes


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What a timestamp authority answered about the list, with the certificates to check it by."""

    token: bytes
    chain: bytes


def _file(name: str, content: bytes) -> BundleFile:
    return BundleFile(name, len(content), sha256(content).hexdigest(), lambda: content)


def ending(media_type: str) -> str:
    """Return how the file of an item may end, so that a double click does nothing but show it.

    >>> ending("image/png"), ending("text/html"), ending("image/svg+xml")
    ('png', 'bin', 'bin')
    """
    return PLAIN_ENDINGS.get(media_type.split(";", maxsplit=1)[0].strip().lower(), "bin")


def lay_out(bundle: Bundle) -> Layout:
    """Turn everything that is handed over into files, with their list."""
    payload = [_file(f"data/{name}", content) for name, content in bundle.papers.items()]
    payload += _log(bundle)
    for each in bundle.items:
        if each.load is None:
            continue
        folder, item = f"data/items/{each.number:04}", each.item
        payload.append(_file(f"{folder}/meta.json", item.written()))
        payload.append(
            BundleFile(
                f"{folder}/original.{ending(item.media_type)}", item.size, item.sha256, _checked(each.load, item)
            )
        )
    withheld = [{"item": each.item, "reason": each.reason} for each in bundle.withheld]
    payload.append(_file(verifier.REDACTIONS, canonical({"honnin_redactions": 1, "withheld": withheld})))
    return Layout(bundle, tuple(payload), _listed(payload))


def _checked(load: Callable[[], bytes], item: Item) -> Callable[[], bytes]:
    def checked() -> bytes:
        content = load()
        if sha256(content).hexdigest() != item.sha256:
            raise ValueError(f"what is kept of {item.id} is not what was sealed")
        return content

    return checked


def _log(bundle: Bundle) -> list[BundleFile]:
    proofs = [{"index": each.entry.index, "path": [step.hex() for step in each.path]} for each in bundle.entries]
    return [
        _file(verifier.EVENTS, b"".join(each.entry.written() + b"\n" for each in bundle.entries)),
        _file(verifier.PROOFS, canonical({"honnin_proofs": 1, "size": bundle.head.head.size, "entries": proofs})),
        _file(verifier.HEAD, bundle.head.head.written()),
        _file(verifier.HEAD_SIGNATURE, bundle.head.signature),
    ]


def _listed(listed: Sequence[BundleFile]) -> bytes:
    ordered = sorted(listed, key=lambda each: each.name)
    return "".join(f"{each.sha256}  {each.name}\n" for each in ordered).encode()


def finish(layout: Layout, key: SigningKey, timestamp: Timestamp | None = None) -> tuple[BundleFile, ...]:
    """Sign the bundle and return all of its files."""
    bundle = layout.bundle
    tags = [
        _file(verifier.BAGIT, BAGIT_TXT),
        _file(verifier.BAG_INFO, _bag_info(layout)),
        _file(verifier.MANIFEST, layout.manifest),
        _file(verifier.PUBLIC_KEY, key.pem),
        _file("VERIFY.txt", how_to_verify(bundle, key.fingerprint, has_timestamp=timestamp is not None)),
        _file("verify.py", VERIFIER),
    ]
    statement = _statement(bundle, tags)
    tags += [
        _file(verifier.STATEMENT, statement),
        _file(verifier.STATEMENT_SIGNATURE, key.sign(statement)),
    ]
    if timestamp is not None:
        tags += [_file(verifier.TIMESTAMP, timestamp.token), _file(verifier.TIMESTAMP_CHAIN, timestamp.chain)]
    return (*layout.payload, *tags, _file(verifier.TAG_MANIFEST, _listed(tags)))


def _statement(bundle: Bundle, tags: Sequence[BundleFile]) -> bytes:
    folders: dict[str, dict[str, object]] = {}
    for each in bundle.entries:
        folders[each.entry.folder] = {"entries": each.entry.number, "last": each.entry.hash.hex()}
    return canonical(
        {
            "honnin_bundle": 1,
            "bundle": bundle.id,
            "name": bundle.root,
            "folder": bundle.folder,
            "for": bundle.recipient,
            "made_at": written_time(bundle.made_at),
            "size": bundle.head.head.size,
            "root": bundle.head.head.root,
            "folders": folders,
            "files": {each.name: each.sha256 for each in tags},
        }
    )


def _bag_info(layout: Layout) -> bytes:
    bundle = layout.bundle
    octets = sum(each.size for each in layout.payload)
    lines = {
        "Source-Organization": bundle.organization,
        "External-Identifier": bundle.id,
        "External-Description": f"Evidence of {bundle.folder}, sealed and signed",
        "Internal-Sender-Identifier": bundle.folder,
        "Bagging-Date": f"{bundle.made_at:%Y-%m-%d}",
        "Payload-Oxum": f"{octets}.{len(layout.payload)}",
        "Bag-Software-Agent": "Honnin",
    }
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in lines.items() if value.strip()).encode(
        "utf-8", "replace"
    )


def how_to_verify(bundle: Bundle, fingerprint: str, *, has_timestamp: bool) -> bytes:
    """Write the sheet that explains how to verify, with a mark and line ends that old editors read too."""
    lines = []
    for language in ("ja", "en"):
        parts = WORDS[language]
        lines += [*parts["start"], *(parts["timestamp"] if has_timestamp else []), *parts["end"], ""]
    filled = "\r\n".join(lines).replace("{bundle}", bundle.root).replace("{fingerprint}", fingerprint)
    return b"\xef\xbb\xbf" + filled.encode("utf-8", "replace")
