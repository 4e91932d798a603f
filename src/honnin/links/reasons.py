"""Which odd things an address shows. Each is a named test; how much it says was measured (``data/weights.json``)."""

from __future__ import annotations

import re
from collections.abc import Callable

from honnin.links.address import Address
from honnin.links.signs import Signs

_RANDOM = re.compile(r"[bcdfghjklmnpqrstvwxz]{5,}|[a-z][0-9][a-z][0-9]|[0-9][a-z]{1,3}[0-9][a-z]{1,3}[0-9]")
_RANDOM_FROM = 9  # letters; shorter names without vowels are often abbreviations
_USUAL_PORTS = frozenset({"", "80", "443", "8080", "8443"})
_MANY_HYPHENS = 4


def _random_label(address: Address, signs: Signs) -> bool:
    if signs.owner or signs.known:
        return False
    return any(len(label) >= _RANDOM_FROM and _RANDOM.search(label) for label in address.before_suffix.split(".")[-3:])


# Order is the order in which reasons of equal weight are told.
SIGNS: dict[str, Callable[[Address, Signs], bool]] = {
    "lookalike": lambda _, signs: signs.lookalike is not None,
    "brand_subdomain": lambda _, signs: bool(signs.in_subdomain),
    "brand_registered": lambda _, signs: bool(signs.in_name),
    "inner_domain": lambda _, signs: signs.inner_domain,
    "official_path": lambda _, signs: signs.official_path is not None,
    "userinfo": lambda address, _: address.userinfo != "",
    "ip_host": lambda address, _: address.ip and not address.internal,
    "brand_path": lambda _, signs: bool(signs.in_path),
    "hosting": lambda address, _: address.roof != "",
    "shortener": lambda _, signs: signs.shortener,
    "punycode": lambda address, signs: "xn--" in address.host and not signs.owner,
    "port": lambda address, _: address.port not in _USUAL_PORTS,
    "random_label": _random_label,
    "many_hyphens": lambda address, signs: not signs.owner and address.before_suffix.count("-") >= _MANY_HYPHENS,
    "login_words": lambda _, signs: bool(signs.login_words) and not signs.owner and not signs.known,
}
