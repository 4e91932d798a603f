import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.app.lines import read_lines


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", []),
        (b"a", [b"a"]),  # no end of line at the end of the file
        (b"a\n", [b"a"]),
        (b"a\nb", [b"a", b"b"]),
        (b"a\r\nb\r\n", [b"a", b"b"]),  # from Windows
        (b"\n\n", [b"", b""]),  # blank lines keep their numbers
        (b"12345\n123456\n1", [b"12345", None, b"1"]),  # one is too long, the rest is read
        (b"12345\r\n123456\r\n", [b"12345", None]),
        (b"1" * 100, [None]),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 3, 1000])
def test_lines_are_the_same_however_they_come(data, expected, chunk):
    found = list(read_lines(io.BytesIO(data).read, longest=5, chunk=chunk))
    assert [line.data for line in found] == expected
    assert [line.number for line in found] == list(range(1, len(expected) + 1))
    assert (found[-1].end if found else 0) == len(data)


@given(
    st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line and not line.endswith(b"\r"))),
    st.integers(1, 40),
)
def test_no_line_is_lost(lines, chunk):
    data = b"".join(line + b"\n" for line in lines)
    assert [line.data for line in read_lines(io.BytesIO(data).read, chunk=chunk)] == lines


def test_a_line_without_end_is_not_kept():
    class Endless:
        """A gigabyte in one line, of which no more than a chunk is ever held."""

        left = 1024

        def read(self, _size):
            self.left -= 1
            return b"x" * 1024 * 1024 if self.left >= 0 else b""

    (line,) = read_lines(Endless().read, longest=4096)
    assert line.data is None
    assert len(line.head) <= 1024 * 1024
    assert line.end == 1024**3
