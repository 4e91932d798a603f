"""What an indicator may name, each in the one form in which sites compare it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

import can_ada
import idna
import phonenumbers

from honnin.model import Text

LONGEST_ACCOUNT, LONGEST_MAIL, LONGEST_URL = 300, 254, 2_000
FEWEST_GROUPS, MOST_GROUPS = 20, 10_000_000
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Kind(StrEnum):
    """What an indicator names."""

    ACCOUNT = "account"
    """An account of a chat or another service: ``chatwork:10001``."""
    BANK_ACCOUNT = "bank_account"
    """Bank, branch, type (1 普通, 2 当座, 4 貯蓄, 0 unknown) and number: ``9999-001-1-1234567``; or ``iban:…``."""
    PHONE = "phone"
    MAIL = "mail"
    DOMAIN = "domain"
    URL = "url"
    """Without what follows ``?`` and ``#``: it may name the person it was sent to."""
    FINGERPRINT = "fingerprint"
    """A fraudulent text as ``groups:sketch``; the text cannot be read back."""


class UnusableValueError(ValueError):
    """A value that cannot be an indicator; ``text`` says how to write it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


HIDDEN = Text(
    "見えない文字や、向きを変える文字が入っています。取り除いてください。",
    "It holds characters that cannot be seen or that turn the writing around. Take them out.",
)
_ACCOUNT = Text(
    "サービスの名前と番号を chatwork:10001 のように書いてください。",
    "Write the service and the id as in chatwork:10001.",
)
_BANK = Text(
    "銀行4桁-支店3桁-種目1桁（1普通 2当座 4貯蓄 0不明）-番号7桁で書いてください。海外の口座は iban: に続けて書きます。",
    "Write bank (4 digits)-branch (3)-type (1 ordinary, 2 current, 4 savings, 0 unknown)-number (7), or iban: and the IBAN.",
)
_PHONE = Text(
    "電話番号を市外局番から、海外は + から書いてください。110 などの短い番号は指標にできません。",
    "Write the whole number, one abroad from +. Short numbers such as 110 cannot become indicators.",
)
_MAIL = Text("メールアドレスを name@example.jp のように書いてください。", "Write the address as in name@example.jp.")
_DOMAIN = Text("ドメインを login.example.jp のように書いてください。", "Write the domain as in login.example.jp.")
_URL = Text(
    "https:// か http:// で始まるアドレスを書いてください。", "Write an address that begins with https:// or http://."
)
_PRINT = Text(
    "指紋として読めません。書き出したままの値にしてください。", "Not a fingerprint. Use the value as it was exported."
)


def canonical(kind: Kind, value: str) -> str:
    """Return the one form of a value, or refuse what cannot be one.

    >>> canonical(Kind.PHONE, "090-0000-1234"), canonical(Kind.MAIL, "Info@Example.JP")
    ('+819000001234', 'info@example.jp')
    """
    text = unicodedata.normalize("NFKC", value[: 2 * LONGEST_URL]).strip()
    if any(unicodedata.category(char) in _HIDDEN for char in text):
        raise UnusableValueError(HIDDEN)
    return _FORMS[kind](text)


def _account(text: str) -> str:
    platform, sign, name = text.partition(":")
    platform, name = platform.strip().lower(), name.strip()
    if not sign or not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,39}", platform) or not name or len(name) > LONGEST_ACCOUNT:
        raise UnusableValueError(_ACCOUNT)
    return f"{platform}:{name}"


def _bank_account(text: str) -> str:
    if text[:5].lower() == "iban:":
        return f"iban:{_iban(text[5:])}"
    parts = re.fullmatch(r"([0-9]{4})-([0-9]{3})-([0-9])-([0-9]{1,7})", text.replace(" ", ""), re.ASCII)
    if not parts:
        raise UnusableValueError(_BANK)
    bank, branch, type_, number = parts.groups()
    return f"{bank}-{branch}-{type_}-{number:0>7}"


def _iban(text: str) -> str:
    number = re.sub(r"[\s-]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", number, re.ASCII):
        raise UnusableValueError(_BANK)
    if int("".join(str(int(char, 36)) for char in number[4:] + number[:4])) % 97 != 1:
        raise UnusableValueError(_BANK)
    return number


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text[:40], None if text.startswith("+") else "JP")
    except phonenumbers.NumberParseException:
        raise UnusableValueError(_PHONE) from None
    if not phonenumbers.is_possible_number(number) or len(str(number.national_number)) < 6:
        raise UnusableValueError(_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _mail(text: str) -> str:
    local, sign, domain = text.lower().rpartition("@")
    if not sign or not re.fullmatch(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", local) or len(text) > LONGEST_MAIL:
        raise UnusableValueError(_MAIL)
    try:
        return f"{local}@{_domain(domain)}"
    except UnusableValueError:
        raise UnusableValueError(_MAIL) from None


def _domain(text: str) -> str:
    name = text.lower().rstrip(".")
    try:
        name = name if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise UnusableValueError(_DOMAIN) from None
    labels = name.split(".")
    fits = all(re.fullmatch(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?", label) for label in labels)
    if len(labels) < 2 or len(name) > 253 or not fits or labels[-1].isdigit():
        raise UnusableValueError(_DOMAIN)
    return name


def _url(text: str) -> str:
    """Keep where it leads, and leave out what may name the person it was sent to."""
    if len(text) > LONGEST_URL or not text.lower().startswith(("https://", "http://")):
        raise UnusableValueError(_URL)
    try:
        opened = can_ada.parse(text)
    except ValueError:
        raise UnusableValueError(_URL) from None
    host = opened.hostname.rstrip(".")
    if not host or ("." not in host and ":" not in host):
        raise UnusableValueError(_URL)
    path = re.split(r"/[^/]*(?:@|%40)", opened.pathname, maxsplit=1, flags=re.IGNORECASE)[0] or "/"
    port = f":{opened.port}" if opened.port else ""
    return f"{opened.protocol}//{host}{port}{path}"


def _fingerprint(text: str) -> str:
    groups, sign, sketch = text.partition(":")
    fits = re.fullmatch(r"[0-9]{2,8}", groups, re.ASCII) and re.fullmatch(r"[A-Za-z0-9+/]{100,400}={0,2}", sketch)
    if not sign or not fits or not FEWEST_GROUPS <= int(groups) <= MOST_GROUPS:
        raise UnusableValueError(_PRINT)
    return f"{int(groups)}:{sketch}"


_FORMS: Mapping[Kind, Callable[[str], str]] = MappingProxyType(
    {
        Kind.ACCOUNT: _account,
        Kind.BANK_ACCOUNT: _bank_account,
        Kind.PHONE: _phone,
        Kind.MAIL: _mail,
        Kind.DOMAIN: _domain,
        Kind.URL: _url,
        Kind.FINGERPRINT: _fingerprint,
    }
)


def host_of(kind: Kind, value: str) -> str:
    """Return the host that a canonical value stands under, "" where it has none."""
    match kind:
        case Kind.DOMAIN:
            return value
        case Kind.MAIL:
            return value.rpartition("@")[2]
        case Kind.URL:
            return re.split(r"[/:]", value.partition("//")[2], maxsplit=1)[0]
        case _:
            return ""
