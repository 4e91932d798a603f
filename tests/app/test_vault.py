import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.app.vault import Vault, VaultError

VAULT = Vault(bytes(range(32)))


@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_what_was_closed_opens_for_its_purpose_and_thing(plain, purpose, thing):
    purpose, thing = (part.encode("utf-8", "replace").decode() for part in (purpose, thing))

    assert VAULT.open(VAULT.close(plain, purpose, thing), purpose, thing) == plain


@pytest.mark.parametrize(
    ("key", "purpose", "thing"),
    [
        (bytes(32), "totp", "hana"),  # another site's key
        (bytes(range(32)), "evidence", "hana"),  # another purpose
        (bytes(range(32)), "totp", "taro"),  # somebody else's row
    ],
)
def test_nothing_opens_as_something_else(key, purpose, thing):
    closed = VAULT.close(b"seed", "totp", "hana")

    with pytest.raises(VaultError):
        Vault(key).open(closed, purpose, thing)


def test_no_byte_can_be_changed_or_left_out():
    closed = VAULT.close(b"seed", "totp")
    broken = [closed[:at] + bytes([closed[at] ^ 1]) + closed[at + 1 :] for at in range(len(closed))]

    for each in [*broken, *(closed[:length] for length in range(len(closed)))]:
        with pytest.raises(VaultError):
            VAULT.open(each, "totp")


def test_the_same_secret_never_looks_the_same():
    assert VAULT.close(b"seed", "totp") != VAULT.close(b"seed", "totp")


def test_a_key_has_its_length():
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"short")
