"""Who of a directory is claimed."""

import time

import pytest

from honnin.identity import Directory, introductions, match
from honnin.model.event import Account, KnownAccount, Person
from honnin.model.identity import Judgement

TARO = Person(
    "山田 太郎",
    "やまだ たろう",
    "Taro Yamada",
    "株式会社青葉商事",
    "代表取締役社長",
    accounts=(KnownAccount("chatwork", "100"), KnownAccount("chatwork", "101")),
    emails=("taro@example.jp",),
)
HANAKO = Person("佐藤 花子", "さとう はなこ", "Hanako Sato", "株式会社青葉商事", "経理部長")
ROBERT = Person("Robert Fielding", organization="Northwind Labs Ltd.", title="CEO")
FAMILIES = [f"{a}{b}" for a in "青赤白黒金銀東西南北" for b in "山川田野原島沢本村井"]
GIVENS = [f"{a}{b}" for a in "一正和幸義健俊明" for b in "男雄郎彦樹人"]
CROWD = [
    Person(f"{family} {given}", organization="みどり運輸", title="課長") for family in FAMILIES for given in GIVENS
]


@pytest.fixture(scope="module", params=["few", "many"])
def directory(request):
    people = [TARO, HANAKO, ROBERT]
    return Directory(people if request.param == "few" else [*CROWD, *people])


@pytest.mark.parametrize(
    ("account", "person"),
    [
        (Account(name="【公式】山田太郎"), TARO),
        (Account(name="たろう やまだ"), TARO),
        (Account(name="YAMADA Taroh"), TARO),
        (Account(name="T. Yamada", organization="青葉商事", title="社長"), TARO),
        (Account(name="山田社長", organization="青葉商事"), TARO),
        (Account(name="社長", organization="青葉商事", title="社長"), TARO),  # the role alone
        (Account(name="佐藤花子(新)"), HANAKO),
        (Account(name="佐藤華子", organization="青葉商事"), HANAKO),  # sounds the same
        (Account(name="Bob Fielding"), ROBERT),
        (Account(name="Robert Feilding", organization="Northwind Labs"), ROBERT),
        (Account(name="Rοbert Fiеlding"), ROBERT),
        (Account(email="robert.fielding@example.com"), ROBERT),  # no display name at all
    ],
)
def test_the_claimed_person_is_found(directory, account, person):
    found = match(account, directory)
    assert found is not None
    assert found.person == person


def test_nobody_is_claimed_by_a_stranger(directory):
    assert match(Account(name="高橋 次子"), directory) is None
    assert match(Account(), directory) is None


def test_the_likeliest_of_two_is_named():
    twin = Person("山田 太郎", organization="若葉建設")
    found = match(Account(name="山田太郎", organization="若葉建設"), Directory([TARO, twin]))
    assert found is not None
    assert found.person == twin


def test_a_verified_account_is_answered_at_once(directory):
    found = match(Account(platform="chatwork", account_id="101", name="🍎"), directory)
    assert found is not None
    assert (found.person, found.verified, found.known_account) == (TARO, True, "101")
    by_mail = match(Account(email="Taro@Example.jp"), directory)
    assert by_mail is not None
    assert by_mail.verified is True


def test_the_same_person_already_has_an_accepted_account(directory):
    found = match(Account(platform="chatwork", account_id="999", name="山田太郎"), directory)
    assert found is not None
    assert (found.judgement, found.verified, found.known_account) == (Judgement.SAME, False, "100")


def test_names_in_the_text_count_as_claims(directory):
    account = Account(platform="chatwork", account_id="999", name="work2026")
    assert match(account, directory) is None
    said = [one.claim for one in introductions("株式会社青葉商事 社長の山田です。新しい連絡先です。")]
    found = match(account, directory, claims=said)
    assert found is not None
    assert found.person == TARO
    assert found.judgement is not Judgement.NOT_SAME
    assert found.verified is False


def test_owner_of_knows_only_verified_accounts(directory):
    assert directory.owner_of("chatwork", "100") == TARO
    assert directory.owner_of("slack", "100") is None
    assert directory.owner_of("chatwork", "") is None
    assert directory.owner_of_email("") is None


def test_official_names_are_people_and_firms():
    assert Directory([TARO, Person("鈴木 一")]).official_names == {"山田 太郎", "株式会社青葉商事", "鈴木 一"}


def test_an_empty_directory_knows_nobody():
    assert match(Account(platform="slack", account_id="U1", name="山田太郎"), Directory()) is None


def test_a_large_directory_is_not_searched_one_by_one():
    directory = Directory([*CROWD, TARO])
    accounts = [Account(name=f"{person.name} 部長") for person in CROWD[::50]]
    start = time.perf_counter()
    found = [match(account, directory) for account in accounts]
    spent = (time.perf_counter() - start) / len(accounts)
    assert [one.person.name for one in found if one] == [person.name for person in CROWD[::50]]
    assert spent < 0.02  # a search through all of them takes a hundred times as long
