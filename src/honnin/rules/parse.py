"""One file of a pack, read into rules and conditions; every mistake is noted and the rest is read on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import TypeVar

from honnin.errors import Mistake
from honnin.model import Account, Channel, Kind, KnownAccount, Person, Severity, Text, Turn
from honnin.rules.condition import (
    AllOf,
    AnyOf,
    AtLeast,
    Atom,
    Compare,
    Comparison,
    Condition,
    Named,
    Not,
    SameTurn,
)
from honnin.rules.document import Items, Node, Scalar, Table
from honnin.rules.rule import Definition, Example, LocalChange, PackContent, Rule, State
from honnin.rules.vocabulary import ATOMS, ATTACK_TYPES, NUMBERS, TACTICS, nearest

MAX_TEXT = 4_000
MAX_REASON = 200

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)

_RULE_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){0,11}")
_CONDITION_NAME = re.compile(r"[a-z][a-z0-9_]{1,59}")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
_PROMISES = re.compile(r"\bsafe\b|安全", re.IGNORECASE)

_SECTIONS = ("pack", "conditions", "rules", "local")
_RULE_KEYS = (
    "id",
    "title",
    "severity",
    "state",
    "attack_types",
    "tactics",
    "when",
    "reason",
    "fires_on",
    "silent_on",
    "expires",
)
_EXAMPLE_KEYS = (
    "text",
    "turns",
    "subject",
    "lang",
    "contact_days",
    "messages",
    "verified",
    "channel",
    "kind",
    "sender",
    "directory",
    "copy_of",
)
_ACCOUNT_KEYS = tuple(part.name for part in fields(Account))
_PERSON_KEYS = tuple(part.name for part in fields(Person))
_CONDITION_KEYS = ("all", "any", "not", "at_least", "same_turn")


def parse(root: Node | None, file: str, mistakes: list[Mistake]) -> PackContent:
    """Read what a file of a pack holds, adding what is wrong with it to ``mistakes``."""
    return _Parser(file, mistakes).content(root)


@dataclass(slots=True)
class _Parser:
    file: str
    mistakes: list[Mistake]
    place: str = ""

    # -- saying what is wrong

    def wrong(self, node: Node, where: str, ja: str, en: str) -> None:
        self.mistakes.append(
            Mistake(node.line, ".".join(part for part in (self.place, where) if part), Text(ja, en), self.file)
        )

    def unknown(self, node: Node, where: str, name: str, names: Iterable[str]) -> None:
        near = nearest(name, names)
        shown = name[:60]
        self.wrong(
            node,
            where,
            f"「{shown}」という名前はありません。"
            + (f"「{near}」のことですか。" if near else "docs/rules.ja.md の一覧にある名前を使ってください。"),
            f'There is no "{shown}".'
            + (f' Did you mean "{near}"?' if near else " Use a name listed in docs/rules.md."),
        )

    # -- plain values

    def table(self, node: Node, where: str, allowed: Collection[str] | None = None) -> dict[str, Node]:
        if not isinstance(node, Table):
            self.wrong(node, where, "見出しと値の組を書いてください。", "Write keys with values here.")
            return {}
        for name, value in node.entries:
            if allowed is not None and name not in allowed:
                self.unknown(value, f"{where}.{name}" if where else name, name, allowed)
        return dict(node.entries)

    def items(self, node: Node, where: str) -> tuple[Node, ...]:
        if isinstance(node, Items):
            return node.items
        self.wrong(node, where, "[…] の並びで書いてください。", "Write a list here.")
        return ()

    def text(self, node: Node, where: str, longest: int = MAX_TEXT) -> str:
        if not isinstance(node, Scalar) or isinstance(node.value, bool) or node.value is None:
            self.wrong(node, where, "文字で書いてください。", "Write text here.")
            return ""
        text = str(node.value)
        if len(text) > longest:
            self.wrong(
                node,
                where,
                f"長すぎます。{longest}字以内にしてください。",
                f"Too long; keep it within {longest} characters.",
            )
        return text

    def number(self, node: Node, where: str) -> float:
        if isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            return node.value
        self.wrong(node, where, "数で書いてください。", "Write a number here.")
        return 0

    def choice(self, node: Node, where: str, choices: type[Choice], default: Choice) -> Choice:
        name = self.text(node, where)
        if name in {choice.value for choice in choices}:
            return choices(name)
        if name:
            self.unknown(node, where, name, [choice.value for choice in choices])
        return default

    def words(self, node: Node, where: str, allowed: Collection[str]) -> tuple[str, ...]:
        found = [(item, self.text(item, where)) for item in self.items(node, where)]
        for item, word in found:
            if word and word not in allowed:
                self.unknown(item, where, word, allowed)
        return tuple(word for _, word in found)

    def both_languages(self, node: Node, where: str) -> Text:
        entries = self.table(node, where, ("ja", "en"))
        texts = {}
        for language in ("ja", "en"):
            if language not in entries:
                self.wrong(node, where, f"{language} の文がありません。", f"The text in {language} is missing.")
                texts[language] = ""
                continue
            texts[language] = text = self.text(entries[language], f"{where}.{language}", MAX_REASON)
            if bool(_JAPANESE.search(text)) != (language == "ja"):
                self.wrong(
                    entries[language],
                    f"{where}.{language}",
                    "ja には日本語を、en には英語を書いてください。",
                    "Write Japanese under ja and English under en.",
                )
            if _PROMISES.search(text):
                self.wrong(
                    entries[language],
                    f"{where}.{language}",
                    "「安全」とは言い切れません。別の言い方にしてください。",
                    'Never say "safe"; nobody can promise it.',
                )
        return Text(texts["ja"], texts["en"])

    # -- the file

    def content(self, root: Node | None) -> PackContent:
        if root is None:
            return PackContent()
        sections = self.table(root, "", _SECTIONS)
        head = self.table(sections["pack"], "pack", ("id",)) if "pack" in sections else {}
        return PackContent(
            ids=(self.rule_id(head["id"], "pack.id"),) if "id" in head else (),
            definitions=tuple(self.definitions(sections["conditions"])) if "conditions" in sections else (),
            rules=tuple(self.rule(node) for node in self.items(sections["rules"], "rules"))
            if "rules" in sections
            else (),
            local=tuple(self.local(sections["local"])) if "local" in sections else (),
        )

    def definitions(self, node: Node) -> Iterator[Definition]:
        for name, value in self.table(node, "conditions").items():
            self.place = name
            if not _CONDITION_NAME.fullmatch(name) or name in NUMBERS or name in _CONDITION_KEYS:
                self.wrong(
                    value,
                    "",
                    "条件の名前は英小文字・数字・下線で付け、決まった言葉とは別にしてください。",
                    "Name a condition in lower case with underscores, unlike any word of the grammar.",
                )
            yield Definition(name, self.condition(value, ""), value.line, self.file)
        self.place = ""

    def local(self, node: Node) -> Iterator[tuple[str, LocalChange]]:
        for name, value in self.table(node, "local").items():
            self.place = f"local.{name}"
            changes = self.table(value, "", ("state", "severity"))
            state = self.choice(changes["state"], "state", State, State.DRAFT) if "state" in changes else None
            severity = (
                self.choice(changes["severity"], "severity", Severity, Severity.LOW) if "severity" in changes else None
            )
            yield name, LocalChange(state, severity, value.line, self.file)
        self.place = ""

    # -- a rule

    def rule_id(self, node: Node, where: str) -> str:
        name = self.text(node, where, 80)
        if name and not _RULE_ID.fullmatch(name):
            self.wrong(
                node, where, "英小文字・数字・ハイフンで付けてください。", "Use lower-case letters, digits and hyphens."
            )
        return name

    def rule(self, node: Node) -> Rule:
        ids = [value for name, value in node.entries if name == "id"] if isinstance(node, Table) else []
        rule_id = self.rule_id(ids[0], "id") if ids else ""
        self.place = rule_id or "rules"
        entries = self.table(node, "", _RULE_KEYS)
        for key in _RULE_KEYS[: _RULE_KEYS.index("fires_on")]:
            if key not in entries:
                self.wrong(node, key, f"{key} がありません。", f"{key} is missing.")

        def given(key: str, read: Callable[[Node, str], T], otherwise: T) -> T:
            return read(entries[key], key) if key in entries else otherwise

        rule = Rule(
            id=rule_id,
            title=given("title", self.both_languages, Text("", "")),
            severity=given("severity", lambda n, w: self.choice(n, w, Severity, Severity.LOW), Severity.LOW),
            state=given("state", lambda n, w: self.choice(n, w, State, State.DRAFT), State.DRAFT),
            attack_types=given("attack_types", lambda n, w: self.words(n, w, ATTACK_TYPES), ()),
            tactics=given("tactics", lambda n, w: self.words(n, w, TACTICS), ()),
            when=self.condition(entries["when"], "when") if "when" in entries else AllOf(()),
            reason=given("reason", self.both_languages, Text("", "")),
            fires_on=given("fires_on", self.examples, ()),
            silent_on=given("silent_on", self.examples, ()),
            expires=given("expires", self.day, None),
            line=node.line,
            file=self.file,
        )
        self.place = ""
        return rule

    def day(self, node: Node, where: str) -> date | None:
        try:
            return date.fromisoformat(self.text(node, where, 40))
        except ValueError:
            self.wrong(node, where, "日付は 2027-03-31 のように書いてください。", "Write the day as 2027-03-31.")
            return None

    # -- conditions

    def condition(self, node: Node, where: str) -> Condition:
        if isinstance(node, Scalar):
            return self.named(node, where)
        entries = self.table(node, where)
        if len(entries) != 1:
            self.wrong(
                node,
                where,
                "条件は1つずつ書きます(all、any、not、at_least、same_turn、数の比較、または名前)。",
                "Write one thing: all, any, not, at_least, same_turn, a comparison of a number, or a name.",
            )
            return AllOf(())
        ((key, value),) = entries.items()
        inside = f"{where}.{key}" if where else key
        match key:
            case "all":
                return AllOf(self.several(value, inside))
            case "any":
                return AnyOf(self.several(value, inside))
            case "not":
                return Not(self.condition(value, inside))
            case "at_least":
                return self.at_least(value, inside)
            case "same_turn":
                return SameTurn(self.several(value, inside))
            case _ if key in NUMBERS:
                return self.comparison(key, value, inside)
            case _:
                self.unknown(value, where, key, {*NUMBERS, *_CONDITION_KEYS})
                return AllOf(())

    def named(self, node: Scalar, where: str) -> Condition:
        name = self.text(node, where)
        if ":" not in name:
            return Named(name)
        if name not in ATOMS:
            self.unknown(node, where, name, ATOMS)
        return Atom(name)

    def several(self, node: Node, where: str) -> tuple[Condition, ...]:
        items = self.items(node, where)
        if isinstance(node, Items) and not items:
            self.wrong(node, where, "条件を1つ以上書いてください。", "Write at least one condition.")
        return tuple(self.condition(item, where) for item in items)

    def at_least(self, node: Node, where: str) -> Condition:
        entries = self.table(node, where, ("n", "of"))
        if set(entries) != {"n", "of"}:
            self.wrong(node, where, "{n: 2, of: […]} の形で書いてください。", "Write it as {n: 2, of: […]}.")
            return AllOf(())
        of = self.several(entries["of"], f"{where}.of")
        n = self.number(entries["n"], f"{where}.n")
        if n != int(n) or not 1 <= n <= len(of):
            self.wrong(
                entries["n"],
                f"{where}.n",
                "1から条件の数までの整数にしてください。",
                "Use a whole number from 1 to the number of conditions.",
            )
        return AtLeast(int(n), of)

    def comparison(self, number: str, node: Node, where: str) -> Condition:
        operators = [comparison.value for comparison in Comparison]
        entries = self.table(node, where, operators)
        compared = tuple(
            Compare(number, Comparison(name), self.number(value, f"{where}.{name}"))
            for name, value in entries.items()
            if name in operators
        )
        if isinstance(node, Table) and not compared:
            self.wrong(node, where, "{lt: 7} のように比べ方を書いてください。", "Say how to compare, as in {lt: 7}.")
        return compared[0] if len(compared) == 1 else AllOf(compared)

    # -- examples

    def examples(self, node: Node, where: str) -> tuple[Example, ...]:
        return tuple(self.example(item, where) for item in self.items(node, where))

    def example(self, node: Node, where: str) -> Example:
        entries = self.table(node, where, _EXAMPLE_KEYS)
        if not entries.keys() & {"text", "turns", "sender", "subject"}:
            self.wrong(
                node, where, "text か turns か sender を書いてください。", "Give the example a text, turns or a sender."
            )

        def given(key: str, read: Callable[[Node, str], T], otherwise: T) -> T:
            return read(entries[key], f"{where}.{key}") if key in entries else otherwise

        messages = given("messages", self.number, None)
        if messages is not None and messages != int(messages):
            self.wrong(entries["messages"], f"{where}.messages", "整数で書いてください。", "Write a whole number here.")
        return Example(
            text=given("text", self.text, ""),
            turns=given("turns", self.turns, ()),
            subject=given("subject", self.text, ""),
            lang=given("lang", self.text, ""),
            contact_days=given("contact_days", self.number, None),
            messages=None if messages is None else int(messages),
            verified=given("verified", self.flag, None),
            channel=given("channel", lambda n, w: self.choice(n, w, Channel, Channel.CHAT), None),
            kind=given("kind", lambda n, w: self.choice(n, w, Kind, Kind.MESSAGE), None),
            sender=given("sender", self.account, None),
            directory=given("directory", self.people, ()),
            copy_of=given("copy_of", self.text, ""),
            line=node.line,
            file=self.file,
        )

    def flag(self, node: Node, where: str) -> bool | None:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.wrong(node, where, "true か false を書いてください。", "Write true or false.")
        return None

    def turns(self, node: Node, where: str) -> tuple[Turn, ...]:
        found = []
        for item in self.items(node, where):
            entries = self.table(item, where, ("who", "text"))
            if "text" not in entries:
                self.wrong(item, where, "text がありません。", "text is missing.")
                continue
            who = self.text(entries["who"], f"{where}.who") if "who" in entries else ""
            found.append(Turn(self.text(entries["text"], f"{where}.text"), who))
        return tuple(found)

    def account(self, node: Node, where: str) -> Account:
        entries = self.table(node, where, _ACCOUNT_KEYS)
        return Account(**{key: self.text(entries[key], f"{where}.{key}") for key in _ACCOUNT_KEYS if key in entries})

    def people(self, node: Node, where: str) -> tuple[Person, ...]:
        return tuple(self.person(item, where) for item in self.items(node, where))

    def person(self, node: Node, where: str) -> Person:
        entries = self.table(node, where, _PERSON_KEYS)
        plain = {
            key: self.text(value, f"{where}.{key}")
            for key, value in entries.items()
            if key in _PERSON_KEYS and key not in {"accounts", "emails"}
        }
        if "name" not in plain:
            self.wrong(node, where, "name がありません。", "name is missing.")
        emails = (
            tuple(self.text(one, f"{where}.emails") for one in self.items(entries["emails"], where))
            if "emails" in entries
            else ()
        )
        accounts = (
            tuple(self.known_account(one, f"{where}.accounts") for one in self.items(entries["accounts"], where))
            if "accounts" in entries
            else ()
        )
        return Person(**{"name": "", **plain}, accounts=accounts, emails=emails)

    def known_account(self, node: Node, where: str) -> KnownAccount:
        entries = self.table(node, where, ("platform", "account_id"))
        return KnownAccount(
            *(self.text(entries[key], f"{where}.{key}") if key in entries else "" for key in ("platform", "account_id"))
        )
