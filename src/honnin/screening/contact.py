"""Who writes, and who they claim to be: by display name and profile, and by how the text introduces its writer."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA

from honnin.identity import Directory, introductions, match
from honnin.identity.claim import parse
from honnin.identity.organisation import has_legal_form
from honnin.identity.words import TITLE
from honnin.links import Links
from honnin.model import Account, Event, Evidence, IdentityMatch
from honnin.screening.facts import PROFILE, SUBJECT, FactBook
from honnin.text import Normalised, normalise

MOST_CLAIMS = 4
"""So many names by which a text introduces its writer are compared with the directory."""
LONGEST_COMPANY = 25
"""A subject up to this long that is a company's name and nothing else."""


class Contact:
    """The account under examination, and the person of the directories it claims to be."""

    def __init__(self, event: Event, installed: Directory | None, links: Links) -> None:
        self.match: IdentityMatch | None = None
        self._account = event.sender or Account()
        self._subject = event.subject
        self._links = links
        self._own = Directory(event.directory) if event.directory else None
        self._installed = installed if installed is not None and len(installed) else None
        self._claims: list[str] = []

    def add_sender(self, book: FactBook) -> None:
        """What the account shows of itself before a word was read."""
        account = self._account
        if account == Account():
            book.add("sender:missing")
            book.missing("sender")
        else:
            self._add_addresses(book)
            if _is_role_only(account.name):
                book.add("identity:role_only", Evidence(account.name, PROFILE))
        if _is_company(self._subject):
            book.add("sender:company_in_subject", Evidence(self._subject, SUBJECT, 0, len(self._subject)))
        if self._own is None and self._installed is None:
            book.missing("identity")
        elif account != Account():
            self._compare(book)

    def read(self, book: FactBook, text: Normalised, turn: int) -> None:
        """Self-introductions in a text count as claims of the account."""
        for found in introductions(text):
            evidence = Evidence(text.original[found.start : found.end], turn, found.start, found.end)
            book.add("identity:self_introduced", evidence)
            if not found.name:
                book.add("identity:role_only", evidence)
            elif len(self._claims) < MOST_CLAIMS and found.name not in self._claims:
                self._claims.append(found.name)
                self._compare(book, evidence)

    def _compare(self, book: FactBook, evidence: Evidence | None = None) -> None:
        """Look the account up in both directories; the surest answer counts."""
        claims = tuple(self._claims)
        found = [match(self._account, self._own, claims=claims)] if self._own is not None else []
        if self._installed is not None:
            found.append(_match(self._account, self._installed, claims))
        best = max((one for one in found if one is not None), key=_sureness, default=None)
        if best is not None and (self.match is None or _sureness(best) > _sureness(self.match)):
            self.match = best
            book.add_identity(best, evidence or Evidence(self._account.name, PROFILE))

    def _add_addresses(self, book: FactBook) -> None:
        email, reply_to = self._account.email, self._account.reply_to
        if not email:
            return
        domain = _domain(email)
        evidence = Evidence(email, PROFILE)
        if is_free_mail(domain):
            book.add("sender:free_mail", evidence)
        if reply_to and self._registrable(_domain(reply_to)) != self._registrable(domain):
            book.add("sender:reply_to_differs", Evidence(reply_to, PROFILE))
        if known := self._lookalike(domain):
            book.add("sender:lookalike_domain", Evidence(f"{email} ≠ {known}", PROFILE))
        if self._names_foreign_brand(domain):
            book.add("sender:brand_without_its_domain", Evidence(self._account.name, PROFILE))

    def _lookalike(self, domain: str) -> str:
        """The mail domain of somebody known that this one could be taken for."""
        own = _domains(self._own) if self._own is not None else frozenset()
        installed = own_domains(self._installed) if self._installed is not None else frozenset()
        return lookalike_among(domain, own, self._links) or lookalike_among(domain, installed, self._links)

    def _registrable(self, domain: str) -> str:
        return self._links.registrable(domain) or domain

    def _names_foreign_brand(self, domain: str) -> bool:
        """Whether the display name carries a well-known brand while the address is at no domain of it."""
        named = {mention.brand for mention in self._links.brands_in(normalise(self._account.name).text)}
        return any(
            brand.strict and not any(domain == own or domain.endswith(f".{own}") for own in brand.domains)
            for brand in (self._links.brands if named else ())
            if brand.id in named
        )


