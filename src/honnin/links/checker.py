"""The link checker: built once, asked often, never opening anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from honnin.links.address import Address, parse, readable_host, unwrap
from honnin.links.directory import Brand, BrandMention, Directory, load_brands
from honnin.links.extract import Link, extract
from honnin.links.fitted import Fitted, load_fitted
from honnin.links.reasons import SIGNS
from honnin.links.signs import Signs, Watcher
from honnin.links.suffixes import Suffixes, data_lines, load_suffixes
from honnin.links.words import reason_text
from honnin.model import LinkCheck, LinkLevel, LinkReason

_LONGEST_REMEMBERED = 300
"""A wave of messages carries one address to many people; longer ones are mostly made for one reader."""
_MOST_REASONS = 5
_HOST_SHOWN = 120
_GOVERNMENT = frozenset({"go.jp", "lg.jp"})
_VETTED = frozenset({"go.jp", "lg.jp", "ac.jp", "ed.jp"})  # the registry hands these out to public bodies and schools
_ABOUT_BRAND = frozenset({"lookalike", "brand_subdomain", "brand_registered", "official_path"})
_STRONG = _ABOUT_BRAND | {"inner_domain", "mismatch", "shown_mismatch", "userinfo", "ip_host"}
_TOLD_FIRST = _ABOUT_BRAND | {"mismatch", "shown_mismatch", "userinfo"}  # they say who is meant and who it is instead
_OWNER_TOLD = frozenset({"brand_subdomain", "inner_domain"})
_DECEIVING = frozenset({"shown_mismatch", "userinfo"})
# Two reasons that cannot be measured on addresses alone; set beside the measured ones.
_MISMATCH_WEIGHT = {True: 3.0, False: 0.8}
_SHOWN_WEIGHT = 3.5


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known while one address is judged."""

    address: Address
    signs: Signs
    brands: tuple[Brand, ...]
    shown: str
    score: float


