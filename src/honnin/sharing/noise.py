"""What may never become an indicator: our own people, offices, and places that belong to everybody.

Fraud names a real bank, a real switchboard, a real president's address. Sharing one of them would turn the guard against those
whom it is for, so the lists are asked when something is proposed, when it comes in from others, and again when it goes out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from honnin.model import Text
from honnin.sharing.values import Kind, canonical, host_of

OWN = Text("自社か、名簿に載っている人のものです。", "It belongs to this organisation or to somebody in its directory.")
OFFICIAL = Text(
    "官公庁・銀行・広く使われるサービスの本物です。名前を使われた側であり、指標にはできません。",
    "It is the real one of an office, a bank or a widely used service: it was misused, and cannot become an indicator.",
)
SWITCHBOARD = Text(
    "窓口や代表の電話番号です。番号を偽って表示されただけかもしれません。",
    "It is a switchboard or a public desk; its number may only have been displayed.",
)
EVERYBODYS = Text(
    "だれでも使える場所です。場所そのものではなく、アドレス全体を指標にしてください。",
    "Anyone can have a place there. Use the whole address, not the place.",
)
SUFFIX = Text("多くの持ち主が共に使う、ドメインの末尾です。", "It is the end of many owners' domains.")
SITE = Text("この環境で、指標にしないと決めたものです。", "This site decided that it is no indicator.")

_OFFICES = re.compile(r"(?:^|\.)(?:pref|metro|city|town|vill)\.[a-z0-9-]+(?:\.[a-z0-9-]+)?\.jp$")


@dataclass(frozen=True, slots=True)
class Noise:
    """The lists. Domains cover all below them; where two fit, the longer one counts.

    ``official`` and ``own_domains`` can be named in no way; of ``shared`` a whole link or mail address can.
    """

    own_accounts: frozenset[str] = frozenset()
    own_mails: frozenset[str] = frozenset()
    own_domains: frozenset[str] = frozenset()
    official: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    suffixes: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    site: frozenset[tuple[Kind, str]] = field(default_factory=frozenset)

    def objection(self, kind: Kind, value: str) -> Text | None:
        """Say why this value may not become an indicator, None where nothing speaks against it."""
        if (kind, value) in self.site:
            return SITE
        match kind:
            case Kind.ACCOUNT:
                return OWN if value.casefold() in self.own_accounts else None
            case Kind.PHONE:
                return SWITCHBOARD if value in self.phones else None
            case Kind.MAIL if value in self.own_mails:
                return OWN
            case Kind.MAIL | Kind.DOMAIN | Kind.URL:
                return self._about_host(kind, value)
            case _:
                return None

    def _about_host(self, kind: Kind, value: str) -> Text | None:
        host = host_of(kind, value)
        if kind is Kind.DOMAIN and host in self.suffixes:
            return SUFFIX
        for domain in _and_above(host):
            if (Kind.DOMAIN, domain) in self.site:
                return SITE
            if domain in self.shared:
                return None if _is_whole(kind, value) and not self._is_front(kind, host, domain) else EVERYBODYS
            if domain in self.own_domains:
                return OWN
            if domain in self.official:
                return OFFICIAL
        return OFFICIAL if _OFFICES.search(host) else None

    def _is_front(self, kind: Kind, host: str, domain: str) -> bool:
        """Tell whether a name under a shared place is only its front door (``www.``)."""
        return kind is Kind.DOMAIN and host in {domain, f"www.{domain}"}

    def together(self, other: Noise) -> Noise:
        return Noise(*(getattr(self, name) | getattr(other, name) for name in Noise.__slots__))


def _is_whole(kind: Kind, value: str) -> bool:
    """Tell whether the value names more than a shared place: a mailbox, a page, or a name of one's own there."""
    match kind:
        case Kind.URL:
            return value.partition("//")[2].partition("/")[2] != ""
        case _:
            return True


def _and_above(host: str) -> Iterator[str]:
    labels = host.split(".")
    for start in range(len(labels)):
        yield ".".join(labels[start:])


@cache
def shipped() -> Noise:
    """Return the lists that come with the product."""
    given: dict[str, Any] = yaml.safe_load(
        files("honnin.sharing").joinpath("data", "noise.yaml").read_text(encoding="utf-8")
    )
    return Noise(
        official=frozenset(given["official"]),
        shared=frozenset(given["shared"]),
        phones=frozenset(canonical(Kind.PHONE, phone) for phone in given["phones"]),
    )


def of_people(accounts: Iterable[str], mails: Collection[str], free_mail: Collection[str]) -> Noise:
    """Make the list of our own people: their accounts, their mails, and the domains of these unless anyone can have one there."""
    mails = frozenset(mail.strip().lower() for mail in mails if "@" in mail)
    domains = {mail.rpartition("@")[2] for mail in mails}
    return Noise(
        own_accounts=frozenset(account.casefold() for account in accounts),
        own_mails=mails,
        own_domains=frozenset(domains - {""} - frozenset(free_mail)),
    )
