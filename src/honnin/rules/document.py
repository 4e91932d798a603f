"""YAML read as plain data, every value with its line.

Written by hand over the parser's events rather than through a constructor: anchors, aliases and tags are refused, a
repeated key is refused, nothing in a file can create an object, and depth and size are bounded. Only ``true``,
``false``, ``null`` and numbers are more than text, so ``no`` stays a word and a date stays a date as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from honnin.errors import Mistake
from honnin.model import Text

MAX_BYTES = 1_000_000
MAX_DEPTH = 24

_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "": None, "~": None}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    value: str | float | bool | None
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    entries: tuple[tuple[str, Node], ...]
    line: int


Node = Scalar | Items | Table


@dataclass(slots=True)
class _Open:
    """A list or table whose end has not come yet."""

    is_table: bool
    line: int
    held: list[Node] = field(default_factory=list)


class _RefusedError(Exception):
    def __init__(self, line: int, text: Text) -> None:
        super().__init__(text.en)
        self.line = line
        self.text = text


def read_document(data: bytes, file: str) -> tuple[Node | None, list[Mistake]]:
    """The one document in a file, or what is wrong with it.

    >>> node, mistakes = read_document(b"a: [1, no]", "x.yaml")
    >>> node
    Table(entries=(('a', Items(items=(Scalar(value=1, line=1), Scalar(value='no', line=1)), line=1)),), line=1)
    """
    try:
        return _compose(_decode(data)), []
    except _RefusedError as refused:
        return None, [Mistake(refused.line, "", refused.text, file)]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or "unreadable character")
        line = mark.line + 1 if mark is not None else 0
        return None, [
            Mistake(line, "", Text(f"YAMLとして読めません({problem})。", f"Not readable as YAML ({problem})."), file)
        ]


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise _RefusedError(
            0,
            Text(
                f"ファイルが大きすぎます。{MAX_BYTES}バイト以下に分けてください。",
                f"The file is too large. Split it into files of at most {MAX_BYTES} bytes.",
            ),
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _RefusedError(
            data.count(b"\n", 0, error.start) + 1,
            Text("UTF-8で保存し直してください。", "Please save the file as UTF-8."),
        ) from error


def _compose(text: str) -> Node | None:
    stack: list[_Open] = []
    root: Node | None = None
    for event in _events(text):
        line = _line(event)
        match event:
            case yaml.DocumentStartEvent() if root is not None:
                raise _RefusedError(line, Text("1つのファイルに文書は1つです。", "One document per file, please."))
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                if len(stack) >= MAX_DEPTH:
                    raise _RefusedError(line, Text("入れ子が深すぎます。", "Nested too deeply."))
                stack.append(_Open(isinstance(event, yaml.MappingStartEvent), line))
                continue
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                done = _close(stack.pop())
            case yaml.ScalarEvent():
                done = Scalar(_value(event), line)
            case _:
                continue
        if stack:
            stack[-1].held.append(done)
        else:
            root = done
    return root


def _events(text: str) -> Iterator[yaml.Event]:
    for event in yaml.parse(text, Loader=_LOADER):
        if getattr(event, "anchor", None) is not None:
            raise _RefusedError(
                _line(event),
                Text(
                    "アンカーと別名(& と *)は使えません。同じ条件は conditions に名前を付けてください。",
                    "Anchors and aliases (& and *) are not read. Give a shared condition a name under conditions.",
                ),
            )
        if getattr(event, "tag", None) is not None:
            raise _RefusedError(_line(event), Text("タグ(!)は使えません。", "Tags (!) are not read; write plain data."))
        yield event


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0


def _close(opened: _Open) -> Node:
    if not opened.is_table:
        return Items(tuple(opened.held), opened.line)
    entries: list[tuple[str, Node]] = []
    seen: set[str] = set()
    for key, value in zip(opened.held[::2], opened.held[1::2], strict=True):
        if not isinstance(key, Scalar):
            raise _RefusedError(key.line, Text("見出しには言葉を書いてください。", "A key must be a plain word."))
        name = "" if key.value is None else str(key.value)
        if name in seen:
            raise _RefusedError(
                key.line,
                Text(
                    f"「{name}」が2回書かれています。1つにしてください。", f'"{name}" stands twice. Keep one of them.'
                ),
            )
        seen.add(name)
        entries.append((name, value))
    return Table(tuple(entries), opened.line)


def _value(event: yaml.ScalarEvent) -> str | float | bool | None:
    if event.style:  # quoted or block text is always text
        return event.value
    if event.value in _WORDS:
        return _WORDS[event.value]
    if _NUMBER.fullmatch(event.value):
        return float(event.value) if "." in event.value else int(event.value)
    return event.value
