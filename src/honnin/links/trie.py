"""Many words as one pattern that looks at each character once."""

from __future__ import annotations

import re
from collections.abc import Iterable

_Node = dict[str, "_Node"]

_END = ""


def words_pattern(words: Iterable[str]) -> str:
    """A regular expression that matches the longest of the words, folded into a tree of prefixes.

    >>> words_pattern(["jcb", "jcbcard", "jal"])
    'j(?:al|cb(?:card)?)'
    """
    root: _Node = {}
    for word in words:
        node = root
        for character in word:
            node = node.setdefault(character, {})
        node[_END] = {}
    return _pattern(root)


def _pattern(node: _Node) -> str:
    branches = [
        re.escape(character) + _pattern(child) for character, child in sorted(node.items()) if character != _END
    ]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 and _END not in node else f"(?:{'|'.join(branches)})"
    return body + "?" if _END in node else body
