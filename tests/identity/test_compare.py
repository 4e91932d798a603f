"""What a display name claims, judged against one person; every row says why it stands there."""

import pytest

from honnin.identity import compare
from honnin.model.event import Account, KnownAccount, Person
from honnin.model.identity import Judgement

TARO = Person("山田 太郎", "やまだ たろう", "Taro Yamada", "株式会社青葉商事", "代表取締役社長")
YUKO = Person("斎藤 裕子", "さいとう ゆうこ", "Yuko Saito", "テスト銀行", "経理部長")
KENICHI = Person("佐々木健一", "ささきけんいち", "", "", "部長")
MORI = Person("森野 桜", "もりの さくら", "Sakura Morino", "みどり運輸有限会社", "課長")
JUN = Person("大野 淳", "おおの じゅん", "Jun Ono", "みどり運輸有限会社", "課長")
AKIYOSHI = Person("富田 明芳", "とみた あきよし", "Akiyoshi Tomita")
ROBERT = Person("Robert Fielding", organization="Northwind Labs Ltd.", title="Chief Executive Officer")


def judge(person: Person, name: str, organization: str = "", title: str = "", bio: str = "") -> Judgement:
    return compare(Account(name=name, organization=organization, title=title, bio=bio), person).judgement


@pytest.mark.parametrize(
    ("person", "name"),
    [
        (TARO, "山田太郎"),  # without the space
        (TARO, "太郎 山田"),  # given name first
        (TARO, "太郎山田"),  # given name first, in one word
        (TARO, "山 田 太 郎"),  # spread
        (TARO, "山/田/太/郎"),  # parted by signs
        (TARO, "山\u200b田\u2060太郎\u202c"),  # characters without width
        (TARO, "やまだ たろう"),  # hiragana
        (TARO, "ﾔﾏﾀﾞﾀﾛｳ"),  # half-width katakana
        (TARO, "やまだ太郎"),  # half kana
        (TARO, "山田タロウ"),
        (TARO, "Ｙａｍａｄａ　Ｔａｒｏ"),  # full width
        (TARO, "TaroYamada"),  # one word
        (TARO, "taro.yamada"),
        (TARO, "YAMADA, Tarou"),  # long vowel written out
        (TARO, "Yamada Taroh"),  # passport h
        (TARO, "Yаmаdа Tаrо"),  # Cyrillic а, о
        (TARO, "Y4mada Tar0"),  # digits for letters
        (TARO, "Yarnada Taro"),  # rn for m
        (TARO, "山田 太郎(Taro Yamada)"),  # both scripts
        (TARO, "山田太郎様"),  # honorific
        (TARO, "山田 太郎 さん"),
        (TARO, "Mr. Taro Yamada"),
        (TARO, "社長 山田太郎"),  # title in front
        (TARO, "山田太郎社長"),  # title stuck to the end
        (TARO, "代表取締役山田太郎"),
        (TARO, "山田太郎（営業部長）"),  # another title does not unmake the claim
        (TARO, "【公式】山田太郎"),  # decoration
        (TARO, "★山田太郎★"),
        (TARO, "山田太郎 新アカウント"),
        (TARO, "山田太郎(業務用)②"),
        (TARO, "(株)青葉商事 山田太郎"),  # firm in the name
        (TARO, "青葉商事の山田太郎"),
        (TARO, "青葉商事山田太郎"),
        (TARO, "山田太郎＠株式会社青葉商事"),
        (YUKO, "齋藤 裕子"),  # old shape
        (YUKO, "斉藤裕子"),  # shape in daily use
        (KENICHI, "佐々木 健一"),  # the directory writes no space
        (KENICHI, "健一 佐々木"),
        (KENICHI, "佐佐木健一"),  # without the repetition mark
        (MORI, "森里予 桜"),  # a character in two parts
        (JUN, "Ohno Jun"),  # Ohno, Ono and Oono are one
        (JUN, "Jun Oono"),
        (ROBERT, "FIELDING Robert"),
        (ROBERT, "Fielding, Robert"),
        (ROBERT, "robert.fielding"),
        (ROBERT, "Robért Fielding"),  # diacritic
        (ROBERT, "Robert J. Fielding, MBA"),  # middle initial and degree
        (ROBERT, "Bob Fielding"),  # short form
        (ROBERT, "Robert Feilding"),  # slip
        (ROBERT, "Robert Fielding (new number)"),
        (ROBERT, "Robert Fielding - CEO, Northwind Labs"),
        (ROBERT, "Northwind Labs Ltd | Robert Fielding"),
        (ROBERT, "Robert (Bob) Fielding"),  # a short form in the middle
        (ROBERT, "R.o.b.e.r.t F.i.e.l.d.i.n.g"),
        (ROBERT, "Robert FieIding"),  # I for l
        (YUKO, "斎藤ゆう子"),  # kana for one character
        (KENICHI, "佐々木健ー"),  # a long vowel mark for 一
        (KENICHI, "佐々木けんいち"),
    ],
)
def test_the_same_person_is_claimed(person, name):
    assert judge(person, name) is Judgement.SAME


