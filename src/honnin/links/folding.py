"""Seeing letters as the eye sees them: width, lookalike letters, digits for letters."""

from __future__ import annotations

import unicodedata

# One character for one character, so that places in the text stay what they are. Question marks and brackets of full
# width are left alone: in Japanese they end a link.
_NARROW = {ord("Ａ") + i: chr(ord("A") + i) for i in range(26)}
_NARROW |= {ord("ａ") + i: chr(ord("a") + i) for i in range(26)}
_NARROW |= {ord("０") + i: chr(ord("0") + i) for i in range(10)}
_NARROW |= dict(zip(map(ord, "．：／－＿＠％＝＆＃＋～‐‑‒–−"), ".:/-_@%=&#+~-----", strict=True))

_LOOKS_LIKE = str.maketrans(
    "аеорсухіјѕԁһӏԛԝкмнтвгпαβεικνορτυχωγηɑɡıɩʟɴʀɪƅɗɖđɍɓƒłŀøþðŧħĸŋ",
    "aeopcyxijsdhlqwkmhtbrnabeikvoptuxwynagiilnribdddrbfllopdthkn",
)


def narrow(text: str) -> str:
    """Full-width letters, digits and the signs of addresses in ordinary width; the length does not change.

    >>> narrow("ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｊｐ")
    'https://example.jp'
    """
    return text if text.isascii() else text.translate(_NARROW)


def skeleton(label: str) -> str:
    """A label of a host as a hurried eye reads it.

    >>> skeleton("аmаz0n"), skeleton("rnercari"), skeleton("rakutén")
    ('amazon', 'mercari', 'rakuten')
    """
    if not label.isascii():
        folded = unicodedata.normalize("NFKD", label)
        label = "".join(c for c in folded if not unicodedata.combining(c)).lower().translate(_LOOKS_LIKE)
    return label.translate(_DIGITS).replace("rn", "m").replace("vv", "w")


_DIGITS = str.maketrans("01345", "oleas")
