"""Events and verdicts as JSON text and back, without loss.

Unlike the contract for outsiders (``app.contract``) this keeps every field of the values, so that a stored verdict reads
back equal. The text is pure ASCII: half characters and NUL, which hostile messages carry and PostgreSQL refuses in
text, stay escaped.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

T = TypeVar("T")


def to_json(value: Any) -> str:
    """Write a value of the model as JSON text; fields at their default are left out."""
    return json.dumps(_plain(value), separators=(",", ":"))


def from_json(kind: type[T], text: str) -> T:
    """Read a value of the model from JSON text written by ``to_json``."""
    read: T = _reader(cast("Any", kind))(json.loads(text))
    return read


def _plain(value: Any) -> Any:
    match value:
        case StrEnum():
            return value.value
        case datetime():
            return value.isoformat()
        case tuple():
            return [_plain(item) for item in value]
        case frozenset():
            return sorted(_plain(item) for item in value)
        case _ if dataclasses.is_dataclass(value):
            return {
                field.name: _plain(found)
                for field in dataclasses.fields(value)
                if (found := getattr(value, field.name)) != field.default
            }
        case _:
            return value


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return the function that reads a value of that kind."""
    if isinstance(kind, types.UnionType):
        return _optional_reader(kind)
    if typing.get_origin(kind) is tuple:
        item = _reader(typing.get_args(kind)[0])
        return lambda values: tuple(item(value) for value in values)
    if typing.get_origin(kind) is frozenset:
        member = _reader(typing.get_args(kind)[0])
        return lambda values: frozenset(member(value) for value in values)
    if dataclasses.is_dataclass(kind):
        return _dataclass_reader(kind)
    if kind is datetime:
        return datetime.fromisoformat
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    return _as_is


def _as_is(value: Any) -> Any:
    return value


def _optional_reader(kind: types.UnionType) -> Callable[[Any], Any]:
    (inner,) = (part for part in typing.get_args(kind) if part is not types.NoneType)
    read = _reader(inner)
    return lambda value: None if value is None else read(value)


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    readers = {name: _reader(hint) for name, hint in typing.get_type_hints(kind).items()}
    # A field of a later version is passed over, so that an older program still reads a newer row.
    return lambda row: kind(**{name: readers[name](value) for name, value in row.items() if name in readers})
