"""What a site may set, all from the environment, with defaults that serve one company on one machine."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from honnin.app.access import Role
from honnin.errors import BadInputError, Mistake
from honnin.model import Text

PREFIX = "HONNIN_"
KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Settings:
    """One site's settings.

    ``database_url``: where everything is kept, ``sqlite:///…`` or ``postgresql://…``.
    ``host`` and ``port``: where ``honnin serve`` listens.
    ``public_url``: the address people open; with https the cookies are only sent over https.
    ``pack_dir``: the site's own rules beside the shipped ones; empty for none.
    ``checks_per_minute``: how many public checks one address may ask for.
    ``calls_per_minute``: how many API calls one key may make.
    ``second_factor``: ``required`` asks everybody for a passkey or a code beside the password; ``optional`` leaves it to them.
    ``secret_key``: what secrets and evidence are closed with, as ``openssl rand -base64 32`` writes it.
    ``secret_key_file``: where the key is read from instead, and made at the first start; empty takes ``honnin.key`` beside an
    SQLite database, or in ``var/``.
    ``oidc_issuer``, ``oidc_client_id`` and ``oidc_client_secret``: a provider of single sign-on; empty for none.
    ``oidc_name``: what its button says. ``oidc_claim``: which claim tells the groups of somebody.
    ``oidc_roles``: which group gives which role, as ``group=role,group=role``.
    ``copy_days``: for how many days a confirmed fraud is remembered since it was last seen.
    ``reports_per_hour``: how many reports one address may send.
    ``report_replies``: ``yes`` shows reporters how theirs stands and what came of it; ``no`` only that it was received.
    ``report_contact_days``: for how many days after its end a report still knows whom to write to.
    ``operator_name`` and ``operator_contact``: who runs the report desk, as its privacy notice says.
    ``evidence_days``: for how many days evidence is kept at least, counted from the last that was captured for a case.
    ``timestamp_url`` and ``timestamp_ca``: a timestamp authority (RFC 3161), and the PEM file its answers have to lead to.
    ``font_dir``: a folder with a Japanese font for PDFs, where it is not where Debian keeps it.
    ``communications``: ``warrant`` hands communications of others over on a warrant only; ``reviewed`` leaves it to the review.
    ``cooperation_days``: for how many days the record of a request is kept after it ended.
    ``second_opinion_url``: where an OpenAI-compatible endpoint of the operator's begins (``…/v1``); empty asks nobody.
    ``second_opinion_model`` and ``_key``: what is asked for there, and with which key, where it needs one.
    ``second_opinion_timeout``: after so many seconds the verdict goes on without it.
    ``second_opinion_from`` and ``_to``: between which scores, in per cent, it is asked for.
    ``second_opinion_per_minute``: how often it is asked for within a minute at most.
    """

    database_url: str = "sqlite:///var/honnin.db"
    host: str = "127.0.0.1"
    port: int = 8700
    public_url: str = ""
    pack_dir: str = ""
    checks_per_minute: int = 30
    calls_per_minute: int = 600
    copy_days: int = 180
    second_factor: str = "required"
    secret_key: str = field(default="", repr=False)
    secret_key_file: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_name: str = ""
    oidc_claim: str = "groups"
    oidc_roles: str = ""
    reports_per_hour: int = 30
    report_replies: str = "yes"
    report_contact_days: int = 180
    operator_name: str = ""
    operator_contact: str = ""
    evidence_days: int = 2555
    communications: str = "warrant"
    cooperation_days: int = 1095
    timestamp_url: str = ""
    timestamp_ca: str = ""
    font_dir: str = ""
    second_opinion_url: str = ""
    second_opinion_model: str = ""
    second_opinion_key: str = field(default="", repr=False)
    second_opinion_timeout: int = 5
    second_opinion_from: int = 5
    second_opinion_to: int = 90
    second_opinion_per_minute: int = 30

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Read the settings from variables such as ``HONNIN_PORT``, or name every mistake in them at once.

    >>> settings_from({"HONNIN_PORT": "9000"}).port
    9000
    """
    default = Settings()
    mistakes: list[Mistake] = []

    def text(name: str, usual: str) -> str:
        return environment.get(PREFIX + name, "").strip() or usual

    def number(name: str, usual: int, most: int) -> int:
        given = text(name, str(usual))
        if given.isascii() and given.isdigit() and len(given) < 10 and 1 <= int(given) <= most:
            return int(given)
        mistakes.append(
            Mistake(
                0,
                PREFIX + name,
                Text(f"1から{most:,}までの整数にしてください。", f"Use a whole number from 1 to {most:,}."),
            )
        )
        return usual

    found = Settings(
        database_url=text("DATABASE_URL", default.database_url),
        host=text("HOST", default.host),
        port=number("PORT", default.port, 65_535),
        public_url=text("PUBLIC_URL", default.public_url).rstrip("/"),
        pack_dir=text("PACK_DIR", default.pack_dir),
        checks_per_minute=number("CHECKS_PER_MINUTE", default.checks_per_minute, 1_000_000),
        calls_per_minute=number("CALLS_PER_MINUTE", default.calls_per_minute, 1_000_000),
        copy_days=number("COPY_DAYS", default.copy_days, 3_650),
        second_factor=text("SECOND_FACTOR", default.second_factor),
        secret_key=text("SECRET_KEY", default.secret_key),
        secret_key_file=text("SECRET_KEY_FILE", default.secret_key_file),
        oidc_issuer=text("OIDC_ISSUER", default.oidc_issuer).rstrip("/"),
        oidc_client_id=text("OIDC_CLIENT_ID", default.oidc_client_id),
        oidc_client_secret=text("OIDC_CLIENT_SECRET", default.oidc_client_secret),
        oidc_name=text("OIDC_NAME", default.oidc_name),
        oidc_claim=text("OIDC_CLAIM", default.oidc_claim),
        oidc_roles=text("OIDC_ROLES", default.oidc_roles),
        reports_per_hour=number("REPORTS_PER_HOUR", default.reports_per_hour, 1_000_000),
        report_replies=text("REPORT_REPLIES", default.report_replies),
        report_contact_days=number("REPORT_CONTACT_DAYS", default.report_contact_days, 3_650),
        operator_name=text("OPERATOR_NAME", default.operator_name),
        operator_contact=text("OPERATOR_CONTACT", default.operator_contact),
        evidence_days=number("EVIDENCE_DAYS", default.evidence_days, 36_500),
        communications=text("COMMUNICATIONS", default.communications),
        cooperation_days=number("COOPERATION_DAYS", default.cooperation_days, 36_500),
        timestamp_url=text("TIMESTAMP_URL", default.timestamp_url),
        timestamp_ca=text("TIMESTAMP_CA", default.timestamp_ca),
        font_dir=text("FONT_DIR", default.font_dir),
        second_opinion_url=text("SECOND_OPINION_URL", default.second_opinion_url).rstrip("/"),
        second_opinion_model=text("SECOND_OPINION_MODEL", default.second_opinion_model),
        second_opinion_key=text("SECOND_OPINION_KEY", default.second_opinion_key),
        second_opinion_timeout=number("SECOND_OPINION_TIMEOUT", default.second_opinion_timeout, 30),
        second_opinion_from=number("SECOND_OPINION_FROM", default.second_opinion_from, 100),
        second_opinion_to=number("SECOND_OPINION_TO", default.second_opinion_to, 100),
        second_opinion_per_minute=number("SECOND_OPINION_PER_MINUTE", default.second_opinion_per_minute, 1_000_000),
    )
    if not found.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        mistakes.append(
            Mistake(
                0,
                PREFIX + "DATABASE_URL",
                Text(
                    "sqlite:///… か postgresql://… の形にしてください。",
                    "Write it as sqlite:///… or postgresql://….",
                ),
            )
        )
    if found.public_url and not found.public_url.startswith(("https://", "http://")):
        mistakes.append(
            Mistake(
                0,
                PREFIX + "PUBLIC_URL",
                Text("https:// から書いてください。", "Begin it with https://."),
            )
        )
    if found.report_replies not in {"yes", "no"}:
        mistakes.append(Mistake(0, PREFIX + "REPORT_REPLIES", Text("yes か no にしてください。", "Write yes or no.")))
    mistakes += _second_opinion_mistakes(found)
    mistakes += _timestamp_mistakes(found)
    mistakes += _sign_in_mistakes(found)
    if mistakes:
        raise BadInputError(mistakes)
    return found


