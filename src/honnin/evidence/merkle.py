"""The tree of hashes over the log, as RFC 6962 describes it.

A node is named by its level (0 = leaves) and its place there. Only nodes whose whole part of the tree is filled are kept: they
never change again, so that appending makes two of them on average and a proof reads one for each level.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from honnin.evidence.verifier import leaf_hash, node_hash, root_from_path

__all__ = [
    "EMPTY_ROOT",
    "Frontier",
    "consistency",
    "home",
    "inclusion",
    "leaf_hash",
    "node_hash",
    "peaks_of",
    "root_from_path",
    "tree_root",
    "verify_consistency",
]

EMPTY_ROOT = sha256(b"").digest()

Node = tuple[int, int]
"""Level and place."""
Fetch = Callable[[Sequence[Node]], Mapping[Node, bytes]]
"""Returns kept nodes."""


def home(node: Node) -> int:
    """Return the leaf that completes a node: the node is kept beside it, so that an append writes to one place only.

    >>> [home(node) for node in ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0))]
    [0, 1, 1, 3, 3]
    """
    level, at = node
    return ((at + 1) << level) - 1


def peaks_of(size: int) -> list[Node]:
    """Return the filled parts that a tree of that size consists of, largest first."""
    return _parts(0, size)


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: all that is needed to append and to tell the root.

    ``peaks`` are the hashes of the filled parts, largest first.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> tuple[Frontier, list[tuple[Node, bytes]]]:
        """Return the frontier with one more leaf, and the nodes that are complete now."""
        level, at, carried = 0, self.size, leaf
        peaks = list(self.peaks)
        made: list[tuple[Node, bytes]] = [((0, at), leaf)]
        while at & 1:
            carried = node_hash(peaks.pop(), carried)
            level, at = level + 1, at >> 1
            made.append(((level, at), carried))
        return Frontier(self.size + 1, (*peaks, carried)), made

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier, _ = frontier.append(leaf)
    return frontier.root()


def _parts(start: int, end: int) -> list[Node]:
    """Return the filled nodes that cover a part of the leaves which begins where its largest node may begin."""
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def _split(size: int) -> int:
    """Return the largest power of two below."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(start: int, end: int, nodes: Mapping[Node, bytes]) -> bytes:
    parts = _parts(start, end)
    root = nodes[parts[-1]]
    for part in reversed(parts[:-1]):
        root = node_hash(nodes[part], root)
    return root


def _gather(ranges: Sequence[tuple[int, int]], fetch: Fetch) -> list[bytes]:
    wanted = list({part: None for start, end in ranges for part in _parts(start, end)})
    nodes = fetch(wanted) if wanted else {}
    return [_subtree(start, end, nodes) for start, end in ranges]


def inclusion(index: int, size: int, fetch: Fetch) -> list[bytes]:
    """Return the audit path that shows that leaf ``index`` stands in the tree of that size, lowest first."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in that tree")
    ranges, start, end = [], 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return _gather(ranges[::-1], fetch)


def consistency(old: int, new: int, fetch: Fetch) -> list[bytes]:
    """Return the proof that the tree of size ``new`` only added to the one of size ``old``."""
    if not 0 < old <= new:
        raise ValueError("no such trees")
    ranges, start, end, is_whole = [], 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, is_whole = middle, False
    if not is_whole:
        ranges.append((start, end))
    return _gather(ranges[::-1], fetch)


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows that nothing of the old tree was changed or taken out in the new one."""
    if old == new:
        return old_root == new_root and not proof
    if not 0 < old < new:
        return False
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    from_old = from_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            from_old, from_new = node_hash(step, from_old), node_hash(step, from_new)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            from_new = node_hash(from_new, step)
        node, last = node >> 1, last >> 1
    return from_old == old_root and from_new == new_root and last == 0
