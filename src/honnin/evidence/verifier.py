"""Verifies a bundle of evidence: that no byte, no order and no entry differs from what was signed, and names what does.

    python3 verify.py --key public-key.pem BUNDLE.zip

This file needs nothing but Python 3.9 or newer. The same file stands in every bundle and in the product, so that the answer is
the same. The exit status is 0 where everything fits and the signer is the one named by --key, 1 where something does not
fit, and 2 where everything fits but it was not said whose key it has to be.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

PIECE = 1 << 20
MOST_FILES = 20_000
LARGEST_BUNDLE = (1 << 32) - 1
"""Larger ones would need the newer form of ZIP, which not every program reads."""
LARGEST_KEPT = 64 << 20
"""How much of the files that are read as a whole may be held."""
NAME = re.compile(r"(?!.{201})[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*){0,7}")
DOS_TIME, DOS_DATE = 0, 0x21
"""All files carry the same time, so that the same content is the same archive; the real times stand in the content."""

BAGIT, BAG_INFO, MANIFEST, TAG_MANIFEST = (
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "tagmanifest-sha256.txt",
)
PUBLIC_KEY, STATEMENT, STATEMENT_SIGNATURE = "public-key.pem", "signature/bundle.json", "signature/bundle.sig"
HEAD, HEAD_SIGNATURE = "data/log/head.json", "data/log/head.sig"
EVENTS, PROOFS, REDACTIONS = "data/log/events.jsonl", "data/log/proofs.json", "data/redactions.json"
TIMESTAMP, TIMESTAMP_CHAIN = "timestamp/manifest.tsr", "timestamp/tsa-chain.pem"
NEEDED = (
    BAGIT, BAG_INFO, MANIFEST, TAG_MANIFEST, PUBLIC_KEY, STATEMENT, STATEMENT_SIGNATURE, HEAD, HEAD_SIGNATURE,
    EVENTS, PROOFS, REDACTIONS,
)  # fmt: skip
READ_WHOLE = re.compile(
    r"(?:^|/)(?:bagit\.txt|(?:tag)?manifest-sha256\.txt|public-key\.pem|signature/[^/]+|timestamp/[^/]+|"
    r"data/log/[^/]+|data/redactions\.json)$"
)
ITEM = re.compile(r"data/items/(\d{4,})/(meta\.json|original\.[a-z0-9]+)")


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit: where, and what it means."""

    code: str
    place: str
    ja: str
    en: str


@dataclass(frozen=True)
class Content:
    """A file of the bundle; ``data`` is there where it is read as a whole."""

    sha256: str
    size: int
    data: bytes | None = None


@dataclass
class Result:
    """What was found, and what the bundle says about itself."""

    findings: list[Finding] = field(default_factory=list)
    fingerprint: str = ""
    is_signer_known: bool = False
    root: str | None = None
    """The folder in the ZIP; an unpacked one may have any name."""
    statement: Mapping[str, Any] = field(default_factory=dict)
    entries: int = 0
    items: int = 0
    withheld: int = 0
    has_timestamp: bool = False

    def add(self, code: str, place: str, ja: str, en: str) -> None:
        self.findings.append(Finding(code, place, ja, en))

    @property
    def status(self) -> int:
        return 1 if self.findings else 0 if self.is_signer_known else 2


# ---- hashes and signatures


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that an audit path of RFC 6962 leads to, None where it does not fit the size of the tree."""
    if not 0 <= index < size:
        return None
    node, last, root = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            root = node_hash(step, root)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, step)
        node, last = node >> 1, last >> 1
    return root if last == 0 else None


_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]
"""A point of Ed25519 as X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z (RFC 8032, section 5.1.4)."""
_NEUTRAL: Point = (0, 1, 1, 0)


def _added(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, point: Point) -> Point:
    product = _NEUTRAL
    while number:
        if number & 1:
            product = _added(product, point)
        point = _added(point, point)
        number >>= 1
    return product


def _point(encoded: bytes) -> Point | None:
    """Read a point, None where it is none or written in another way than it has to be."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _encoded(point: Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little")) or _NEUTRAL


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether it is the Ed25519 signature of the message by that key (RFC 8032, section 5.1.7)."""
    public = _point(key) if len(key) == 32 else None
    if public is None or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= _ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _ORDER
    minus = (_P - public[0], public[1], public[2], _P - public[3])
    return _encoded(_added(_times(scalar, _BASE), _times(challenge, minus))) == signature[:32]


_KEY_PREFIX = bytes.fromhex("302a300506032b6570032100")


def read_key(pem: bytes) -> bytes | None:
    """Return the 32 bytes of an Ed25519 public key in PEM."""
    found = re.fullmatch(rb"\s*-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=]{60})\s+-----END PUBLIC KEY-----\s*", pem)
    der = base64.b64decode(found[1]) if found else b""
    return der[12:] if len(der) == 44 and der.startswith(_KEY_PREFIX) else None


def written_key(key: bytes) -> bytes:
    body = base64.b64encode(_KEY_PREFIX + key)
    return b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----\n"


def fingerprint(key: bytes) -> str:
    """Write the key's hash so that it can be read out on the phone."""
    digest = hashlib.sha256(_KEY_PREFIX + key).hexdigest()
    return " ".join(digest[at : at + 4] for at in range(0, 64, 4))


