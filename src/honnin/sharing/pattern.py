"""The few shapes of STIX patterns that name one value: written for export, read from others without ever running one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from honnin.model import Text
from honnin.sharing.values import Kind

BANK_EXTENSION = "extension-definition--6f0d1c1e-0f5e-5b6c-9a3f-5d2f3c1b7a10"
"""Bank accounts have no object of their own in STIX: they are user accounts with these properties."""
FINGERPRINT_PATTERN = "honnin-copy"
LONGEST_PATTERN = 8_000
MOST_VALUES = 50

TOO_COMPLEX = Text(
    "この形のパターンは読めません。[種類:項目 = '値'] と、その OR だけを読みます。",
    "This pattern cannot be read. Only [type:property = 'value'], and several joined with OR, can be.",
)

_OTHER_KINDS = {"domain-name:value": Kind.DOMAIN, "url:value": Kind.URL, "email-addr:value": Kind.MAIL}
_TOKEN = re.compile(r"\s*(?:(\[|\]|=)|(AND|OR)\b|('(?:[^'\\]|\\.)*')|([a-z0-9-]+:(?:[a-z0-9_.-]|'[^'\\]{1,100}')+))")

Comparison = tuple[str, str]


class UnreadablePatternError(ValueError):
    """A pattern of another shape than those that name one value."""


def quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def pattern_of(kind: Kind, value: str) -> str:
    """Write the pattern that finds the value.

    >>> pattern_of(Kind.DOMAIN, "login.example.test")
    "[domain-name:value = 'login.example.test']"
    """
    match kind:
        case Kind.ACCOUNT:
            platform, _, name = value.partition(":")
            return _all({"account_type": platform, "user_id": name})
        case Kind.PHONE:
            return _all({"account_type": "phone", "user_id": value})
        case Kind.BANK_ACCOUNT:
            place = f"extensions.'{BANK_EXTENSION}'"
            parts = bank_parts(value)
            return _all({"account_type": "bank", **{f"{place}.{name}": part for name, part in parts.items()}})
        case Kind.FINGERPRINT:
            return value
        case _:
            path = next(path for path, found in _OTHER_KINDS.items() if found is kind)
            return f"[{path} = {quoted(value)}]"


def _all(parts: dict[str, str]) -> str:
    return "[" + " AND ".join(f"user-account:{path} = {quoted(part)}" for path, part in parts.items()) + "]"


def bank_parts(value: str) -> dict[str, str]:
    """Take a canonical bank account apart."""
    if value.startswith("iban:"):
        return {"iban": value.removeprefix("iban:")}
    names = ("bank_code", "branch_code", "account_type_code", "account_number")
    return dict(zip(names, value.split("-"), strict=True))


def bank_value(parts: dict[str, str]) -> str:
    """Put a bank account together, in whatever form ``canonical`` then judges."""
    if "iban" in parts:
        return f"iban:{parts['iban']}"
    names = ("bank_code", "branch_code", "account_type_code", "account_number")
    return "-".join(parts.get(name, "0" if name == "account_type_code" else "") for name in names)


def read_pattern(pattern: str) -> list[tuple[Kind, str]]:
    """Return what a pattern names, one for each of its alternatives, or refuse it.

    >>> read_pattern("[domain-name:value = 'a.example.test' OR url:value = 'https://b.example.test/x']")
    [(<Kind.DOMAIN: 'domain'>, 'a.example.test'), (<Kind.URL: 'url'>, 'https://b.example.test/x')]
    """
    found = [_named(group) for group in _groups(list(_tokens(pattern)))]
    if not found or len(found) > MOST_VALUES:
        raise UnreadablePatternError
    return found


def _tokens(pattern: str) -> Iterator[tuple[str, str]]:
    place = 0
    pattern = pattern.rstrip()
    while place < len(pattern):
        match = _TOKEN.match(pattern, place)
        if match is None:
            raise UnreadablePatternError
        place = match.end()
        sign, word, text, path = match.groups()
        if text is not None:
            yield "text", re.sub(r"\\(.)", r"\1", text[1:-1])
        else:
            yield ("path", path) if path is not None else ("sign", sign or word)


def _groups(tokens: list[tuple[str, str]]) -> Iterator[list[Comparison]]:
    """Yield the comparisons of each alternative: what AND joins stays together, OR begins a new one."""
    group: list[Comparison] = []
    place, inside, ready = 0, False, True  # ready: a comparison, or a new bracket, must come next
    while place < len(tokens):
        match tokens[place : place + 3]:
            case [("sign", "["), *_] if not inside and ready:
                inside, place = True, place + 1
            case [("path", path), ("sign", "="), ("text", text)] if inside and ready:
                group.append((path, text))
                ready, place = False, place + 3
            case [("sign", "AND"), *_] if inside and not ready:
                ready, place = True, place + 1
            case [("sign", "OR"), *_] if not ready:
                if group:
                    yield group
                group, ready, place = [], True, place + 1
            case [("sign", "]"), *_] if inside and not ready:
                inside, place = False, place + 1
            case _:
                raise UnreadablePatternError
    if inside or ready:
        raise UnreadablePatternError
    yield group


def _named(group: list[Comparison]) -> tuple[Kind, str]:
    if len(group) == 1 and group[0][0] in _OTHER_KINDS:
        return _OTHER_KINDS[group[0][0]], group[0][1]
    parts = dict(group)
    if len(parts) != len(group) or not all(path.startswith("user-account:") for path in parts):
        raise UnreadablePatternError
    parts = {path.removeprefix("user-account:"): text for path, text in parts.items()}
    platform = parts.pop("account_type", "")
    if set(parts) == {"user_id"} and platform:
        return (
            (Kind.PHONE, parts["user_id"]) if platform == "phone" else (Kind.ACCOUNT, f"{platform}:{parts['user_id']}")
        )
    place = f"extensions.'{BANK_EXTENSION}'."
    if platform == "bank" and parts and all(path.startswith(place) for path in parts):
        return Kind.BANK_ACCOUNT, bank_value({path.removeprefix(place): text for path, text in parts.items()})
    raise UnreadablePatternError