def _timestamp_mistakes(found: Settings) -> list[Mistake]:
    """What is wrong with the settings of the timestamp authority."""
    if found.timestamp_url and not found.timestamp_url.startswith(("https://", "http://")):
        text = Text("https:// か http:// から書いてください。", "Begin it with https:// or http://.")
        return [Mistake(0, PREFIX + "TIMESTAMP_URL", text)]
    if bool(found.timestamp_url) != bool(found.timestamp_ca):
        name = "TIMESTAMP_CA" if found.timestamp_url else "TIMESTAMP_URL"
        text = Text("TIMESTAMP_URL と TIMESTAMP_CA は両方要ります。", "TIMESTAMP_URL and TIMESTAMP_CA are needed both.")
        return [Mistake(0, PREFIX + name, text)]
    return []


def _second_opinion_mistakes(found: Settings) -> list[Mistake]:
    """What is wrong with the settings of the second opinion; the key is never repeated."""
    wrong: list[tuple[str, Text]] = []
    if found.second_opinion_url and not is_private_endpoint(found.second_opinion_url):
        wrong.append(
            (
                "URL",
                Text(
                    "https:// から書いてください。http:// は、この機械の中（127.0.0.1 など）に限ります。名前や鍵、? や # は付けません。",
                    "Begin it with https://. http:// is only for this very machine (such as 127.0.0.1). "
                    "Leave out names, keys, ? and #.",
                ),
            )
        )
    if found.second_opinion_url and not _is_plain(found.second_opinion_model, 200):
        wrong.append(
            (
                "MODEL",
                Text(
                    "使うモデルの名前を、英数字と記号で書いてください。", "Name the model in plain letters and signs."
                ),
            )
        )
    if found.second_opinion_key and not _is_plain(found.second_opinion_key, 4_000):
        wrong.append(
            ("KEY", Text("鍵は空白のない英数字と記号にしてください。", "Use plain letters and signs without blanks."))
        )
    if found.second_opinion_from > found.second_opinion_to:
        wrong.append(
            (
                "FROM",
                Text(
                    f"{PREFIX}SECOND_OPINION_TO 以下にしてください。",
                    f"Keep it at {PREFIX}SECOND_OPINION_TO or below.",
                ),
            )
        )
    return [Mistake(0, f"{PREFIX}SECOND_OPINION_{name}", text) for name, text in wrong]


