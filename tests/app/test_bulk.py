import csv
import io
import json

import pytest

from honnin.app.bulk import check_links, match_claims
from honnin.errors import BadInputError
from honnin.links import Links

LINKS = Links()


def links(data: bytes):
    found = list(check_links(io.BytesIO(data).read, LINKS.check))
    text = b"".join(answer.line for answer in found).decode()
    return list(csv.DictReader(io.StringIO(text))), any(answer.failed for answer in found)


def claims(data: bytes):
    return [(json.loads(answer.line), answer.failed) for answer in match_claims(io.BytesIO(data).read)]


class TestLinks:
    def test_each_row_gets_a_row(self):
        found, failed = links(b"url,label\nhttps://www.example.com/,legit\nhttp://192.0.2.7/login,phish\n")
        assert not failed
        assert [row["url"] for row in found] == ["https://www.example.com/", "http://192.0.2.7/login"]
        assert float(found[1]["score"]) > float(found[0]["score"])
        assert all(row["level"] and row["reason"] for row in found)

    def test_the_column_may_stand_anywhere(self):
        found, _ = links(b"\xef\xbb\xbflabel,URL\nx,https://www.example.com/\n")
        assert found[0]["url"] == "https://www.example.com/"

    @pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\xff\n"])
    def test_a_file_without_the_column_is_refused(self, data):
        with pytest.raises(BadInputError):
            links(data)

    @pytest.mark.parametrize("bad", [b"\xff\xfe", b"\x00", b",x", b"x" * 2_000_000], ids=lambda bad: str(bad[:8]))
    def test_a_bad_row_is_reported_in_its_place(self, bad):
        found, failed = links(b"url,n\nhttps://www.example.com/,1\n" + bad + b"\nhttps://www.example.com/,2\n")
        assert failed
        assert [row["level"] == "error" for row in found] == [False, True, False]
        assert "line 3" in found[1]["reason"]


class TestClaims:
    PAIR = json.dumps(
        {
            "id": "p-1",
            "claimed": {"display_name": "【公式】三田村一郎", "org": None},
            "person": {"name": "三田村 一郎", "kana": "みたむら いちろう"},
        },
        ensure_ascii=False,
    ).encode()
    OTHER = PAIR.replace("三田村 一郎".encode(), "佐久間 玲".encode()).replace("みたむら いちろう".encode(), b"")

    def test_a_pair_is_compared_and_explained(self):
        ((row, failed),) = claims(self.PAIR)
        assert not failed
        assert (row["id"], row["same"]) == ("p-1", True)
        assert 0.85 <= row["score"] <= 1
        assert row["features"][0].keys() >= {"name", "score", "claimed", "known", "reason"}

    def test_another_person_is_another_person(self):
        ((row, _),) = claims(self.OTHER)
        assert row["same"] is False

    @pytest.mark.parametrize(
        ("bad", "field"),
        [
            (b"{", ""),
            (b"[]", ""),
            (b'{"id": "x"}', "claimed"),
            (b'{"id": "x", "claimed": {}, "person": 3}', "person"),
            (b'{"id": "x", "claimed": {}, "person": {}}', "person.name"),
            (b'{"id": "x", "claimed": {"display_name": []}, "person": {"name": "a"}}', "claimed.display_name"),
            (b"\xff", ""),
            (b"[" * 100_000, ""),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_a_bad_row_is_named_in_its_place(self, bad, field):
        found = claims(self.PAIR + b"\n" + bad + b"\n" + self.PAIR)
        assert [failed for _, failed in found] == [False, True, False]
        assert (found[1][0]["error"]["line"], found[1][0]["error"]["field"]) == (2, field)