@pytest.mark.parametrize(
    ("name", "organization", "title"),
    [
        ("T. Yamada (CEO)", "青葉商事", ""),  # initial, title, firm
        ("Yamada T.", "株式会社青葉商事", "社長"),
        ("代表取締役社長 山田", "青葉商事㈱", "代表取締役社長"),  # family name with the very title
        ("山田社長", "青葉商事", ""),
    ],
)
def test_part_of_a_name_is_enough_with_firm_and_title(name, organization, title):
    assert judge(TARO, name, organization, title) is Judgement.SAME
    assert judge(TARO, name, "若葉建設", "") is not Judgement.SAME


@pytest.mark.parametrize(
    ("person", "name", "organization", "title", "bio"),
    [
        (TARO, "山田太郎", "若葉建設", "主任", ""),  # a namesake elsewhere
        (TARO, "山田太郎", "若葉建設", "代表取締役社長", ""),  # of the same title
        (TARO, "山田太郎", "", "", "大学生です。"),  # another life
        (TARO, "山田太郎", "", "美容師", ""),
        (TARO, "山田太郎", "", "", "若葉建設で働いています。"),
        (ROBERT, "Robert Fielding", "", "", "Barista at Kestrel Coffee"),
        (TARO, "山田太朗", "青葉商事", "社長", ""),  # a similar character, a real name
        (YUKO, "斎藤優子", "テスト銀行", "経理部長", ""),  # sounds the same
        (YUKO, "斎藤祐子", "", "", ""),
        (TARO, "社長", "青葉商事", "社長", ""),  # role only
        (TARO, "代表取締役", "", "", ""),
        (TARO, "株式会社青葉商事", "", "代表取締役社長", ""),  # firm only, with the title
        (TARO, "山田", "", "", ""),  # family name only
        (TARO, "山田様", "青葉商事", "", ""),
        (TARO, "山田太郎東京支社", "", "", ""),  # goes on with other words
        (TARO, "山田太郎の秘書", "青葉商事", "", ""),  # somebody near
        (TARO, "山田太郎事務所", "", "", ""),
        (ROBERT, "Robert Fielding", "Kestrel Foods", "Barista", ""),
        (ROBERT, "Robert Fielding Jr", "Northwind Labs", "CEO", ""),  # a son
        (ROBERT, "Robert Fielding's assistant", "Northwind Labs", "CEO", ""),
        (ROBERT, "Office of Robert Fielding", "", "", ""),
        (ROBERT, "R. Fielding", "", "", ""),  # an initial alone
        (ROBERT, "Roberta Fielding", "Northwind Labs", "CEO", ""),  # near given name
        (ROBERT, "CEO", "Northwind Labs", "CEO", ""),
        (ROBERT, "Mr. Fielding", "", "", ""),
    ],
)
def test_in_doubt_we_say_so(person, name, organization, title, bio):
    assert judge(person, name, organization, title, bio) is Judgement.UNSURE


