"""What a disguise costs is counted over what was found before, in each language by itself."""

from honnin.learning.corpus import Row
from honnin.learning.endurance import MOST_LOST, Tried, report, tallies
from honnin.learning.evaluate import Judged
from honnin.learning.evasion import OPERATORS
from honnin.model import Event, Level

OPERATOR = next(operator for operator in OPERATORS if operator.name == "paraphrase")


def judged(level, *, fraud=True, lang="ja"):
    row = Row(Event("e"), "fraud" if fraud else "ordinary", "source", lang, "", "", is_fraud=fraud)
    return Judged(row, 0.5, level)


def tried(before, after, **kind):
    return Tried(OPERATOR.name, judged(before, **kind), judged(after, **kind))


FOUND, NOT = Level.CAUTION, Level.NOTICE


def test_tallies():
    rows = [tried(FOUND, FOUND)] * 18 + [tried(FOUND, NOT)] * 2 + [tried(FOUND, NOT, lang="en")]
    rows += [tried(NOT, FOUND, fraud=False), tried(NOT, NOT, fraud=False)]
    fraud = tallies(rows, fraud=True)
    assert (fraud["paraphrase", "ja"].before, fraud["paraphrase", "ja"].lost, fraud["paraphrase", "ja"].loss) == (
        20,
        2,
        0.1,
    )
    assert fraud["paraphrase", "en"].loss == 1.0
    harmless = tallies(rows, fraud=False)["paraphrase", "ja"]
    assert (harmless.rows, harmless.before, harmless.after) == (2, 0, 1)


def test_the_report_says_what_misses_the_bar():
    rows = [tried(FOUND, FOUND)] * 99 + [tried(FOUND, NOT)] + [tried(FOUND, NOT, lang="en")]
    lines = report(rows, [OPERATOR]).splitlines()
    ja, en = (
        next(line for line in lines if line.startswith(OPERATOR.name) and f" {lang} " in line) for lang in ("ja", "en")
    )
    assert "1.0%" in ja
    assert "NOT MET" not in ja
    assert "NOT MET" in en
    assert f"{MOST_LOST:.0%}" in lines[-1]
