"""What a site may set, all from the environment, with defaults that serve one company on one machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from honnin.errors import BadInputError, Mistake
from honnin.model import Text

PREFIX = "HONNIN_"


@dataclass(frozen=True, slots=True)
class Settings:
    """One site's settings.

    ``database_url``: where everything is kept, ``sqlite:///…`` or ``postgresql://…``.
    ``host`` and ``port``: where ``honnin serve`` listens.
    ``public_url``: the address people open; with https the cookies are only sent over https.
    ``pack_dir``: the site's own rules beside the shipped ones; empty for none.
    ``checks_per_minute``: how many public checks one address may ask for.
    ``calls_per_minute``: how many API calls one key may make.
    ``copy_days``: for how many days a confirmed fraud is remembered since it was last seen.
    """

    database_url: str = "sqlite:///var/honnin.db"
    host: str = "127.0.0.1"
    port: int = 8700
    public_url: str = ""
    pack_dir: str = ""
    checks_per_minute: int = 30
    calls_per_minute: int = 600
    copy_days: int = 180

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
    if mistakes:
        raise BadInputError(mistakes)
    return found
