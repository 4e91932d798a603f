"""What the documentation says is true."""

import json
import re
from dataclasses import fields
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from honnin.app.contract import event_from_json
from honnin.app.trial import run_examples
from honnin.bootstrap import engine
from honnin.model import Level, Stage
from honnin.rules import load_pack
from honnin.rules.vocabulary import ATOMS, ATTACK_TYPES, NUMBERS, TACTICS
from honnin.settings import Settings
from honnin.web.words import say

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
FOR_PEOPLE = (
    "README",
    "docs/users",
    "docs/operators",
    "docs/rules",
    "docs/copies",
    "docs/cooperation",
    "docs/evidence",
)
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)


def page_id(path):
    return str(path.relative_to(ROOT))


@cache
def read(path):
    return path.read_text(encoding="utf-8")


def fenced(path, language):
    return [body for _, name, body in FENCE.findall(read(path)) if name == language]


def headings(path):
    return re.findall(r"^(#+) (.+)$", FENCE.sub("", read(path)), re.MULTILINE)


@cache
def commands():
    """Return every command that can be called, with its click object."""
    found = {}

    def walk(name, command):
        if children := getattr(command, "commands", None):
            for child, below in children.items():
                walk(f"{name} {child}", below)
        else:
            found[name] = command

    walk("honnin", import_module("honnin.cli").main)
    return found


def calls(page):
    """Yield every call of the command line that a page shows."""
    yield from re.findall(r"`(honnin [^`\n]+)`", FENCE.sub("", read(page)))
    for line in "\n".join(fenced(page, "sh")).splitlines():
        yield from re.findall(r"(?:^|[ /])(honnin [^#|<]*)", line)


def exists(call):
    """Tell whether a command of that name has those options; a group may be named alone."""
    words = re.sub(r"[\[\]|]", " ", call).split()
    for length in range(len(words), 0, -1):
        command = commands().get(" ".join(words[:length]))
        if command is not None:
            options = {option for parameter in command.params for option in parameter.opts} | {"--help"}
            return all(word in options for word in words[length:] if word.startswith("--"))
    return any(name.startswith(" ".join([*words, ""])) for name in commands())


class TestCommands:
    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_each_is_in_the_operators_list(self, language):
        page = read(ROOT / ("docs/operators.ja.md" if language == "ja" else "docs/operators.md"))
        listed = set(re.findall(r"^\| `(honnin [^`]+)` \|", page, re.MULTILINE))
        assert listed == set(commands())

    @pytest.mark.parametrize("page", PAGES, ids=page_id)
    def test_what_a_page_calls_exists(self, page):
        assert [call for call in calls(page) if not exists(call)] == []

    def test_a_wrong_call_is_noticed(self):
        assert exists("honnin screen --public")
        assert not exists("honnin screen --secret")
        assert not exists("honnin scream")

    def test_make_targets_exist(self):
        targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
        called = {target for path in PAGES for target in re.findall(r"(?:`|^)make ([a-z]+)", read(path), re.MULTILINE)}
        assert called >= {"run", "test"}
        assert called <= targets


@pytest.mark.parametrize("page", ["docs/operators.ja.md", "docs/operators.md"])
def test_every_setting_is_told_with_its_default(page):
    told = dict(
        re.findall(r"^\| `HONNIN_([A-Z_]+)` \| (?:`([^`]*)`|[（(].*?[）)]) \|", read(ROOT / page), re.MULTILINE)
    )
    assert told == {field.name.upper(): str(field.default) for field in fields(Settings)}


