"""Packs from files: all mistakes of all files are reported at once, each with file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from honnin.errors import BadInputError, Mistake
from honnin.model import Text
from honnin.rules.check import check
from honnin.rules.document import read_document
from honnin.rules.pack import Pack, merge
from honnin.rules.parse import parse
from honnin.rules.rule import PackContent

MAX_FILES = 200


def shipped_pack() -> Pack:
    """The pack that comes with the product."""
    return load_pack(files("honnin.rules") / "packs" / "shipped")


def load_pack(source: Traversable, *, beside: Pack | None = None) -> Pack:
    """Read a pack from a folder of ``*.yaml`` files (or one file), or refuse it with every mistake in it.

    ``beside`` is the pack this one adds to: its conditions may be used by name and its rules changed under ``local``.
    """
    pack, mistakes = _read(source, beside)
    if mistakes:
        raise BadInputError(mistakes)
    return pack


def lint(sources: Sequence[Traversable], *, beside: Pack | None = None) -> list[Mistake]:
    """Everything wrong with the packs, read one after the other as a site's pack stands beside the shipped one."""
    found: list[Mistake] = []
    for source in sources:
        pack, mistakes = _read(source, beside)
        found.extend(mistakes)
        beside = pack if beside is None else merge(beside, pack)
    return found


def _read(source: Traversable, beside: Pack | None) -> tuple[Pack, list[Mistake]]:
    mistakes: list[Mistake] = []
    digest = hashlib.sha256()
    contents: list[PackContent] = []
    all_readable = True
    for file in _files(source, mistakes):
        data = file.read_bytes()
        digest.update(file.name.encode("utf-8", "replace") + b"\0" + data + b"\0")
        root, unreadable = read_document(data, str(file))
        mistakes.extend(unreadable)
        all_readable = all_readable and not unreadable
        contents.append(parse(root, str(file), mistakes))
    content = PackContent(
        ids=tuple(name for one in contents for name in one.ids),
        definitions=tuple(definition for one in contents for definition in one.definitions),
        rules=tuple(rule for one in contents for rule in one.rules),
        local=tuple(change for one in contents for change in one.local),
    )
    if all_readable:  # otherwise what is missing may stand in the file that could not be read
        mistakes.extend(check(content, beside, str(source)))
    pack = Pack(
        id=content.ids[0] if content.ids else "",
        version=digest.hexdigest()[:12],
        conditions={definition.name: definition.condition for definition in content.definitions},
        rules=content.rules,
        local=dict(content.local),
        inherited=beside.conditions if beside is not None else {},
    )
    return pack, mistakes


def _files(source: Traversable, mistakes: list[Mistake]) -> list[Traversable]:
    if source.is_file():
        return [source]
    found = []
    if source.is_dir():
        found = sorted((one for one in source.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    if not 0 < len(found) <= MAX_FILES:
        mistakes.append(
            Mistake(
                0,
                "",
                Text(
                    f"ルールのファイル(*.yaml)を1から{MAX_FILES}個置いてください。",
                    f"Put 1 to {MAX_FILES} rule files (*.yaml) here.",
                ),
                str(source),
            )
        )
    return found[:MAX_FILES]