# ---- the archive


def local_header(name: bytes, crc: int, size: int) -> bytes:
    return struct.pack("<4s5H3I2H", b"PK\x03\x04", 10, 0, 0, DOS_TIME, DOS_DATE, crc, size, size, len(name), 0) + name


def central_header(name: bytes, crc: int, size: int, offset: int) -> bytes:
    fixed = (b"PK\x01\x02", 20, 10, 0, 0, DOS_TIME, DOS_DATE, crc, size, size, len(name), 0, 0, 0, 0, 0, offset)
    return struct.pack("<4s6H3I5H2I", *fixed) + name


def end_record(count: int, size: int, offset: int) -> bytes:
    return struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, size, offset, 0)


BAD_NAME = ("使えない名前のファイルがあります。", "A file has a name that is not allowed.")


class UnreadableError(Exception):
    """What was given cannot be read any further; the findings say why."""


class _Kept:
    """Reads files piece by piece and holds those that are read as a whole, up to a limit."""

    def __init__(self, result: Result) -> None:
        self.left = LARGEST_KEPT
        self.result = result

    def read(self, name: str, pieces: Iterable[bytes]) -> tuple[Content, int]:
        hashed, size, crc, parts = hashlib.sha256(), 0, 0, []
        is_kept = READ_WHOLE.search(name) is not None
        for piece in pieces:
            hashed.update(piece)
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            if is_kept:
                self.left -= len(piece)
                parts.append(piece)
            if self.left < 0:
                self.result.add("too_large", printable(name), "大きすぎるファイルです。", "The file is too large.")
                raise UnreadableError
        return Content(hashed.hexdigest(), size, b"".join(parts) if is_kept else None), crc


def read_zip(file: BinaryIO, result: Result) -> dict[str, Content]:
    """Read the archive as it is written by us and by nobody else; name what is different."""
    length = file.seek(0, 2)
    if length > LARGEST_BUNDLE:
        result.add("too_large", "", "大きすぎるファイルです。", "The file is too large.")
        raise UnreadableError
    file.seek(0)
    kept, offset, root = _Kept(result), 0, ""
    found: dict[str, Content] = {}
    central: list[bytes] = []
    for name, size, crc, header in _local_headers(file, length, result):
        content, real = kept.read(name, _pieces(file, size))
        root = root or name.split("/")[0]
        short = name[len(root) + 1 :]
        if not name.startswith(root + "/") or not NAME.fullmatch(short):
            result.add("bad_name", printable(name[:200]), *BAD_NAME)
        elif short in found:
            result.add("duplicate", short, "同じ名前のファイルが2つあります。", "Two files have the same name.")
        elif crc != real:
            result.add(
                "changed",
                short,
                "内容が変わっています（ZIPの検査値）。",
                "Its content was changed (checksum of the ZIP).",
            )
        found.setdefault(short, content)
        central.append(central_header(name.encode("utf-8", "replace"), crc, size, offset))
        offset += len(header) + size
    result.root = root
    _check_end(file, offset, central, result)
    _check_case(found, result)
    return found


def _check_case(found: Mapping[str, Content], result: Result) -> None:
    """Name files that Windows would take for one."""
    seen: set[str] = set()
    for name in found:
        if name.lower() in seen:
            result.add("duplicate", name, "同じ名前のファイルが2つあります。", "Two files have the same name.")
        seen.add(name.lower())