class TestLinks:
    @pytest.mark.parametrize("page", PAGES, ids=page_id)
    def test_resolve(self, page):
        broken = []
        for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", read(page))):
            if re.match(r"https?://|mailto:", target):
                continue
            name, _, anchor = target.partition("#")
            aim = (page.parent / name).resolve() if name else page
            if not aim.exists() or (anchor and anchor not in {slug(title) for _, title in headings(aim)}):
                broken.append(target)
        assert broken == []

    def test_every_page_is_reached_from_the_contents(self):
        reached, waiting = set(), [ROOT / "docs" / "index.md"]
        while waiting:
            page = waiting.pop()
            if page.is_dir():  # a folder shows what it holds
                waiting += page.glob("*.md")
            if page in reached or page.suffix != ".md":
                continue
            reached.add(page)
            waiting += [(page.parent / target).resolve() for target in re.findall(r"\]\(([^)#:\s]+)\)", read(page))]
        assert set(PAGES) - reached == set()


def slug(title):
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


class TestBothLanguages:
    @pytest.mark.parametrize("name", FOR_PEOPLE)
    def test_pages_have_the_same_parts(self, name):
        japanese, english = ROOT / f"{name}.ja.md", ROOT / f"{name}.md"
        assert [level for level, _ in headings(japanese)] == [level for level, _ in headings(english)]
        for language in ("sh", "yaml", "csv", "text"):
            assert len(fenced(japanese, language)) == len(fenced(english, language))

    def test_glossary_says_everything_twice(self):
        rows = [
            row.strip("|").split("|")
            for row in re.findall(r"^\|.*\|$", read(ROOT / "docs" / "glossary.md"), re.MULTILINE)
            if not row.startswith("| ---")
        ]
        assert len(rows) > 50
        assert [row for row in rows if len(row) != 4 or not all(cell.strip() for cell in row)] == []
        terms = [row[0].strip() for row in rows if row[0].strip() != "日本語"]
        assert len(terms) == len(set(terms))


class TestExamples:
    """What can be run is run."""

    @pytest.mark.parametrize("page", PAGES, ids=page_id)
    def test_json_is_json_and_events_are_events(self, page):
        for body in fenced(page, "json"):
            for line in body.splitlines():
                json.loads(line)
        for body in fenced(page, "sh"):
            for line in re.findall(r"\{\"id\".*\}", body):
                value = json.loads(line)
                if "claimed" not in value:
                    event_from_json(value)

    @pytest.mark.parametrize(
        "page", ["docs/operators.ja.md", "docs/operators.md", "docs/rules.ja.md", "docs/rules.md", "docs/developers.md"]
    )
    def test_rules_do_what_their_examples_say(self, page, tmp_path):
        for body in fenced(ROOT / page, "yaml"):
            if "\nrules:" not in body:  # a part of a file
                continue
            file = tmp_path / "pack.yaml"
            at_work = re.sub(r"state: \w+", "state: live", body.split("\nlocal:")[0])
            file.write_text(at_work, encoding="utf-8")
            pack = load_pack(file)
            assert pack.rules
            assert run_examples(engine(str(file)), pack) == []


@pytest.mark.parametrize("page", ["docs/rules.ja.md", "docs/rules.md"])
def test_every_word_of_the_rules_is_listed(page):
    listed = set(re.findall(r"`([a-z_:0-9]+)`", read(ROOT / page)))
    assert (ATOMS | NUMBERS | TACTICS | ATTACK_TYPES) - listed == set()
    assert {word for word in listed if re.fullmatch(r"\w+:\w+", word)} <= ATOMS


@pytest.mark.parametrize(("page", "language"), [("docs/users.ja.md", "ja"), ("docs/users.md", "en")])
def test_every_level_is_explained_by_its_name_on_the_pages(page, language):
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", read(ROOT / page), re.MULTILINE)
    assert rows == [(level.value, say(f"level.{level.value}", language)) for level in Level]


def test_every_stage_is_explained():
    assert [stage for stage in Stage if f"`{stage.value}`" not in read(ROOT / "docs/contract.md")] == []


def test_nothing_is_called_safe():
    found = [
        f"{page_id(page)}: {line}"
        for page in PAGES
        if not page.name.startswith("rules.")  # the guide for writing rules says not to use the word
        for line in read(page).splitlines()
        if re.search(r"安全|\bsafe(?:ly|ty)?\b", line, re.IGNORECASE)
    ]
    assert found == []