def _sign_in_mistakes(found: Settings) -> list[Mistake]:
    """What is wrong with the settings of signing in; no secret is repeated."""
    wrong: list[tuple[str, Text]] = []
    if found.communications not in {"warrant", "reviewed"}:
        wrong.append(("COMMUNICATIONS", Text("warrant か reviewed にしてください。", "Use warrant or reviewed.")))
    if found.second_factor not in {"required", "optional"}:
        wrong.append(("SECOND_FACTOR", Text("required か optional にしてください。", "Use required or optional.")))
    if found.secret_key and not _is_key(found.secret_key):
        wrong.append(
            (
                "SECRET_KEY",
                Text(
                    "openssl rand -base64 32 で作った文字列にしてください。", "Use what openssl rand -base64 32 writes."
                ),
            )
        )
    if found.oidc_issuer and not is_private_endpoint(found.oidc_issuer):
        wrong.append(
            (
                "OIDC_ISSUER",
                Text(
                    "https:// から書いてください。http:// は、この機械の中（127.0.0.1 など）に限ります。",
                    "Begin it with https://. http:// is only for this very machine (such as 127.0.0.1).",
                ),
            )
        )
    if found.oidc_issuer and not (found.oidc_client_id and found.oidc_client_secret):
        wrong.append(
            (
                "OIDC_CLIENT_ID",
                Text("OIDC_CLIENT_SECRET と一緒に書いてください。", "Set it together with OIDC_CLIENT_SECRET."),
            )
        )
    if roles_by_group(found.oidc_roles) is None or (found.oidc_issuer and not found.oidc_roles):
        names = ", ".join(role.value for role in Role)
        wrong.append(
            (
                "OIDC_ROLES",
                Text(
                    f"group=role,group=role の形で、役割は {names} から選んでください。",
                    f"Write group=role,group=role with roles out of {names}.",
                ),
            )
        )
    return [Mistake(0, PREFIX + name, text) for name, text in wrong]


def roles_by_group(written: str) -> dict[str, Role] | None:
    """Read which group gives which role, None where that cannot be read.

    >>> roles_by_group("desk=analyst, it=admin")
    {'desk': <Role.ANALYST: 'analyst'>, 'it': <Role.ADMIN: 'admin'>}
    >>> roles_by_group("desk=king") is None
    True
    """
    pairs = [part.rpartition("=") for part in written.split(",") if part.strip()]
    found = {group.strip(): role.strip() for group, _, role in pairs}
    if not all(group and role in set(Role) for group, role in found.items()):
        return None
    return {group: Role(role) for group, role in found.items()}


def _is_key(written: str) -> bool:
    try:
        return len(base64.b64decode(written, validate=True)) == KEY_LENGTH
    except (binascii.Error, ValueError):
        return False


def _is_plain(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isascii() and text.isprintable() and " " not in text


def is_private_endpoint(url: str) -> bool:
    """Whether what is sent there can be read by nobody on the way: https anywhere, http on this machine alone.

    >>> [is_private_endpoint(url) for url in ("https://llm.example.jp/v1", "http://127.0.0.1:8080/v1", "http://[::1]/v1")]
    [True, True, True]
    >>> [is_private_endpoint(url) for url in ("http://llm.example.jp/v1", "https://key@llm.example.jp/v1", "file:///etc")]
    [False, False, False]
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        return False
    if not _is_plain(url, 2_000):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
