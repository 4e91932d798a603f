import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.app.directory_csv import COLUMNS, person_key, read_people, write_people
from honnin.errors import BadInputError
from honnin.model import KnownAccount, Person

HEADER = ",".join(COLUMNS)
TARO = Person(
    "試験 太郎",
    "しけん たろう",
    "Taro Shiken",
    "見本商事",
    "社長",
    (KnownAccount("chatwork", "100"), KnownAccount("slack", "U1")),
    ("taro@example.jp",),
)


def table(*rows, header=HEADER):
    return "\r\n".join([header, *rows, ""]).encode()


def mistakes_of(data):
    with pytest.raises(BadInputError) as caught:
        read_people(data, file="people.csv")
    assert all(m.text.ja and m.text.en and m.file == "people.csv" for m in caught.value.mistakes)
    return [(mistake.line, mistake.field) for mistake in caught.value.mistakes]


def test_rows_of_one_person_are_put_together():
    data = table(
        "試験 太郎,しけん たろう,Taro Shiken,見本商事,社長,chatwork,100,taro@example.jp",
        "試験太郎,,,見本商事,,Slack,U1,",
        "",
        "見本花子,,,,,,,",
    )

    assert read_people(data) == (TARO, Person("見本花子"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_encodings_of_spreadsheets_are_read(encoding):
    data = "氏名,会社名,メールアドレス\n髙﨑 太郎,㈱見本,t@example.jp\n".encode(encoding)

    assert read_people(data) == (Person("髙﨑 太郎", organization="㈱見本", emails=("t@example.jp",)),)


@pytest.mark.parametrize(
    ("data", "mistakes"),
    [
        (b"", [(1, "name")]),
        (b"foo,bar\n1,2\n", [(1, "name")]),  # no column we know
        (table(header="name,name"), [(1, "name")]),
        (table(), [(0, "")]),  # nobody in it
        (b"name\n\x81", [(0, "")]),  # neither UTF-8 nor CP932
        (table('"試験 太郎'), [(2, "")]),  # a quote that is not closed
        (table(",,,見本商事,,,,"), [(2, "name")]),
        (table("太郎,,,,,chatwork,,", "花子,,,,,,5,"), [(2, "account_id"), (3, "platform")]),
        (table("太郎,,,,,,,taro"), [(2, "email")]),
        (table('"太\n郎",,,,,,,', "花子,,,,,,5,"), [(2, "name"), (4, "platform")]),  # lines as an editor counts them
        (table("太郎,a,,社,,,,", "太郎,b,,社,,,,"), [(3, "kana")]),  # one person, two readings
        (table("太郎,,,,,chatwork,1,", "花子,,,,,chatwork,1,"), [(3, "account_id")]),  # one account, two people
        (table("太郎,,,,,,,,余り"), [(2, "")]),
        (table("x" * 1001 + ",,,,,,,", "太郎,,,,,,,x"), [(2, "name"), (3, "email")]),  # all at once
    ],
)
def test_mistakes_are_named_by_line_and_column(data, mistakes):
    assert mistakes_of(data) == mistakes


def test_a_file_too_large_is_refused():
    assert mistakes_of(b"name\n" + b"x" * (20 * 1024 * 1024)) == [(0, "")]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_what_is_written_reads_back_equal(encoding):
    hanako = Person("見本 花子", emails=("a@example.jp", "b@example.jp"))

    assert read_people(write_people([TARO, hanako], encoding)) == (TARO, hanako)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+81", "'+81"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),  # full width is a formula too in Japanese spreadsheets
        ("'=1", "''=1"),  # what looks guarded already is guarded again
        ("太郎=花子", "太郎=花子"),
        ("'太郎", "'太郎"),
    ],
)
def test_formulas_are_guarded_and_the_guard_comes_off(name, cell):
    data = write_people([Person(name)])

    assert data.decode("utf-8-sig").splitlines()[1].split(",")[0] == cell
    assert read_people(data) == (Person(name),)


def test_a_name_cp932_cannot_write_is_refused_rather_than_changed():
    with pytest.raises(BadInputError, match="𠮷"):
        write_people([Person("𠮷田 太郎")], "cp932")


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12).map(str.strip)
people = st.builds(
    Person,
    name=cells.filter(lambda name: person_key(Person(name)) != ("", "")),
    kana=cells,
    romaji=cells,
    organization=cells,
    title=cells,
    emails=st.lists(st.sampled_from(["a@example.jp", "+b@example.jp"]), unique=True, max_size=2).map(tuple),
    accounts=st.lists(
        st.builds(KnownAccount, st.sampled_from(["chatwork", "=x"]), cells.filter(bool)), unique=True, max_size=3
    ).map(tuple),
)


@given(people)
def test_any_person_reads_back_equal(person):
    assert read_people(write_people([person])) == (person,)


@given(st.binary(max_size=200).map(lambda data: b"name,email\n" + data))
def test_any_file_is_people_or_named_mistakes(data):
    try:
        found = read_people(data)
    except BadInputError as error:
        found = error.mistakes
    assert found