class Links:
    """Finds and judges links. The first use reads the packaged lists (some tens of milliseconds).

    ``fitted`` replaces the packaged weights, for measuring others.
    """

    def __init__(self, fitted: Fitted | None = None) -> None:
        if fitted is not None:
            self._fitted = fitted

    @cached_property
    def _suffixes(self) -> Suffixes:
        return load_suffixes()

    @cached_property
    def _directory(self) -> Directory:
        return Directory(load_brands())

    @cached_property
    def _watcher(self) -> Watcher:
        shorteners, popular = (frozenset(data_lines(name)) for name in ("shorteners.txt", "popular.txt"))
        return Watcher(self._directory, shorteners, popular)

    @cached_property
    def _fitted(self) -> Fitted:
        return load_fitted()

    @property
    def brands(self) -> tuple[Brand, ...]:
        """The official directory."""
        return self._directory.brands

    def extract(self, text: str) -> tuple[Link, ...]:
        """The links of a text, in order of appearance; see ``honnin.links.extract``."""
        return extract(text, self._suffixes, self._directory)

    def registrable(self, host: str) -> str:
        """The part of a host (or of a mail address) that somebody registered, "" where its suffix does not exist."""
        address = parse(host.rpartition("@")[2], self._suffixes)
        return address.domain if address else ""

    def brands_in(self, text: str) -> tuple[BrandMention, ...]:
        """The brands a text names, with their places."""
        return self._directory.brands_in(text)

    def check(
        self,
        url: str,
        *,
        brands: Sequence[str] = (),
        known_domains: frozenset[str] = frozenset(),
        shown: str = "",
    ) -> LinkCheck:
        """Judge one address. ``brands`` are those its message names (ids or names), ``shown`` what the reader saw instead.

        >>> Links().check("https://vpass.example.top/login", brands=("smbc-card",)).official
        'https://www.smbc-card.com/mem/index.jsp'
        """
        if len(url) > _LONGEST_REMEMBERED:
            return self.look(url, tuple(brands), known_domains, shown)
        return _remembered(self, url, tuple(brands), known_domains, shown)

    def look(self, url: str, brands: tuple[str, ...], known_domains: frozenset[str], shown: str) -> LinkCheck:
        """Judge one address afresh; see ``check``."""
        outer = parse(url, self._suffixes)
        if outer is None:
            return _unreadable(url)
        address = unwrap(outer, self._suffixes)
        if address.domain in known_domains or address.host in known_domains:
            return _settled(url, address, LinkLevel.OFFICIAL, "own_domain")
        if address.internal:
            return _settled(url, address, LinkLevel.UNKNOWN, "internal")
        signs = self._watcher.look(address)
        named = tuple(brand for name in brands if (brand := self._directory.find(name)))
        seen_domain = self._domain_of(shown)
        elsewhere = seen_domain if seen_domain and seen_domain != (address.domain or address.host) else ""
        case = _Case(address, signs, named, elsewhere, self._fitted.probability(address, signs))
        return self._judge(url, case)

    def _domain_of(self, shown: str) -> str:
        """The registrable domain of the address a reader sees, "" where the words are no address."""
        if not shown:
            return ""
        found = self.extract(shown)
        address = parse(found[0].url, self._suffixes) if found else None
        return (address.domain or address.host) if address else ""

    def _judge(self, url: str, case: _Case) -> LinkCheck:
        ids = self._odd(case)
        level = self._level(case, ids)
        if not ids or level in {LinkLevel.OFFICIAL, LinkLevel.POPULAR}:
            ids = [*self._good(case), *ids]
        claimed = _claimed(case, ids)
        reasons = [self._reason(name, case, claimed) for name in ids]
        warns = level in {LinkLevel.DANGER, LinkLevel.SUSPICIOUS}
        if warns:
            reasons.sort(key=lambda reason: (reason.id not in _TOLD_FIRST, -reason.weight))
        return LinkCheck(
            url=url,
            host=case.address.host,
            domain=case.address.domain,
            level=level,
            score=round(case.score, 4),
            reasons=tuple(reasons[:_MOST_REASONS]),
            brand=claimed.ja if claimed else "",
            official=claimed.login if claimed and warns else "",
        )

    def _odd(self, case: _Case) -> list[str]:
        """The ids of everything odd, strongest kind first."""
        address, signs = case.address, case.signs
        ids = ["shown_mismatch"] if case.shown else []
        ids += [name for name, test in SIGNS.items() if test(address, signs)]
        if signs.owner or signs.known:
            return [name for name in ids if name in _DECEIVING]
        if signs.restricted and "brand_registered" in ids and case.score < self._fitted.thresholds["0.03"]:
            ids.remove("brand_registered")  # a registered company of that name
        if "login_words" in ids and not _STRONG & set(ids):
            ids.remove("login_words")  # ordinary sign-in pages have them too
        if address.suffix in self._fitted.suffixes and not address.roof:
            ids.append("suffix_hint")
        if self._thrown_away(case):
            ids.append("shape")
        if address.wrapped_by:
            ids.append("wrapped")
        return ["mismatch", *ids] if self._mismatched(case, ids) else ids

    def _thrown_away(self, case: _Case) -> bool:
        """Whether the form alone is telling. Short addresses have no form, and free hosting is full of odd names."""
        if case.signs.shortener or case.address.suffix in _VETTED:
            return False
        return case.score >= self._fitted.thresholds["0.001" if case.address.roof else "0.005"]

    def _mismatched(self, case: _Case, ids: list[str]) -> bool:
        """The message names brands, and the address belongs to none of them nor to any other known house.

        Brands of everyday talk are named beside all kinds of links: for them something else must be odd as well.
        """
        if not case.brands or case.address.suffix in _VETTED:
            return False
        odd = case.score >= self._fitted.thresholds["0.03"] or not _STRONG.isdisjoint(ids)
        return odd or any(brand.strict for brand in case.brands)

    @staticmethod
    def _good(case: _Case) -> list[str]:
        if case.signs.owner:
            return ["official"]
        if case.address.suffix in _GOVERNMENT:
            return ["government"]
        return ["popular"] if case.signs.known else []

    def _level(self, case: _Case, ids: list[str]) -> LinkLevel:
        """Names without the brand behind them are suspicious; with something odd beside them, dangerous."""
        address, signs = case.address, case.signs
        if _DECEIVING & set(ids):
            return LinkLevel.SUSPICIOUS if signs.owner or signs.known else self._alarm(case, ids)
        if signs.owner:
            return LinkLevel.OFFICIAL
        if signs.known:
            return LinkLevel.POPULAR
        if address.suffix in _VETTED:
            return LinkLevel.OFFICIAL if address.suffix in _GOVERNMENT else LinkLevel.UNKNOWN
        return self._alarm(case, ids)

    def _alarm(self, case: _Case, ids: list[str]) -> LinkLevel:
        signs = case.signs
        unusual, seen = self._fitted.thresholds["0.03"], set(ids)
        strict = any(brand.strict for brand in case.brands)
        weighty = seen & (_STRONG if strict else _STRONG - {"mismatch"})
        odd = "shape" in seen or len(weighty) > 1
        if weighty & (_STRONG - _ABOUT_BRAND):
            return LinkLevel.DANGER if odd else LinkLevel.SUSPICIOUS
        if weighty or "mismatch" in seen:
            # A brand's word in an address is often a fan, a shop or a partner: alone it is only worth a line.
            if odd and weighty:
                return LinkLevel.DANGER
            telling = case.score >= unusual and not signs.shortener
            return LinkLevel.SUSPICIOUS if telling else LinkLevel.UNKNOWN
        return LinkLevel.SUSPICIOUS if "shape" in seen else LinkLevel.UNKNOWN

    def _reason(self, name: str, case: _Case, claimed: Brand | None) -> LinkReason:
        address = case.address
        brand = _brand_of(name, case) or claimed
        more = {
            "shown_mismatch": _for_the_eye(case.shown),
            "hosting": address.roof,
            "port": address.port,
            "suffix_hint": address.suffix,
            "wrapped": address.wrapped_by,
        }.get(name, "")
        host = address.domain if name in _OWNER_TOLD and address.domain else address.host
        host = _for_the_eye(host)
        text = reason_text(name, ja=brand.ja if brand else "", en=brand.en if brand else "", host=host, more=more)
        return LinkReason(name, self._weight(name, case), text)

    def _weight(self, name: str, case: _Case) -> float:
        if name == "mismatch":
            return _MISMATCH_WEIGHT[any(brand.strict for brand in case.brands)]
        if name == "shown_mismatch":
            return _SHOWN_WEIGHT
        if name == "suffix_hint":
            return min(1.0, self._fitted.suffixes.get(case.address.suffix, 0.0) / 3)
        if name == "shape":
            return 1.5
        return self._fitted.reasons.get(name, 0.0)


