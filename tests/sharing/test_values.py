import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sharing.samples import SKETCH

from honnin.sharing.noise import EVERYBODYS, OFFICIAL, OWN, SITE, SUFFIX, SWITCHBOARD, Noise, of_people, shipped
from honnin.sharing.values import Kind, UnusableValueError, canonical

FORMS = [
    (Kind.ACCOUNT, " Chatwork : 90001 ", "chatwork:90001"),
    (Kind.ACCOUNT, "line:@Abc", "line:@Abc"),  # case counts in some services
    (Kind.BANK_ACCOUNT, "９９９９-001-1-1234567", "9999-001-1-1234567"),  # full width
    (Kind.BANK_ACCOUNT, "9999-001-1-123", "9999-001-1-0000123"),  # zeros in front are left out on forms
    (Kind.BANK_ACCOUNT, "IBAN: gb82 WEST 1234 5698 7654 32", "iban:GB82WEST12345698765432"),
    (Kind.PHONE, "０９０-0000-1234", "+819000001234"),
    (Kind.PHONE, "+44 20 7946 0000", "+442079460000"),
    (Kind.MAIL, "Info@例え.test", "info@xn--r8jz45g.test"),
    (Kind.DOMAIN, "LOGIN.Example.TEST.", "login.example.test"),
    (Kind.DOMAIN, "例え.test", "xn--r8jz45g.test"),
    (Kind.URL, "https://user:pw@Example.test:443/a?mail=hana@example.jp#x", "https://example.test/a"),
    (Kind.URL, "http://example.test", "http://example.test/"),
    (Kind.URL, "https://example.test/u/hana@example.jp/x", "https://example.test/u"),  # whom it was sent to
    (Kind.URL, "https://example.test/u/hana%40example.jp", "https://example.test/u"),
    (Kind.FINGERPRINT, f"064:{SKETCH}", f"64:{SKETCH}"),
]


@pytest.mark.parametrize(("kind", "written", "form"), FORMS)
def test_one_form(kind, written, form):
    assert canonical(kind, written) == form
    assert canonical(kind, form) == form


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Kind.ACCOUNT, "90001"),
        (Kind.ACCOUNT, "chatwork:"),
        (Kind.BANK_ACCOUNT, "1234567"),
        (Kind.BANK_ACCOUNT, "iban:GB82WEST12345698765433"),  # its own check fails
        (Kind.PHONE, "110"),
        (Kind.PHONE, "#9110"),
        (Kind.PHONE, "188"),
        (Kind.MAIL, "info"),
        (Kind.MAIL, "info@localhost"),
        (Kind.DOMAIN, "localhost"),
        (Kind.DOMAIN, "192.0.2.1"),
        (Kind.DOMAIN, "a b.test"),
        (Kind.URL, "javascript:alert(1)"),
        (Kind.URL, "ftp://example.test/"),
        (Kind.URL, "https://intranet/"),
        (Kind.FINGERPRINT, "64:abc"),
        (Kind.FINGERPRINT, "kill all"),
        (Kind.ACCOUNT, "chatwork:9\u202e1"),
        (Kind.ACCOUNT, "chatwork:9\u200b1"),
        (Kind.ACCOUNT, "chatwork:9\n1"),
    ],
)
def test_what_cannot_be_one_is_refused_in_words(kind, written):
    with pytest.raises(UnusableValueError) as refused:
        canonical(kind, written)
    assert refused.value.text.ja
    assert refused.value.text.en


@given(st.sampled_from(Kind), st.text(max_size=60))
def test_whatever_is_written_has_one_form_or_none(kind, written):
    try:
        form = canonical(kind, written)
    except UnusableValueError:
        return
    assert canonical(kind, form) == form


HOUSE = of_people(["chatwork:10001"], ["taro@example.jp", "hana@gmail.com"], {"gmail.com"})
LISTS = (
    shipped()
    .together(HOUSE)
    .together(
        Noise(
            official=frozenset({"bank.example.com", "google.com"}),
            shared=frozenset({"docs.google.com", "short.example"}),
            suffixes=frozenset({"co.jp"}),
            site=frozenset({(Kind.PHONE, "+81300000000"), (Kind.DOMAIN, "partner.example.com")}),
        )
    )
)


@pytest.mark.parametrize(
    ("kind", "value", "objection"),
    [
        (Kind.ACCOUNT, "chatwork:10001", OWN),
        (Kind.ACCOUNT, "chatwork:90001", None),
        (Kind.MAIL, "taro@example.jp", OWN),
        (Kind.MAIL, "nobody@example.jp", OWN),  # our domain: forged, or a colleague
        (Kind.MAIL, "hana@gmail.com", OWN),
        (Kind.MAIL, "president@gmail.com", None),  # anyone can have one there
        (Kind.DOMAIN, "gmail.com", EVERYBODYS),
        (Kind.DOMAIN, "mail.example.jp", OWN),
        (Kind.URL, "https://www.example.jp/x", OWN),
        (Kind.DOMAIN, "example.jp.test", None),  # only looks like it
        (Kind.DOMAIN, "bank.example.com", OFFICIAL),
        (Kind.MAIL, "info@mail.bank.example.com", OFFICIAL),  # forged senders
        (Kind.URL, "https://www.npa.go.jp/", OFFICIAL),
        (Kind.MAIL, "info@pref.miyagi.jp", OFFICIAL),
        (Kind.URL, "https://www.city.nagoya.jp/x", OFFICIAL),
        (Kind.DOMAIN, "co.jp", SUFFIX),
        (Kind.DOMAIN, "line.me", EVERYBODYS),
        (Kind.URL, "https://line.me/", EVERYBODYS),
        (Kind.URL, "https://line.me/ti/g/abc", None),  # one invitation
        (Kind.URL, "https://docs.google.com/forms/d/1", None),
        (Kind.URL, "https://www.google.com/x", OFFICIAL),
        (Kind.PHONE, "+81358051731", SWITCHBOARD),
        (Kind.PHONE, "+81300000000", SITE),
        (Kind.MAIL, "a@sales.partner.example.com", SITE),
        (Kind.PHONE, "+819000001234", None),
        (Kind.BANK_ACCOUNT, "9999-001-1-1234567", None),
    ],
)
def test_noise(kind, value, objection):
    assert LISTS.objection(kind, value) == objection