def _local_headers(file: BinaryIO, length: int, result: Result) -> Iterator[tuple[str, int, int, bytes]]:
    count = 0
    while True:
        at = file.tell()
        fixed = file.read(30)
        if fixed[:4] in {b"PK\x01\x02", b"PK\x05\x06"}:
            file.seek(at)
            return
        if len(fixed) < 30:
            result.add("container", f"@{at}", "ZIPが途中で終わっています。", "The ZIP ends too early.")
            raise UnreadableError
        crc, size, _packed, name_length = struct.unpack("<3IH", fixed[14:28])
        raw = file.read(name_length)
        name, count = raw.decode("ascii", "replace"), count + 1
        if fixed + raw != local_header(raw, crc, size) or file.tell() + size > length or count > MOST_FILES:
            result.add(
                "container",
                f"@{at} {printable(name[:200])}",
                "ZIPのこの位置の見出しが、書き出したときと違います。別のソフトで作り直したZIPなら、展開したフォルダを検証してください。",
                "The header at this place of the ZIP differs from what was written. If the ZIP was made again by another program, unpack it and verify the folder.",
            )
            if (
                fixed[:4] != b"PK\x03\x04"
                or fixed[8:10] != b"\0\0"
                or file.tell() + size > length
                or count > MOST_FILES
            ):
                raise UnreadableError
        yield name, size, crc, fixed + raw


def _pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    while size > 0:
        piece = file.read(min(size, PIECE))
        if not piece:
            return
        size -= len(piece)
        yield piece


def _check_end(file: BinaryIO, offset: int, central: Sequence[bytes], result: Result) -> None:
    directory = b"".join(central)
    expected = directory + end_record(len(central) & 0xFFFF, len(directory), offset)
    file.seek(offset)
    rest = file.read(len(expected) + 1)
    if rest != expected:
        at = next((at for at, pair in enumerate(zip(rest, expected)) if pair[0] != pair[1]), min(len(rest), len(expected)))  # noqa: B905 - Python 3.9 # fmt: skip
        result.add("container", f"@{offset + at}", "ZIPの目録が、書き出したときと違います。", "The directory of the ZIP differs from what was written.")  # fmt: skip


def read_folder(folder: Path, result: Result) -> dict[str, Content]:
    """Read an unpacked bundle."""
    kept = _Kept(result)
    found: dict[str, Content] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.is_file()) or not NAME.fullmatch(name):
            result.add("bad_name", printable(name[:200]), *BAD_NAME)  # fmt: skip
        elif path.is_file():
            with path.open("rb") as file:
                found[name], _ = kept.read(name, iter(lambda: file.read(PIECE), b""))
        if len(found) > MOST_FILES:
            result.add("too_large", "", "ファイルが多すぎます。", "There are too many files.")
            raise UnreadableError
    return found


# ---- what stands in the bundle


def _json(data: bytes | None) -> Any:
    try:
        return json.loads(data or b"")
    except (ValueError, RecursionError):
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _bytes(value: Any) -> bytes:
    return bytes.fromhex(value) if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) else b""


def printable(text: str) -> str:
    """Return the text with everything that could play tricks on a terminal shown as a question mark."""
    return "".join(char if char.isprintable() else "?" for char in text)


def verify(files: Mapping[str, Content], result: Result, key: bytes | None = None) -> Result:
    """Look at everything and name each thing that does not fit."""
    missing = [name for name in NEEDED if name not in files]
    for name in missing:
        result.add("missing", name, "必要なファイルがありません。", "A file that is needed is missing.")
    signer = _signer(files, result, key)
    _statement(files, result, signer)
    _payload(files, result)
    _tags(files, result)
    head = _head(files, result, signer)
    entries = _events(files, result, head)
    _folders(result, entries)
    _items(files, result, entries)
    _timestamp(files, result)
    return result


def _data(files: Mapping[str, Content], name: str) -> bytes:
    content = files.get(name)
    return (content.data or b"") if content else b""


