import html
import re

import pytest

from honnin.app.directory_csv import read_people
from honnin.model import Person

CSV = "name,organization,title,platform,account_id,email\n試験 太郎,見本商事,会長,chatwork,10001,\n追加 三郎,見本商事,,slack,U9,s@example.jp\n"


def preview(staff, data):
    return staff.submit("/directory/preview", page="/directory", files={"file": ("people.csv", data)})


def commit(staff, shown):
    fields = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown.text.split("/directory/import")[1])
    )
    return staff.post("/directory/import", data=fields, follow_redirects=False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_an_import_is_shown_before_it_is_written(world, staff, taro, encoding):
    world.services.directory.upsert([taro])
    shown = preview(staff, CSV.encode(encoding))

    assert "新しく1人、変更1人、そのまま0人" in shown.text
    assert "代表取締役社長" in shown.text  # what stands now
    assert "会長" in shown.text  # and what would stand
    assert "<del>taro@example.jp</del>外れます" in shown.text  # what the file leaves out is not lost unseen
    assert "<del><b>chatwork" not in shown.text
    assert len(world.services.directory.people()) == 1

    assert commit(staff, shown).headers["location"] == "/directory?done=2"
    assert sorted(person.name for person in world.services.directory.people()) == ["試験 太郎", "追加 三郎"]
    assert "2人を登録・更新しました" in staff.get("/directory?done=2").text


def test_mistakes_are_told_by_line_and_column_in_both_languages_and_nothing_is_written(world, staff):
    shown = preview(staff, "name,platform,account_id,email\n太郎,chatwork,,x\n,chatwork,1,\n".encode())
    rows = re.findall(
        r'(?s)<td class="number">(.*?)</td><td><code>(.*?)</code></td>.*?lang="en"[^>]*>(.*?)</p>', shown.text
    )

    assert shown.status_code == 422
    assert [(line, field) for line, field, _ in rows] == [("2", "email"), ("3", "name")]
    assert "Give the name." in html.unescape(rows[1][2])
    assert "/directory/import" not in shown.text
    assert world.services.directory.people() == ()


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"name\n\x81", b'name\n"', b"x" * 2_200_000])
def test_what_is_no_list_of_people_is_refused(world, staff, data):
    assert preview(staff, data).status_code == 422
    assert world.services.directory.revision() == 0


def test_a_directory_that_changed_meanwhile_is_shown_again(world, staff, taro):
    shown = preview(staff, CSV.encode())
    world.services.directory.upsert([taro])
    again = commit(staff, shown)

    assert again.status_code == 200
    assert "名簿が変わりました" in again.text
    assert len(world.services.directory.people()) == 1
    assert commit(staff, again).status_code == 303


def test_a_commit_with_other_data_is_read_again(world, staff):
    shown = preview(staff, CSV.encode())
    token = re.search('name="csrf" value="([^"]+)"', shown.text)[1]

    for data in ("####", "bmFtZQo="):
        answer = staff.post("/directory/import", data={"csrf": token, "revision": "0", "data": data})
        assert answer.status_code == 422
    assert world.services.directory.people() == ()


def test_nothing_new_is_said_so(world, staff, taro):
    world.services.directory.upsert([taro])
    shown = preview(staff, staff.get("/directory/export").content)

    assert "すべて登録済みです" in shown.text


@pytest.mark.parametrize(("encoding", "start"), [("utf-8", b"\xef\xbb\xbf"), ("cp932", b"name,")])
def test_an_export_reads_back_equal(world, staff, taro, encoding, start):
    world.services.directory.upsert([taro, Person("=1+1", organization="@x")])
    answer = staff.get(f"/directory/export?encoding={encoding}")

    assert answer.content.startswith(start)
    assert b"'=1+1" in answer.content
    assert {person.name for person in read_people(answer.content)} == {"試験 太郎", "=1+1"}
    assert "attachment" in answer.headers["content-disposition"]


def test_an_export_that_would_change_a_name_is_refused(world, staff):
    world.services.directory.upsert([Person("𠮷田 太郎")])
    answer = staff.get("/directory/export?encoding=cp932")

    assert answer.status_code == 422
    assert "UTF-8で書き出す" in answer.text


@pytest.mark.parametrize(
    ("text", "found"), [("", 2), ("試験太郎", 1), ("ﾐﾎﾝ商事", 0), ("見本", 2), ("10001", 1), ("nobody", 0)]
)
def test_people_are_found_whatever_width_and_space(world, staff, taro, text, found):
    world.services.directory.upsert([taro, Person("見本 花子")])

    assert staff.get("/directory", params={"text": text}).text.count('class="card person"') == found


def test_a_person_is_taken_out(world, staff, taro):
    world.services.directory.upsert([taro])
    person_id = world.services.directory.people()[0].id
    staff.submit("/directory/remove", {"id": person_id}, page="/directory")

    assert world.services.directory.people() == ()


def test_a_long_directory_has_pages(world, staff):
    world.services.directory.upsert([Person(f"試験 {number:03}") for number in range(120)])

    assert staff.get("/directory").text.count('class="card person"') == 100
    assert staff.get("/directory?page=2").text.count('class="card person"') == 20
    assert staff.get("/directory?page=999").text.count('class="card person"') == 20
