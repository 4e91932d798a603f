import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.web.marking import LONGEST_SHOWN, Span, segments, span_of, visible


@pytest.mark.parametrize(
    ("text", "quote", "start", "end", "found"),
    [
        ("本日中に振込", "振込", 4, 6, (4, 6)),
        ("本日中に振込", "振込", 0, 2, (4, 6)),  # the place was told wrongly: found by its words
        ("本日中に振込", "送金", 4, 6, None),  # other words
        ("本日中に振込", "", 0, 0, None),
        ("", "振込", 0, 2, None),
        ("abc", "abc", -1, 99, (0, 3)),
    ],
)
def test_quoted_words_are_found(text, quote, start, end, found):
    span = span_of(text, quote, start, end, 1)

    assert (span and (span.start, span.end)) == found


@given(st.text("abc\u202e振", max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6))
def test_segments_keep_every_character_and_mark_what_is_inside(text, pairs):
    spans = [Span(min(p), min(max(p), len(text)), n) for n, p in enumerate(pairs) if min(p) < min(max(p), len(text))]

    found = segments(text, spans)

    assert "".join(segment.text for segment in found) == visible(text)
    assert {number for segment in found for number in segment.numbers} == {span.number for span in spans}
    assert sorted(number for segment in found for number in segment.first_of) == sorted(span.number for span in spans)


def test_a_long_text_is_cut():
    assert (
        sum(len(segment.text) for segment in segments("x" * 1_000_000, [Span(999_999, 1_000_000, 1)])) == LONGEST_SHOWN
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("こんにちは\nです\t", "こんにちは\nです\t"),
        ("a\u200bb", "a⟨U+200B⟩b"),  # zero-width space
        ("\ud800\x00", "⟨U+D800⟩⟨U+0000⟩"),
        ("👨\u200d👩\u200d👧❤\ufe0f", "👨\u200d👩\u200d👧❤\ufe0f"),  # joined emoji stay whole
    ],
)
def test_hidden_characters_are_shown(text, shown):
    assert visible(text) == shown
