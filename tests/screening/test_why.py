import pytest

from honnin.model import Event, Evidence, Facts, Turn
from honnin.screening.why import why_now

PROBE, MOVE, ASK = Evidence("今どこ?", 0), Evidence("部屋を作って", 2), Evidence("口座を教えて", 4)


@pytest.mark.parametrize(
    ("steps", "turn", "told"),
    [
        ({"probe": PROBE, "move": MOVE}, 2, ["「今どこ?」（様子をうかがう声かけ）に続いて、「部屋を作って」"]),
        (
            {"probe": PROBE, "move": MOVE, "ask": ASK},
            4,
            ["「今どこ?」", "「部屋を作って」", "に続いて、「口座を教えて」"],
        ),
        ({"probe": Evidence("いますか", -4), "move": Evidence("部屋", 0)}, 0, ["「いますか」"]),  # in a message before
        ({"probe": Evidence("いますか", -2), "move": Evidence("部屋", 0)}, 0, None),  # the profile is no step before
        ({"move": MOVE}, 2, None),  # it came alone
        ({"probe": PROBE, "move": MOVE}, 3, None),  # nothing was added here
        ({}, 0, None),
    ],
)
def test_what_was_added_to_what(steps, turn, told):
    text = why_now(Facts({f"stage:{name}": (found,) for name, found in steps.items()}), turn)
    if told is None:
        assert text is None
    else:
        assert all(words in text.ja for words in told)


def test_long_words_are_shortened():
    facts = Facts({"stage:probe": (Evidence("長" * 200, 0),), "stage:ask": (ASK,)})
    assert f"「{'長' * 40}…」" in why_now(facts, 4).ja


def test_an_alert_says_why_just_now(engine):
    talk = Event(
        "e",
        turns=(
            Turn("今、会社にいますか。", "sender"),
            Turn("はい、います。", "me"),
            Turn("業務用にLINEグループを作り、QRコードを送ってください。ほかの人はまだ入れないでください。", "sender"),
        ),
    )
    verdict = engine.screen(talk)
    assert verdict.first_alert_turn == 2
    assert verdict.why_now.ja.startswith("「今、会社にいますか")
    assert verdict.why_now.en.startswith("After “今、会社にいますか")