def _for_the_eye(host: str) -> str:
    """A host as people may read it; with the letters of the wire beside it where they differ, since looks deceive."""
    readable = readable_host(host)
    return (readable if readable == host else f"{readable} = {host}")[-_HOST_SHOWN:]


def _brand_of(name: str, case: _Case) -> Brand | None:
    """The brand a reason speaks of."""
    signs = case.signs
    match name:
        case "mismatch":
            return _spoken_of(case)
        case "lookalike":
            return signs.lookalike
        case "brand_subdomain":
            return signs.in_subdomain[0]
        case "brand_registered":
            return signs.in_name[0]
        case "official_path":
            return signs.official_path
        case "brand_path":
            return signs.in_path[0]
        case "official":
            return signs.owner
    return None


def _spoken_of(case: _Case) -> Brand:
    """Of several brands in a message, the one the address also alludes to, else one whose messages lead to its own site."""
    signs = case.signs
    alluded = (signs.lookalike, *signs.in_subdomain, *signs.in_name, *signs.in_path)
    strict = (brand for brand in case.brands if brand.strict)
    return next((brand for brand in case.brands if brand in alluded), None) or next(strict, case.brands[0])


def _claimed(case: _Case, ids: list[str]) -> Brand | None:
    """The brand the link pretends to be, or belongs to: what the message says comes before what the address says."""
    for name in (
        "mismatch",
        "lookalike",
        "brand_subdomain",
        "brand_registered",
        "official_path",
        "brand_path",
        "official",
    ):
        if name in ids and (brand := _brand_of(name, case)):
            return brand
    return case.signs.owner


def _settled(url: str, address: Address, level: LinkLevel, reason: str) -> LinkCheck:
    reasons = (LinkReason(reason, 0.0, reason_text(reason)),)
    return LinkCheck(url, address.host, address.domain, level, 0.0, reasons)


def _unreadable(url: str) -> LinkCheck:
    reasons = (LinkReason("unreadable", 0.0, reason_text("unreadable")),)
    return LinkCheck(url, "", "", LinkLevel.UNKNOWN, 0.0, reasons)


@lru_cache(maxsize=4096)
def _remembered(
    links: Links, url: str, brands: tuple[str, ...], known_domains: frozenset[str], shown: str
) -> LinkCheck:
    """The answer for an address that came before; nothing it rests on ever changes."""
    return links.look(url, brands, known_domains, shown)
