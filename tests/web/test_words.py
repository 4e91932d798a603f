import re
from importlib.resources import files
from pathlib import Path

import pytest

from honnin import web
from honnin.web.pages.inbox import HANDLED, LEVELS, PERIODS
from honnin.web.words import language_of, say, words

HERE = Path(web.__file__).parent


@pytest.mark.parametrize("key", sorted(words()))
def test_every_text_stands_in_both_languages_and_asks_for_the_same_values(key):
    text = words()[key]

    assert text.ja.strip()
    assert text.en.strip()
    assert set(re.findall(r"{(\w+)}", text.ja)) == set(re.findall(r"{(\w+)}", text.en))


@pytest.mark.parametrize("key", sorted(words()))
def test_no_text_says_that_something_is_harmless(key):
    text = words()[key]

    assert not re.search("安全|安心|問題ありません|大丈夫", text.ja)
    assert not re.search(r"\b(safe|secure|harmless|trustworthy)\b", text.en, re.IGNORECASE)


def test_every_text_that_is_asked_for_exists_and_every_one_is_used():
    code = "\n".join(
        path.read_text("utf-8") for path in HERE.rglob("*") if path.suffix in {".py", ".html"} and path.is_file()
    )
    asked = set(re.findall(r"""\b(?:t|say)\(\s*"([a-z0-9_.]+)"\s*[,)]""", code))
    assert asked <= words().keys()
    # The rest is put together from a beginning and a value.
    begun = {
        *(f"level.{level}" for level in LEVELS),
        *(f"inbox.period.{period}" for period in PERIODS),
        *(f"inbox.handled.{state}" for state in HANDLED),
    }
    assert begun <= words().keys()
    beginnings = re.findall(r'"([a-z0-9_.]+\.)" ~', code)
    for key in words().keys() - asked - begun:
        assert (
            f'"{key}"' in code
            or any(key.startswith(each) for each in beginnings)
            or key.startswith(("problem.", "refused."))
        ), f"{key} is used nowhere"


def test_values_are_filled_in():
    assert say("inbox.found", "en", total=3) == "3 found"


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "language"),
    [
        (None, None, "", "ja"),  # nothing said: Japanese
        (None, None, "en-US,en;q=0.9", "en"),
        (None, None, "en;q=0.5,ja;q=0.9", "ja"),
        (None, None, "fr-FR,fr;q=0.9,en;q=0.8", "en"),
        (None, None, "de", "ja"),
        (None, None, "en;q=x,ja;q=,;;;", "ja"),  # broken
        (None, "en", "ja", "en"),  # chosen before
        ("ja", "en", "en", "ja"),  # chosen now
        ("xx", "yy", "en", "en"),
    ],
)
def test_the_language_is_chosen(asked, kept, accepted, language):
    assert language_of(asked, kept, accepted) == language


def test_pages_carry_nothing_a_strict_policy_would_refuse():
    for page in (files(web) / "templates").iterdir():
        text = page.read_text("utf-8")
        assert not re.search(r"""\son[a-z]+=["']|style=["']|<style|<script(?! src=)|javascript:""", text), page.name
        assert not re.search(r"""(?:src|href)="https?://""", text), page.name