@pytest.mark.parametrize(
    ("person", "name", "organization", "title"),
    [
        (TARO, "山田次郎", "青葉商事", "代表取締役社長"),  # other given name
        (TARO, "山本太郎", "青葉商事", "代表取締役社長"),  # other family name
        (TARO, "小山田太郎", "", ""),  # contains the name
        (MORI, "森野桜子", "", ""),
        (YUKO, "斎藤裕", "", ""),  # part of the name, another name
        (TARO, "山田太郎丸", "", ""),
        (TARO, "Yamada Jiro", "青葉商事", "CEO"),
        (TARO, "Toru Yamada", "", ""),  # says another name in Japanese, no slip
        (AKIYOSHI, "Tomita Kiyoshi", "", ""),  # runs together to the same letters
        (TARO, "青葉商事 採用担当", "青葉商事", ""),  # an office
        (TARO, "青葉商事", "", ""),  # a firm, no person
        (TARO, "鈴木花子", "", ""),
        (TARO, "", "", ""),
        (TARO, "🌸", "", ""),
        (ROBERT, "Robert Feldman", "", ""),
        (ROBERT, "Norbert Fielding", "Kestrel Foods", ""),
        (ROBERT, "Alice Fielding", "Northwind Labs", "CEO"),
        (ROBERT, "Northwind Labs HR Team", "Northwind Labs", ""),
    ],
)
def test_another_person_is_another_person(person, name, organization, title):
    assert judge(person, name, organization, title) is Judgement.NOT_SAME


def test_the_profile_text_claims_too():
    assert judge(TARO, "t2026", bio="青葉商事 代表取締役社長の山田太郎です。") is Judgement.SAME
    assert judge(TARO, "t2026", bio="山田太郎さんのファンです。") is Judgement.NOT_SAME


def test_a_slip_is_told_from_another_name():
    joe = Person("Joe Price")
    assert judge(joe, "Joe Pricce") is Judgement.SAME  # no name of its own
    assert judge(joe, "Zoe Price") is Judgement.NOT_SAME  # a name of its own


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("株式会社青葉商事", "青葉商事㈱"),
        ("株式会社青葉商事", "カブシキガイシャ 青葉商事"),
        ("医療法人社団みどり会", "（医社）みどり会"),
        ("Northwind Labs Ltd.", "NORTHWIND LABS, L.L.C."),
    ],
)
def test_the_legal_form_of_a_firm_does_not_matter(ours, theirs):
    match = compare(Account(name="山田太郎", organization=theirs), Person("山田 太郎", organization=ours))
    assert {score.name: score.score for score in match.features}["organisation"] == 1.0


def test_every_part_is_explained_with_both_values_in_both_languages():
    match = compare(Account(name="【公式】山田太郎", organization="若葉建設", title="主任"), TARO)
    assert [score.name for score in match.features] == ["name", "organisation", "title"]
    name, firm, _ = match.features
    assert (name.claimed, name.known) == ("山田太郎", "山田 太郎")
    assert (firm.claimed, firm.known) == ("若葉建設", "株式会社青葉商事")
    assert firm.score < 0
    assert all(score.reason.ja and score.reason.en for score in match.features)


def test_firm_and_title_move_the_score_the_right_way():
    def score(**account: str) -> float:
        return compare(Account(name="山田", **account), TARO).score

    assert score(organization="若葉建設") < score() < score(organization="青葉商事")
    assert score(title="主任") < score() < score(title="社長") < score(title="代表取締役社長")


@pytest.mark.parametrize(
    ("account", "verified", "known"),
    [
        (Account(platform="slack", account_id="U1", name="山田太郎"), True, "U1"),  # the person's own
        (Account(platform="slack", account_id="U9", name="山田太郎"), False, "U1"),  # already known under another
        (Account(platform="chatwork", account_id="9", name="山田太郎"), None, ""),  # nothing known there
        (Account(name="山田太郎", email="TARO@example.jp"), True, ""),  # the person's own address
        (Account(name="山田太郎"), None, ""),
    ],
)
def test_verified_says_whose_account_it_is(account, verified, known):
    person = Person("山田 太郎", accounts=(KnownAccount("slack", "U1"),), emails=("taro@example.jp",))
    match = compare(account, person)
    assert (match.verified, match.known_account) == (verified, known)