@lru_cache(maxsize=4096)
def _match(account: Account, installed: Directory, claims: tuple[str, ...]) -> IdentityMatch | None:
    """The same accounts write again and again; neither they nor a directory ever change once made."""
    return match(account, installed, claims=claims)


def _sureness(found: IdentityMatch) -> tuple[bool, float, bool]:
    return found.verified is True, found.score, found.verified is not None


def _is_role_only(name: str) -> bool:
    """Whether a display name says only what somebody is, not who: 「代表取締役」, "CEO office"."""
    claim = parse(name)
    return TITLE in claim.kinds and all(claim.is_firm(token) for token in claim.names)


def _is_company(subject: str) -> bool:
    """Whether a subject is the name of a company and nothing else, as fake presidents write it.

    >>> _is_company("株式会社みどり堂"), _is_company("株式会社みどり堂 10月分のご請求"), _is_company("ご請求書")
    (True, False, False)
    """
    seen = subject.strip()
    return (
        0 < len(seen) <= LONGEST_COMPANY
        and " " not in seen
        and has_legal_form(seen)
        and not set(seen) & set("のをにへ、。:：")
    )


def _domain(email: str) -> str:
    return email.rpartition("@")[2].strip().strip(">").casefold()


def _domains(directory: Directory) -> frozenset[str]:
    domains = {_domain(email) for person in directory.people for email in person.emails}
    return frozenset(domain for domain in domains if domain and not is_free_mail(domain))


@lru_cache(maxsize=16)
def own_domains(installed: Directory) -> frozenset[str]:
    """The mail domains of the people of the installed directory, where not anyone gets an address."""
    return _domains(installed)


@lru_cache(maxsize=4096)
def lookalike_among(domain: str, known: frozenset[str], links: Links) -> str:
    """The first of the known mail domains that a domain could be taken for, "" where there is none or it is one of them."""
    registered = {own: links.registrable(own) or own for own in sorted(known)}
    own_one = links.registrable(domain) or domain
    if domain in known or own_one in registered.values():
        return ""
    return next((own for own, name in registered.items() if looks_like(own_one, name)), "")


def looks_like(domain: str, known: str) -> bool:
    """Whether a mail domain could be taken for a known one that it is not.

    >>> looks_like("aoba-sh0ji.example", "aoba-shoji.example"), looks_like("aoba-shoji.example", "aoba-shoji.example")
    (True, False)
    >>> looks_like("aobashoji-group.test", "aoba-shoji.example"), looks_like("midori.example", "aoba-shoji.example")
    (True, False)
    """
    if domain == known or is_free_mail(domain) or domain.endswith(f".{known}"):
        return False
    one, other = _skeleton(domain.partition(".")[0]), _skeleton(known.partition(".")[0])
    if len(other) < SHORTEST_LABEL:
        return False
    if one == other or (len(other) >= LONG_LABEL and other in one):
        return True
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _skeleton(label: str) -> str:
    """A domain label as a hurried eye reads it.

    >>> _skeleton("abc-cornpany1")
    'abccompanyl'
    """
    return label.replace("-", "").replace("rn", "m").replace("vv", "w").translate(_LOOKS)


SHORTEST_LABEL, LONG_LABEL = 5, 6
"""Shorter names are near to each other by chance."""
_LOOKS = str.maketrans("013568", "olesbb")


def is_free_mail(domain: str) -> bool:
    """Whether anyone gets an address of this domain at once.

    >>> is_free_mail("mail.yahoo.co.jp"), is_free_mail("midorido.example.jp")
    (True, False)
    """
    labels = domain.split(".")[-6:]
    return any(".".join(labels[start:]) in _free_mail() for start in range(len(labels)))


@cache
def _free_mail() -> frozenset[str]:
    text = (files("honnin.screening") / "data" / "free_mail.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))