def _signer(files: Mapping[str, Content], result: Result, key: bytes | None) -> bytes:
    inside = read_key(_data(files, PUBLIC_KEY)) or b""
    if PUBLIC_KEY in files and not inside:
        result.add("changed", PUBLIC_KEY, "公開鍵として読めません。", "Not a public key.")
    if key is not None and inside and inside != key:
        result.add("other_key", PUBLIC_KEY, "束の中の公開鍵が、指定された鍵と違います。", "The public key in the bundle is not the one that was named.")  # fmt: skip
    signer = key if key is not None else inside
    result.fingerprint, result.is_signer_known = fingerprint(signer) if signer else "", key is not None
    return signer


def _statement(files: Mapping[str, Content], result: Result, signer: bytes) -> None:
    data = _data(files, STATEMENT)
    result.statement = _mapping(_json(data))
    if STATEMENT in files and not is_signed(signer, data, _data(files, STATEMENT_SIGNATURE)):
        result.add("signature", STATEMENT, "束の署名が合いません。署名の後に変えられたか、別の鍵の署名です。", "The signature of the bundle does not fit: it was changed after signing, or signed with another key.")  # fmt: skip
    if result.root is not None and result.root != result.statement.get("name"):
        result.add(
            "container",
            printable(result.root[:200]),
            "ZIPの中のフォルダの名前が、署名にあるものと違います。",
            "The folder in the ZIP has another name than was signed.",
        )
    for name, expected in _mapping(result.statement.get("files")).items():
        _compare(files, result, printable(_text(name)), expected)


def _compare(files: Mapping[str, Content], result: Result, name: str, expected: Any) -> None:
    content = files.get(name)
    if content is None:
        if name not in NEEDED:
            result.add("missing", name, "ファイルが抜き取られています。", "The file was taken out.")
    elif content.sha256 != expected:
        result.add("changed", name, "内容が変えられています。", "Its content was changed.")


def _manifest(data: bytes, name: str, result: Result) -> dict[str, str]:
    listed: dict[str, str] = {}
    lines = data.decode("utf-8", "replace").split("\n")
    for number, line in enumerate(lines[:-1] if lines[-1] == "" else lines, 1):
        found = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
        if found is None or found[2] in listed:
            result.add("changed", f"{name}:{number}", "一覧のこの行が読めません。", "This line of the list cannot be read.")  # fmt: skip
            continue
        listed[found[2]] = found[1]
    return listed


def _payload(files: Mapping[str, Content], result: Result) -> None:
    listed = _manifest(_data(files, MANIFEST), MANIFEST, result)
    for name, expected in listed.items():
        _compare(files, result, printable(name), expected)
    for name in files:
        if name.startswith("data/") and name not in listed:
            result.add("unexpected", printable(name), "一覧にないファイルが加えられています。", "A file was added that is not in the list.")  # fmt: skip


def _tags(files: Mapping[str, Content], result: Result) -> None:
    listed = _manifest(_data(files, TAG_MANIFEST), TAG_MANIFEST, result)
    signed = {*_mapping(result.statement.get("files")), STATEMENT, STATEMENT_SIGNATURE, TIMESTAMP, TIMESTAMP_CHAIN}
    for name, content in files.items():
        if name.startswith("data/") or name == TAG_MANIFEST:
            continue
        if name not in signed:
            result.add("unexpected", printable(name), "一覧にないファイルが加えられています。", "A file was added that is not in the list.")  # fmt: skip
        elif listed.get(name) != content.sha256:
            result.add("changed", f"{printable(name)} / {TAG_MANIFEST}", "ファイルと一覧が合いません。どちらかが変えられています。", "The file and the list do not agree; one of them was changed.")  # fmt: skip
    for name in listed:
        if name not in files:
            result.add("missing", printable(name), "ファイルが抜き取られています。", "The file was taken out.")


@dataclass(frozen=True)
class _Head:
    size: int
    root: bytes


def _head(files: Mapping[str, Content], result: Result, signer: bytes) -> _Head:
    data = _data(files, HEAD)
    row = _mapping(_json(data))
    head = _Head(_number(row.get("size")), _bytes(row.get("root")))
    if HEAD not in files:
        return head
    if not is_signed(signer, data, _data(files, HEAD_SIGNATURE)):
        result.add(
            "signature", HEAD, "記録の先頭値の署名が合いません。", "The signature of the log's head does not fit."
        )
    if row.get("size") != result.statement.get("size") or row.get("root") != result.statement.get("root"):
        result.add("changed", HEAD, "記録の先頭値が、束の署名にあるものと違います。", "The log's head is not the one that the bundle was signed with.")  # fmt: skip
    return head


