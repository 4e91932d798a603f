"""Rows of labelled pairs as they come in: a claimed profile and a real person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from honnin.errors import BadInputError, Mistake
from honnin.model.event import Account, KnownAccount, Person
from honnin.model.text import Text

_TEXT_WANTED = Text("文字列で書いてください。", "Write this as a text.")
_OBJECT_WANTED = Text("項目名と値の組(オブジェクト)で書いてください。", "Write this as an object with named fields.")
_LIST_WANTED = Text("一覧(配列)で書いてください。", "Write this as a list.")
_NAME_WANTED = Text("お名前を書いてください。", "Give a name.")


class _Fields:
    """Reads fields of one object, noting every mistake."""

    def __init__(self, row: object, where: str) -> None:
        self.mistakes: list[Mistake] = []
        self._where = where
        self._row: Mapping[str, Any] = {}
        if isinstance(row, Mapping):
            self._row = row
        elif row is not None:
            self.wrong("", _OBJECT_WANTED)

    def wrong(self, field: str, text: Text) -> None:
        self.mistakes.append(Mistake(0, ".".join(part for part in (self._where, field) if part), text))

    def text(self, *names: str) -> str:
        """The first of these fields that is filled; a missing or null field is empty, a number is its digits."""
        for name in names:
            value = self._row.get(name)
            if isinstance(value, str):
                if value:
                    return value
            elif isinstance(value, int) and not isinstance(value, bool):
                return str(value)
            elif value is not None:
                self.wrong(name, _TEXT_WANTED)
        return ""

    def items(self, name: str) -> list[Any]:
        value = self._row.get(name)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.wrong(name, _LIST_WANTED)
            return []
        return list(value)

    def done(self) -> None:
        if self.mistakes:
            raise BadInputError(self.mistakes)


def account_from_claimed(row: Mapping[str, Any] | None) -> Account:
    """The account of a ``claimed`` object. Missing and null fields are empty; a wrong type is refused by its name.

    >>> account_from_claimed({"display_name": "山田太郎", "org": None}).name
    '山田太郎'
    """
    fields = _Fields(row, "claimed")
    account = Account(
        platform=fields.text("platform"),
        account_id=fields.text("account_id"),
        name=fields.text("display_name", "name"),
        chatwork_id=fields.text("chatwork_id"),
        organization=fields.text("org", "organization"),
        department=fields.text("department"),
        title=fields.text("title"),
        email=fields.text("email"),
        reply_to=fields.text("reply_to"),
        bio=fields.text("bio"),
        avatar=fields.text("avatar"),
    )
    fields.done()
    return account


def person_from_dict(row: Mapping[str, Any] | None) -> Person:
    """The person of a ``person`` object; ``family`` and ``given`` part a name that is written without a space."""
    fields = _Fields(row, "person")
    name, family, given = fields.text("name"), fields.text("family"), fields.text("given")
    if family and given and "".join(name.split()) in {"", family + given}:
        name = f"{family} {given}"
    if not fields.mistakes and not name:
        fields.wrong("name", _NAME_WANTED)
    person = Person(
        name=name,
        kana=fields.text("kana"),
        romaji=fields.text("romaji"),
        organization=fields.text("org", "organization"),
        title=fields.text("title"),
        accounts=tuple(_accounts(fields)),
        emails=tuple(_emails(fields)),
        id=fields.text("id", "pid"),
    )
    fields.done()
    return person


def _accounts(fields: _Fields) -> list[KnownAccount]:
    found: list[KnownAccount] = []
    for number, item in enumerate(fields.items("accounts")):
        inner = _Fields(item, f"person.accounts[{number}]")
        found.append(KnownAccount(inner.text("platform"), inner.text("account_id")))
        fields.mistakes += inner.mistakes
    return found


def _emails(fields: _Fields) -> list[str]:
    found: list[str] = []
    for number, item in enumerate(fields.items("emails")):
        if isinstance(item, str):
            found.append(item)
        else:
            fields.wrong(f"emails[{number}]", _TEXT_WANTED)
    return found
