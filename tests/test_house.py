"""What belongs into the repository and what does not."""

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
RUN = 40  # so many characters in a row are a sentence taken over, not a turn of phrase
BLOCK = RUN // 2
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # as the product reads them


@cache
def tracked() -> dict[str, str]:
    """Return every text file of the repository, by its path."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
    else:  # an unpacked release
        names = [
            str(path.relative_to(ROOT))
            for folder in ("src", "tests", "docs", "scripts", "bench", "requirements")
            for path in (ROOT / folder).rglob("*")
        ]
    found = {}
    for name in filter(None, names):
        try:
            found[name] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, IsADirectoryError, FileNotFoundError):
            continue
    return found


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock.read_text(), re.MULTILINE))


class TestLocks:
    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
    def test_records_no_address(self, lock):
        lines = lock.read_text().splitlines()
        assert [line for line in lines if "//" in line or line.startswith("-") or "@" in line or "#" in line] == []

    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
    def test_every_pin_has_a_hash(self, lock):
        entries = re.split(r"\n(?! )", lock.read_text().strip())
        assert [entry for entry in entries if not re.search(r" --hash=sha256:[0-9a-f]{64}", entry)] == []

    def test_tests_run_on_what_is_served(self):
        run, test = pins(ROOT / "requirements" / "run.txt"), pins(ROOT / "requirements" / "test.txt")
        assert run
        assert run.items() <= test.items()


def test_names_no_machine_and_no_registry():
    """Another site builds from a mirror of its own, in a folder of its own."""
    unwanted = re.compile(
        r"(?<![\w.-])/(?:work|srv|root|opt/pypi|opt/wheels|home/\w+)/"
        r"|pythonhosted|pypi\.org|npmjs|crates\.io|proxy\.golang|docker\.io|ghcr\.io|deb\.debian\.org"
    )
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in tracked().items()
        if name != "tests/test_house.py" and not is_word_list(name)
        for number, line in enumerate(text.splitlines(), 1)
        if unwanted.search(line)
    ]
    assert found == []


def is_word_list(name: str) -> bool:
    """Tell data about the world, in which any domain may stand, from what we wrote."""
    return name.startswith("src/") and name.endswith((".tsv", ".txt"))


def texts(value, place=""):
    """Yield every mapping that speaks to people, with its place."""
    if isinstance(value, dict):
        if any(isinstance(value.get(language), str) for language in ("ja", "en")):
            yield place, value
        for key, part in value.items():
            yield from texts(part, f"{place}/{key}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from texts(part, f"{place}/{index}")


YAML_FILES = sorted(name for name in tracked() if name.startswith("src/") and name.endswith((".yaml", ".yml")))


@pytest.mark.parametrize("name", YAML_FILES)
def test_texts_stand_in_both_languages_and_promise_nothing(name):
    mistakes = []
    for document in yaml.load_all(tracked()[name], Loader=LOADER):
        for place, text in texts(document):
            ja, en = text.get("ja"), text.get("en")
            if not (isinstance(ja, str) and ja.strip() and isinstance(en, str) and en.strip()):
                mistakes.append(f"{place}: one language is missing")
            if re.search(r"安全|\bsafe\b", f"{ja} {en}", re.IGNORECASE):
                mistakes.append(f"{place}: nothing is ever called safe")
    assert mistakes == []


def squeezed(text: str) -> str:
    """Leave out blanks, so that a line wrapped elsewhere is still the same sentence."""
    return "".join(text.split())


def corpus_texts():
    for path in sorted(CORPUS.glob("*_dev.jsonl")):
        if path.name == "identity_dev.jsonl":
            continue  # names, not sentences
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            yield row["id"], squeezed(row.get("text") or "".join(turn["text"] for turn in row.get("turns") or ()))
    for path in sorted((CORPUS.parent / "seeds").glob("*.txt")):
        yield path.name, squeezed(path.read_text(encoding="utf-8", errors="replace"))


def shared_runs(ours: dict[str, str], theirs):
    """Yield every run of at least ``RUN`` characters that both hold.

    Any such run covers one whole block of ours, so it is enough to look up blocks while sliding over theirs.
    """
    blocks: dict[str, list[tuple[str, int]]] = {}
    for name, text in ours.items():
        for start in range(0, len(text) - BLOCK + 1, BLOCK):
            block = text[start : start + BLOCK]
            if len(set(block)) > 5:  # a ruler or a row of dots is nobody's sentence
                blocks.setdefault(block, []).append((name, start))
    for their_name, their in theirs:
        for at in range(len(their) - BLOCK + 1):
            for name, start in blocks.get(their[at : at + BLOCK], ()):
                our = ours[name]
                left = 0
                while left < RUN and at > left and start > left and their[at - left - 1] == our[start - left - 1]:
                    left += 1
                right = BLOCK
                while (
                    right < RUN and their[at + right : at + right + 1] == our[start + right : start + right + 1] != ""
                ):
                    right += 1
                if left + right >= RUN:
                    yield name, their_name, our[start - left : start + right]


class TestSharedRuns:
    SENTENCE = "この文は試験のために書いたもので、四十字を超える長さがあり、どこにも出てこないはずの言葉です。"

    @pytest.mark.parametrize("before", range(BLOCK + 1))
    def test_finds_a_sentence_wherever_it_stands(self, before):
        ours = {"a.py": "x" * before + self.SENTENCE + "y" * 7}
        assert list(shared_runs(ours, [("row", "前置き" + self.SENTENCE)]))

    def test_a_turn_of_phrase_is_nobodys(self):
        assert list(shared_runs({"a.py": self.SENTENCE}, [("row", self.SENTENCE[: RUN - 1] + "!")])) == []


@pytest.mark.skipif(not CORPUS.exists(), reason="the labelled messages are not on this machine")
def test_no_sentence_of_the_corpus_is_ours():
    ours = {
        name: squeezed(text) for name, text in tracked().items() if not name.startswith(("requirements/", "LICENSE"))
    }
    assert sorted(set(shared_runs(ours, corpus_texts()))) == []
