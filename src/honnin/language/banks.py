"""Japanese banks and their branches by name, from the published list of codes (zengin-code).

The list is read straight from the files of its package, the branches of a bank only once that bank is named: importing the package
itself makes objects of all thirty thousand branches, for which every start of the command line would wait.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any


@cache
def bank_names() -> Mapping[str, str]:
    """Name -> code of every bank, without the word for bank.

    >>> bank_names()["みずほ"]
    '0001'
    """
    return {bank["name"]: code for code, bank in sorted(_read("banks.json").items())}


@lru_cache(maxsize=64)
def branch_names(bank_code: str) -> Mapping[str, str]:
    """Code -> name of every branch of a bank, in the order of their codes.

    >>> branch_names("0001")["001"]
    '東京営業部'
    """
    return {code: branch["name"] for code, branch in sorted(_read("branches", f"{bank_code}.json").items())}


def _read(*parts: str) -> dict[str, dict[str, Any]]:
    package = find_spec("zengin_code")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("zengin_code")
    path = Path(package.origin).parent.joinpath("source-data", "data", *parts)
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found