@dataclass(frozen=True)
class _Line:
    """An entry of the log as it stands in the bundle."""

    number: int
    leaf: bytes
    row: Mapping[str, Any]

    def has(self, name: str) -> str:
        return _text(self.row.get(name))


def _events(files: Mapping[str, Content], result: Result, head: _Head) -> list[_Line]:
    """Check each entry by its proof, and that they stand in the order of the log."""
    lines = _data(files, EVENTS).split(b"\n")
    proofs = _list(_mapping(_json(_data(files, PROOFS))).get("entries"))
    found, before = [], -1
    for number, line in enumerate(lines[:-1] if lines[-1] == b"" else lines, 1):
        row, proof = _mapping(_json(line)), _mapping(proofs[number - 1]) if number <= len(proofs) else {}
        index, path = _number(proof.get("index")), [_bytes(step) for step in _list(proof.get("path"))]
        root = root_from_path(leaf_hash(line), index, head.size, path) if len(path) < 64 else None
        if root is None or root != head.root or row.get("index") != index:
            result.add("entry", f"{EVENTS}:{number}", "この記録は、署名された記録簿にあるものと違います。", "This entry is not what stands in the signed log.")  # fmt: skip
        elif index <= before:
            result.add("order", f"{EVENTS}:{number}", "記録の順序が入れ替えられています。", "The entries were put in another order.")  # fmt: skip
        before = max(before, _number(row.get("index")))
        found.append(_Line(number, leaf_hash(line), row))
    if len(proofs) != len(found):
        result.add("missing", PROOFS, "記録と証明の数が合いません。", "There are not as many proofs as entries.")
    result.entries = len(found)
    return found


def _folders(result: Result, entries: Sequence[_Line]) -> None:
    """Check that no entry of a folder was left out: each names the one before, and how many there are is signed."""
    last: dict[str, tuple[int, str]] = {}
    for line in entries:
        folder = line.has("folder")
        number, before = last.get(folder, (0, ""))
        if line.row.get("number") != number + 1 or line.row.get("before") != before:
            result.add("missing_entry", f"{EVENTS}:{line.number}", f"この行の前で、記録が抜けているか入れ替わっています（{printable(folder)} の {number + 1} 番）。", f"Before this line an entry is missing or in another place (number {number + 1} of {printable(folder)}).")  # fmt: skip
        last[folder] = (max(number + 1, _number(line.row.get("number"))), line.leaf.hex())
    signed = _mapping(result.statement.get("folders"))
    for folder in {**signed, **last}:
        expected = _mapping(signed.get(folder))
        if (expected.get("entries"), expected.get("last")) != last.get(folder, (0, "")):
            result.add("missing_entry", EVENTS, f"{printable(folder)} の記録の数または最後の記録が、署名と違います。", f"The number of entries of {printable(folder)}, or the last of them, is not as signed.")  # fmt: skip


def _items(files: Mapping[str, Content], result: Result, entries: Sequence[_Line]) -> None:
    """Check that each captured item is there, in its place and unchanged, or named as withheld or erased."""
    there: dict[int, dict[str, Content]] = {}
    for name, content in files.items():
        if found := ITEM.fullmatch(name):
            there.setdefault(int(found[1]), {})[found[2].split(".")[0]] = content
    redactions = _mapping(_json(_data(files, REDACTIONS)))
    withheld = {_text(_mapping(row).get("item")) for row in _list(redactions.get("withheld"))}
    erased = {_text(item) for line in entries if line.has("act") == "erased" for item in _erased(line)}
    captured = [line for line in entries if line.has("act") == "captured"]
    places = {(each["meta"].sha256, each["original"].sha256): at for at, each in there.items() if len(each) == 2}
    for number, line in enumerate(captured, 1):
        detail = _mapping(line.row.get("detail"))
        sealed = (_text(detail.get("meta")), _text(detail.get("sha256")))
        parts = there.pop(number, {})
        if not parts and line.has("item") in withheld | erased:
            result.withheld += 1
            continue
        result.items += 1
        if sealed != tuple(parts[part].sha256 if part in parts else "" for part in ("meta", "original")):
            _item_differs(result, number, line, parts, places.get(sealed))
    for number in there:
        result.add("unexpected", f"data/items/{number:04}", "記録簿にない証拠が加えられています。", "An item was added that is not in the log.")  # fmt: skip


