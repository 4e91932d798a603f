"""Indicators as tests need them, all of it invented."""

import base64
import struct
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from honnin.sharing.exchange import Intake, Producer
from honnin.sharing.indicator import LASTS, Indicator, Standing, Tlp
from honnin.sharing.noise import Noise, shipped
from honnin.sharing.values import Kind, canonical

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TACTICS = frozenset({"group_creation", "transfer_request", "account_change"})
PRODUCER = Producer("見本商事", "appeal@example.jp")
INTAKE = Intake("partner", NOW, Noise())
SKETCH = base64.b64encode(struct.pack(">64I", *range(1000, 1064))).decode()

VALUES = {
    Kind.ACCOUNT: "chatwork:90001",
    Kind.BANK_ACCOUNT: "9999-001-1-1234567",
    Kind.PHONE: "+819000001234",
    Kind.MAIL: "president.office@mail.example.com",
    Kind.DOMAIN: "login-bank.example.test",
    Kind.URL: "https://bank.example.test/login",
    Kind.FINGERPRINT: f"64:{SKETCH}",
}


def indicator(kind=Kind.DOMAIN, value="", **parts):
    usual = {
        "kind": kind,
        "value": value or VALUES[kind],
        "confidence": 60,
        "first_seen": NOW - 3 * DAY,
        "last_seen": NOW - DAY,
        "expires_at": NOW - DAY + LASTS[kind],
        "created_at": NOW - 2 * DAY,
        "modified_at": NOW,
        "standing": Standing.SHARED,
        "shared_at": NOW,
    }
    return Indicator(**{**usual, **parts})


def intake(**parts):
    return Intake(**{"origin": "partner", "at": NOW, "noise": shipped(), **parts})


def _values(kind):
    digits = st.text("0123456789", min_size=7, max_size=7)
    label = st.text("abcdefghijklmnop0123456789", min_size=1, max_size=12)
    host = st.tuples(label, label).map(lambda parts: f"{parts[0]}.{parts[1]}.example.test")
    made = {
        Kind.ACCOUNT: st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40).map(
            "chatwork:{}".format
        ),
        Kind.BANK_ACCOUNT: st.one_of(digits.map("9999-001-1-{}".format), st.just("iban:GB82WEST12345698765432")),
        Kind.PHONE: st.text("0123456789", min_size=4, max_size=4).map("090-0000-{}".format),
        Kind.MAIL: host.map("it's.me@{}".format),
        Kind.DOMAIN: host,
        Kind.URL: st.tuples(host, label).map(lambda parts: "https://{}/a'b\\{}".format(*parts)),
        Kind.FINGERPRINT: st.just(f"64:{SKETCH}"),
    }
    return made[kind].map(lambda value: canonical(kind, value))


def moments(start, end):
    return st.integers(int(start.timestamp()), int(end.timestamp())).map(
        lambda second: datetime.fromtimestamp(second, UTC)
    )


@st.composite
def indicators(draw):
    kind = draw(st.sampled_from(Kind))
    first = draw(moments(NOW - 400 * DAY, NOW))
    last = draw(moments(first, NOW))
    created = draw(moments(first, NOW))
    withdrawn = draw(st.booleans())
    return indicator(
        kind,
        draw(_values(kind)),
        confidence=draw(st.integers(0, 100)),
        first_seen=first,
        last_seen=last,
        expires_at=draw(moments(NOW + DAY, NOW + 300 * DAY)),
        created_at=created,
        modified_at=draw(moments(created, NOW)),
        tlp=draw(st.sampled_from(Tlp)),
        tactics=tuple(sorted(draw(st.sets(st.sampled_from(sorted(TACTICS)))))),
        standing=Standing.WITHDRAWN if withdrawn else Standing.SHARED,
        sightings=draw(st.integers(1, 5000)),
        case_id="case-1",
        created_by="hana",
    )


def shown(one):
    """What travels of an indicator."""
    return {
        name: getattr(one, name)
        for name in (
            [
                "kind",
                "value",
                "confidence",
                "first_seen",
                "last_seen",
                "expires_at",
                "modified_at",
                "tlp",
                "tactics",
                "standing",
                "sightings",
            ]
        )
    }
