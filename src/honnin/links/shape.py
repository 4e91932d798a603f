"""What an address looks like, as numbers and as fragments: the input of the fitted weights.

``scripts/fit_links.py`` and the running program both use these functions, so they cannot drift apart. The scheme is no
feature, and an empty path equals "/".
"""

from __future__ import annotations

import re
from collections import Counter
from math import log2
from zlib import crc32

from honnin.links.address import Address
from honnin.links.signs import Signs

BUCKETS = 1 << 16
_PATH_LENGTH = 60
_HOST_LENGTH = 80
_HOST_GRAMS = (2, 3, 4)
_PATH_GRAMS = (3, 4)

_VOWELS = re.compile(r"[aeiou]")
_DIGITS = re.compile(r"[0-9]")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{3,}")
_SWITCHES = re.compile(r"[a-z](?=[0-9])|[0-9](?=[a-z])")
_UPPER = re.compile(r"[A-Z]")
_WORDS = re.compile(r"[a-z]{3,}")

HAND = (
    "host_length", "name_length", "labels", "hyphens", "digits_in_name", "vowel_share", "entropy", "consonant_run",
    "switches", "sub_length", "sub_digits", "www", "suffix_labels", "suffix_length", "path_length", "path_depth",
    "path_digits", "path_upper", "path_words", "query_length", "parameters", "extension", "trailing_slash", "root",
    "roof", "port", "ip", "punycode", "jp", "restricted", "brand_in_name", "brand_in_sub", "lookalike", "brand_in_path",
    "login_words", "shortener", "known", "sub_consonants", "sub_vowel_share", "name_distinct", "first_label_length",
    "inner_domain",
)  # fmt: skip


def buckets(address: Address) -> list[int]:
    """The hashed fragments of an address, repeated ones repeated."""
    host = f"^{address.host[:_HOST_LENGTH]}$".encode()
    path = (address.path + address.query)[:_PATH_LENGTH].replace("*", "").encode()
    mask = BUCKETS - 1
    found = [
        crc32(host[start : start + size], size) & mask for size in _HOST_GRAMS for start in range(len(host) - size + 1)
    ]
    if len(path) > 1:
        found += [
            crc32(path[start : start + size], 16 + size) & mask
            for size in _PATH_GRAMS
            for start in range(len(path) - size + 1)
        ]
    suffix = address.suffix
    wholes = (
        suffix,
        f"{suffix} {_form(address.name)}",
        _form(address.subdomain),
        f"{suffix} {address.path.count('/')} {len(address.path) > 1}",
    )
    return found + [crc32(whole.encode(), 32 + place) & mask for place, whole in enumerate(wholes)]


_FORM = str.maketrans("abcdefghijklmnopqrstuvwxyz0123456789", "vcccvcccvcccccvcccccvccccc" + "9" * 10)


def _form(label: str) -> str:
    """Vowels, consonants and digits of a label: "abc12" is "vcc99"."""
    return label[:16].translate(_FORM)


def _entropy(text: str) -> float:
    total = len(text)
    return -sum(count / total * log2(count / total) for count in Counter(text).values()) if total else 0.0


def numbers(address: Address, signs: Signs) -> list[float]:
    """The hand-made features, in the order of ``HAND``."""
    name, sub, path = address.name, address.subdomain, address.path
    rest = sub.removeprefix("www").removeprefix(".")
    letters = len(name) or 1
    runs = _CONSONANTS.findall(name)
    return [
        len(address.host), len(name), address.host.count(".") + 1, address.host.count("-"),
        len(_DIGITS.findall(name)), len(_VOWELS.findall(name)) / letters, _entropy(name),
        max(map(len, runs), default=0), len(_SWITCHES.findall(name)), len(rest), len(_DIGITS.findall(rest)),
        float(sub[:3] == "www"), address.suffix.count(".") + 1, len(address.suffix), len(path), path.count("/"),
        len(_DIGITS.findall(path)), len(_UPPER.findall(path)), len(_WORDS.findall(path)), len(address.query),
        address.query.count("&") + (address.query != ""), float("." in path[-6:]), float(path[-1:] == "/"),
        float(path in {"", "/"}), float(address.roof != ""), float(address.port != ""), float(address.ip),
        float("xn--" in address.host), float(address.suffix[-2:] == "jp"), float(signs.restricted),
        len(signs.in_name), len(signs.in_subdomain), float(signs.lookalike is not None), len(signs.in_path),
        len(signs.login_words), float(signs.shortener), float(signs.known),
        max(map(len, _CONSONANTS.findall(rest)), default=0), len(_VOWELS.findall(rest)) / (len(rest) or 1),
        len(set(name)) / letters, address.host.find("."),
        float(signs.inner_domain),
    ]  # fmt: skip
