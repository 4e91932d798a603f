"""Writing a ZIP that any program opens and that has the same bytes for the same files: stored, sorted, without times of its own."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from honnin.evidence.verifier import LARGEST_BUNDLE, MOST_FILES, central_header, end_record, local_header


class TooLargeError(Exception):
    """More than one plain ZIP can hold."""


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A file of the bundle. Its bytes are read when it is its turn, so that a large bundle needs little memory."""

    name: str
    size: int
    sha256: str
    load: Callable[[], bytes]


def zip_pieces(root: str, files: Iterable[BundleFile]) -> Iterator[bytes]:
    """Yield the archive piece by piece; every name begins with the folder ``root``."""
    offset, central = 0, []
    for file in sorted(files, key=lambda each: each.name):
        content = file.load()
        name, crc = f"{root}/{file.name}".encode("ascii"), zlib.crc32(content)
        header = local_header(name, crc, len(content))
        central.append(central_header(name, crc, len(content), offset))
        offset += len(header) + len(content)
        if offset > LARGEST_BUNDLE - (1 << 20) or len(central) >= MOST_FILES:
            raise TooLargeError
        yield header
        yield content
    directory = b"".join(central)
    yield directory
    yield end_record(len(central), len(directory), offset)
