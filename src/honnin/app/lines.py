"""Lines of a stream of bytes, with bounded memory however long a line is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

CHUNK = 256 * 1024
LONGEST_LINE = 16 * 1024 * 1024
"""An event of more than 16 MB is no message; its line is passed over and reported."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. ``number`` counts from 1; ``data`` is None where the line is longer than the limit.

    ``head`` is its beginning, and ``end`` the offset in the stream right behind it.
    """

    number: int
    data: bytes | None
    head: bytes
    end: int


def read_lines(read: Callable[[int], bytes], longest: int = LONGEST_LINE, chunk: int = CHUNK) -> Iterator[Line]:
    r"""Read lines by chunks; what stands behind the limit of a line is dropped as it comes.

    >>> import io
    >>> [(line.number, line.data) for line in read_lines(io.BytesIO(b"a\r\ntoo long\nb").read, longest=3)]
    [(1, b'a'), (2, None), (3, b'b')]
    """
    held: list[bytes] = []
    size = number = end = 0
    while block := read(chunk):
        start = 0
        while (stop := block.find(b"\n", start)) >= 0:
            _hold(held, block[start:stop], size, longest)
            size += stop - start
            end += size + 1
            number += 1
            yield _line(number, held, size, longest, end)
            held, size, start = [], 0, stop + 1
        _hold(held, block[start:], size, longest)
        size += len(block) - start
    if size:
        yield _line(number + 1, held, size, longest, end + size)


def _hold(held: list[bytes], part: bytes, size: int, longest: int) -> None:
    if part and size <= longest:
        held.append(part)


def _line(number: int, held: list[bytes], size: int, longest: int, end: int) -> Line:
    if size > longest + 1:  # one more for a carriage return
        return Line(number, None, held[0][:CHUNK], end)
    data = held[0] if len(held) == 1 else b"".join(held)
    data = data.removesuffix(b"\r")
    return Line(number, data, data, end) if len(data) <= longest else Line(number, None, data[:CHUNK], end)