def _erased(line: _Line) -> list[Any]:
    return _list(_mapping(line.row.get("detail")).get("items"))


def _item_differs(
    result: Result, number: int, line: _Line, found: Mapping[str, Content], elsewhere: int | None
) -> None:
    place = f"data/items/{number:04}"
    what = f"{printable(line.has('item'))}, {EVENTS}:{line.number}"
    if elsewhere is not None and elsewhere != number:
        result.add("order", place, f"証拠の順序が入れ替わっています。ここにあるはずのもの（{what}）は {elsewhere:04} にあります。", f"Items were put in another order: what belongs here ({what}) stands at {elsewhere:04}.")  # fmt: skip
    elif not found:
        result.add("missing_item", place, f"証拠が抜き取られています（{what}）。", f"The item was taken out ({what}).")
    else:
        result.add(
            "item", place, f"封をしたときの証拠と違います（{what}）。", f"Not the item that was sealed ({what})."
        )


def _timestamp(files: Mapping[str, Content], result: Result) -> None:
    if TIMESTAMP not in files:
        return
    result.has_timestamp = True
    imprint = b"\x04\x20" + hashlib.sha256(_data(files, MANIFEST)).digest()
    if imprint not in _data(files, TIMESTAMP):
        result.add("timestamp", TIMESTAMP, "タイムスタンプが、この一覧のものではありません。", "The timestamp is not one of this list.")  # fmt: skip


# ---- as a program


def read_path(path: Path, result: Result) -> dict[str, Content]:
    """Read a ZIP or an unpacked folder; what cannot be read is empty, with findings that say why."""
    try:
        if path.is_dir():
            inside = [each for each in path.iterdir() if each.is_dir()]
            return read_folder(path if (path / BAGIT).exists() or len(inside) != 1 else inside[0], result)
        with path.open("rb") as file:
            return read_zip(file, result)
    except UnreadableError:
        return {}


def verify_path(path: Path, key: bytes | None = None) -> Result:
    """Verify a ZIP or an unpacked folder."""
    result = Result()
    files = read_path(path, result)
    return verify(files, result, key) if files or not result.findings else result


def report(result: Result) -> str:
    """Say in both languages what was found."""
    lines = []
    for one in result.findings:
        place = printable(one.place)
        lines += [f"NG {place}", f"   {one.ja}", f"   {one.en}"]
    counted = (result.entries, result.items, result.withheld)
    lines.append("記録 {} 件、証拠 {} 点、含めていないもの {} 点 / {} entries, {} items, {} not included".format(*counted, *counted))  # fmt: skip
    if result.findings:
        lines.append(f"合わない点が {len(result.findings)} 件あります。/ {len(result.findings)} things do not fit.")
    else:
        lines.append("書き出した後に変えられたところは見つかりませんでした。/ Nothing was found that was changed after the export.")  # fmt: skip
    if result.fingerprint:
        lines.append(f"鍵の指紋 / fingerprint of the key: {result.fingerprint}")
    if not result.is_signer_known:
        lines += [
            "この鍵が発行元のものかは確かめていません。指紋を発行元に電話で確かめるか、受け取った公開鍵を --key で指定してください。",
            "Whether this is the issuer's key was not checked. Compare the fingerprint on the phone, or name the key you were given with --key.",
        ]
    if result.has_timestamp:
        lines.append("タイムスタンプの署名は VERIFY.txt の手順で確かめてください。/ Check the timestamp's own signature as VERIFY.txt says.")  # fmt: skip
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="証拠の束を検証します / verifies a bundle of evidence")
    parser.add_argument("bundle", type=Path, help="ZIP またはフォルダ / ZIP or folder")
    parser.add_argument("--key", type=Path, help="発行元の公開鍵（PEM）/ the issuer's public key")
    given = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        key = read_key(given.key.read_bytes()) if given.key else None
        if given.key and key is None:
            sys.stderr.write("公開鍵として読めません。/ Not a public key.\n")
            return 2
        result = verify_path(given.bundle, key)
    except OSError as error:
        sys.stderr.write(f"読めません / cannot be read: {printable(str(error))}\n")
        return 2
    sys.stdout.write(report(result) + "\n")
    return result.status


if __name__ == "__main__":
    sys.exit(main())
