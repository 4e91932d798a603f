import pytest

from honnin.model import Account, Event, Person
from honnin.screening.contact import Contact, is_free_mail
from honnin.screening.facts import FactBook


def sender_atoms(engine, subject="", **account):
    book = FactBook()
    event = Event("m", subject=subject, sender=Account(**account) if account else None)
    Contact(event, None, engine.links).add_sender(book)
    return {atom for atom in book.facts().atoms if atom.startswith(("sender:", "identity:"))}


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ({}, {"sender:missing"}),
        ({"name": "三田村 一郎"}, set()),
        ({"name": "代表取締役社長"}, {"identity:role_only"}),  # a role, and nobody's name
        ({"name": "三田村 社長"}, set()),
        ({"name": "三田村", "email": "mitamura@example.jp"}, set()),
        ({"name": "三田村", "email": "mitamura.ceo@gmail.com"}, {"sender:free_mail"}),
        ({"name": "a", "email": "a@example.jp", "reply_to": "b@mail.example.jp"}, set()),  # one house
        ({"name": "a", "email": "a@example.jp", "reply_to": "b@example.com"}, {"sender:reply_to_differs"}),
        ({"name": "Amazon", "email": "info@amazon.co.jp"}, set()),
        ({"name": "Amazon", "email": "info@example.com"}, {"sender:brand_without_its_domain"}),
        ({"name": "a", "email": "no address at all"}, set()),
        ({"name": "a", "email": "@"}, set()),
    ],
)
def test_what_the_account_shows(engine, account, expected):
    assert sender_atoms(engine, **account) == expected


@pytest.mark.parametrize(
    ("subject", "is_company"),
    [
        ("株式会社テスト商会", True),
        ("テスト商会(株)", True),
        ("株式会社テスト商会の件", False),  # it is about the company
        ("株式会社テスト商会 御請求書", False),
        ("株式会社テスト商会、年末のご挨拶", False),
        ("ご請求書", False),
        ("", False),
    ],
)
def test_a_subject_that_is_a_companys_name(engine, subject, is_company):
    assert ("sender:company_in_subject" in sender_atoms(engine, subject, name="a")) is is_company


@pytest.mark.parametrize(
    ("domain", "free"),
    [
        ("gmail.com", True),
        ("mail.gmail.com", True),
        ("notgmail.com", False),
        ("example.jp", False),
        ("", False),
        ("." * 50, False),
    ],
)
def test_free_mail(domain, free):
    assert is_free_mail(domain) is free


@pytest.mark.parametrize(
    ("email", "known", "found"),
    [
        ("a@aoba-sh0ji.invalid", "k@aoba-shoji.invalid", True),  # 0 for o
        ("a@aobashoji.invalid", "k@aoba-shoji.invalid", True),  # the hyphen left out
        ("a@aoba-shoji-keiri.invalid", "k@aoba-shoji.invalid", True),  # a word put behind
        ("a@aoba-shoji.test", "k@aoba-shoji.invalid", True),  # another ending
        ("a@aoba-shoji.invalid", "k@aoba-shoji.invalid", False),  # the very domain
        ("a@mail.aoba-shoji.invalid", "k@aoba-shoji.invalid", False),  # a host of it
        ("a@midori.invalid", "k@aoba-shoji.invalid", False),  # another company
        ("aobashoji@gmail.com", "k@gmail.com", False),  # free mail is nobody's domain
        ("a@abd.invalid", "k@abc.invalid", False),  # short names are near by chance
    ],
)
def test_mail_domains_that_could_be_taken_for_known_ones(engine, email, known, found):
    event = Event(
        "e",
        text="よろしく",
        sender=Account(name="誰か", email=email),
        directory=(Person("北山 誠一", emails=(known,)),),
    )
    assert ("sender:lookalike_domain" in engine.screening(event).facts.atoms) is found
