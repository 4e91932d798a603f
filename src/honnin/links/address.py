"""An address, taken apart the way a browser would, and out of its wrappings."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

import can_ada
import idna

from honnin.links.folding import narrow
from honnin.links.suffixes import Suffixes

_MAX_LENGTH = 4096  # what follows cannot change where a link leads, browsers and mail programs cut earlier
_MAX_WRAPPINGS = 3
_SCHEME = re.compile(r"(?i)\A(?:h?(?:tt|xx)p(s?)|ftp)(?:\[:\]|:)[/\\]{0,3}")
_DOT = re.compile(r"(?i)\s?[\[({]\s?(?:\.|dot)\s?[\])}]\s?")
_IDEOGRAPHIC_DOTS = str.maketrans("。｡．", "...")


@dataclass(frozen=True, slots=True)
class Address:
    """``host`` as it goes over the wire, ``readable`` as people read it, ``roof`` the free hosting it lives under."""

    url: str
    host: str
    readable: str
    domain: str
    suffix: str
    roof: str
    path: str
    query: str
    port: str
    userinfo: str
    ip: bool
    internal: bool
    wrapped_by: str = ""

    @property
    def before_suffix(self) -> str:
        """The host without the suffix or the roof: the part chosen by whoever made it."""
        tail = self.roof or self.suffix
        return self.host.removesuffix(tail).removesuffix(".") if tail else self.host

    @property
    def name(self) -> str:
        """The first label of the registrable domain: what was registered."""
        return self.domain.partition(".")[0]

    @property
    def subdomain(self) -> str:
        return self.host.removesuffix(self.domain).removesuffix(".") if self.domain else ""


def refang(url: str) -> str:
    """An address written so that it cannot be pressed, or in full width, as an ordinary one.

    >>> refang("hxxps://login[.]example（．）jp/ａ")
    'https://login.example.jp/a'
    """
    text = narrow(url[:_MAX_LENGTH]).strip().replace("（", "(").replace("）", ")").replace("［", "[").replace("］", "]")
    scheme = _SCHEME.match(text)
    rest = text[scheme.end() :] if scheme else text.removeprefix("//")
    cut = min((place for sign in "/?#\\" if (place := rest.find(sign)) >= 0), default=len(rest))
    host = _DOT.sub(".", rest[:cut]).translate(_IDEOGRAPHIC_DOTS)
    prefix = "https" if scheme is None else "ftp" if text[:3].lower() == "ftp" else f"http{scheme[1] or ''}"
    return f"{prefix.lower()}://{host}{rest[cut:]}"


def parse(url: str, suffixes: Suffixes) -> Address | None:
    """Take an address apart; None where a browser could not open it either."""
    clean = refang(url).encode("utf-8", "replace").decode("utf-8")
    try:
        opened = can_ada.parse(clean)
    except ValueError:
        return None
    host = opened.hostname.rstrip(".")
    if not host:
        return None
    ip, internal = _network_place(host)
    domain = "" if ip else suffixes.registrable(host)
    return Address(
        url=opened.href,
        host=host,
        readable=readable_host(host),
        domain=domain,
        suffix=domain.partition(".")[2],
        roof="" if ip else suffixes.shared_roof(host),
        path=opened.pathname,
        query=opened.search,
        port=opened.port,
        userinfo=opened.username,
        ip=ip,
        internal=internal,
    )


_OWN_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_OWN_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        (
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)


def _network_place(host: str) -> tuple[bool, bool]:
    """Whether the host is an IP address, and whether it is in one's own network."""
    if not (host.startswith("[") or host[-1].isdigit()):
        return False, "." not in host or host.endswith(_OWN_NAMES)
    try:
        place = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False, False
    return True, any(place in network for network in _OWN_NETWORKS)


def readable_host(host: str) -> str:
    """Punycode as the letters it stands for, where it is valid."""
    if "xn--" not in host:
        return host
    try:
        return idna.decode(host, uts46=True)
    except (idna.IDNAError, UnicodeError):
        return host


def unwrap(address: Address, suffixes: Suffixes) -> Address:
    """Follow wrappings whose target stands in the address itself. Nothing is opened."""
    for _ in range(_MAX_WRAPPINGS):
        target = _target(address)
        inner = parse(target, suffixes) if target else None
        if inner is None or inner.host == address.host:
            return address
        outer = address.wrapped_by or address.host
        address = _with_wrapping(inner, outer)
    return address


def _with_wrapping(address: Address, outer: str) -> Address:
    fields = {name: getattr(address, name) for name in Address.__slots__}
    return Address(**(fields | {"wrapped_by": outer}))


# Host ending, beginning of the path, and the names of the parameter that carries the target.
_WRAPPERS = (
    ("safelinks.protection.outlook.com", "/", ("url",)),
    ("google", "/url", ("q", "url")),
    ("google", "/amp/s/", ()),
    ("facebook.com", "/l.php", ("u",)),
    ("instagram.com", "/", ("u",)),
    ("youtube.com", "/redirect", ("q",)),
    ("slack-redir.net", "/link", ("url",)),
    ("steamcommunity.com", "/linkfilter", ("url", "u")),
    ("vk.com", "/away.php", ("to",)),
    ("linkedin.com", "/redir/redirect", ("url",)),
    ("line.me", "/R/share", ("url",)),
    ("out.reddit.com", "/", ("url",)),
    ("urldefense.proofpoint.com", "/v2/url", ("u",)),
)


def _target(address: Address) -> str:
    if address.host.endswith(".translate.goog"):
        name = address.host.removesuffix(".translate.goog")
        return "https://" + name.replace("--", "\0").replace("-", ".").replace("\0", "-") + address.path
    if address.host == "urldefense.com" and address.path.startswith("/v3/__"):
        return address.path.removeprefix("/v3/__").partition("__;")[0]
    for ending, path, parameters in _WRAPPERS:
        if not address.path.startswith(path) or not _hosted_by(address, ending):
            continue
        if not parameters:
            return "https://" + address.path.removeprefix(path)
        values = parse_qs(address.query.removeprefix("?"), max_num_fields=64) if address.query.count("&") < 64 else {}
        for parameter in parameters:
            for given in values.get(parameter, []):
                plain = given.replace("-", "%").replace("_", "/") if ending.startswith("urldefense") else given
                value = unquote(plain) if plain != given else given
                if value.lower().startswith(("http://", "https://")):
                    return value
    return ""


def _hosted_by(address: Address, ending: str) -> bool:
    if ending == "google":
        return address.name == "google" and address.subdomain in {"", "www"}
    return address.host == ending or address.host.endswith("." + ending)
