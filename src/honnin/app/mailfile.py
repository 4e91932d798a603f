"""A mail (.eml) or text file from a stranger's hand, in whatever encoding it came, as an event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser

from honnin.errors import BadInputError, Mistake
from honnin.model import Account, Channel, Event, Kind, Recipient, Text

MAX_BYTES = 2 * 1024 * 1024
MAX_PARTS = 200
LONGEST_HEADER = 2_000

_RAW_BYTES = re.compile("[\udc80-\udcff]")
_HEADER_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9-]{0,60}:")
# Names under which Japanese mail is sent, by what really is inside: each declared name stands for its larger relative.
_MEANT = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "euc-jp": "euc_jp",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
}


@dataclass(frozen=True, slots=True)
class MailFile:
    """A mail as an event, and what was not looked into."""

    event: Event
    attachments: tuple[str, ...] = ()


def read_mail(data: bytes, *, event_id: str) -> MailFile:
    """Read a mail or a text file of at most 2 MB; encodings are recognised, broken parts are passed over."""
    if len(data) > MAX_BYTES:
        raise BadInputError(
            [Mistake(0, "", Text("2MB以内のファイルを選んでください。", "Choose a file of at most 2 MB."))]
        )
    if not _is_mail(data):
        return MailFile(Event(event_id, text=decoded(data)))
    try:
        message = message_from_bytes(data, policy=policy.default)
        return _mail(message, event_id)
    except (ValueError, LookupError, IndexError, AttributeError, TypeError, RecursionError, KeyError):
        # The standard reader gives up on some headers made to break it. The words are still worth reading.
        return MailFile(Event(event_id, channel=Channel.MAIL, text=decoded(data)))


def _is_mail(data: bytes) -> bool:
    """Tell whether a file begins with the head of a mail rather than with words."""
    head = data[:65_536].removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n\n", 1)[0].split(b"\n")
    names = {line.split(b":", 1)[0].lower() for line in head if _HEADER_LINE.match(line)}
    return len(names & {b"from", b"to", b"subject", b"date", b"received", b"message-id", b"mime-version"}) >= 2


def decoded(data: bytes, declared: str = "") -> str:
    """Decode Japanese or other text: as declared where that works, else as what it looks like.

    >>> decoded("振込".encode("iso2022_jp")), decoded("振込".encode("cp932")), decoded("振込です".encode("euc_jp"))
    ('振込', '振込', '振込です')
    """
    guesses = [_MEANT.get(declared.casefold(), declared)] if declared else []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        guesses.append("utf-16")
    if b"\x1b$" in data or b"\x1b(" in data:
        guesses.append("iso2022_jp_ext")
    guesses.append("utf-8-sig")
    guesses.extend(["euc_jp", "cp932"] if _looks_like_euc(data) else ["cp932", "euc_jp"])
    for guess in guesses:
        try:
            return data.decode(guess)
        except (UnicodeError, LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _looks_like_euc(data: bytes) -> bool:
    """Tell EUC-JP from CP932: read as EUC-JP, hiragana of Japanese text are many; read as CP932, half-width kana are."""
    try:
        as_euc = data[:20_000].decode("euc_jp", "ignore")
        as_cp932 = data[:20_000].decode("cp932", "ignore")
    except ValueError:
        return False
    return _japanese(as_euc) > _japanese(as_cp932)


def _japanese(text: str) -> int:
    usual = sum("\u3040" <= character <= "\u30ff" or "\u4e00" <= character <= "\u9fff" for character in text)
    odd = sum("\uff61" <= character <= "\uff9f" for character in text)
    return usual - 2 * odd


def _mail(message: EmailMessage, event_id: str) -> MailFile:
    name, address = _address(message, "From")
    _, reply_to = _address(message, "Reply-To")
    to_name, to_address = _address(message, "To")
    body, attachments = _body(message)
    return MailFile(
        Event(
            event_id,
            kind=Kind.MESSAGE,
            channel=Channel.MAIL,
            sent_at=_date(message),
            subject=_header(message, "Subject"),
            text=body,
            sender=Account(platform="mail", account_id=address, name=name, email=address, reply_to=reply_to),
            recipient=Recipient(name=to_name or to_address),
        ),
        attachments,
    )


def _header(message: EmailMessage, name: str) -> str:
    raw = next((value for key, value in message.raw_items() if key.casefold() == name.casefold()), "")
    bytes_for_words = _RAW_BYTES.search(raw) is not None  # where an encoded word should stand
    value = decoded(raw.encode("utf-8", "surrogateescape")) if bytes_for_words else str(message.get(name, ""))
    return " ".join(value.split())[:LONGEST_HEADER]


def _address(message: EmailMessage, name: str) -> tuple[str, str]:
    given = _header(message, name)
    shown, address = parseaddr(given)
    if not address and "@" not in given:
        return given, ""
    return shown, address


def _date(message: EmailMessage) -> datetime | None:
    try:
        date = parsedate_to_datetime(_header(message, "Date"))
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _body(message: EmailMessage) -> tuple[str, tuple[str, ...]]:
    """Return the words, plain ones before those of HTML, and the names of attachments."""
    plain: list[str] = []
    html: list[str] = []
    attachments: list[str] = []
    for number, part in enumerate(message.walk()):
        if number >= MAX_PARTS:
            break
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            attachments.append(part.get_filename() or kind)
            continue
        payload = part.get_payload(decode=True)
        text = decoded(payload if isinstance(payload, bytes) else b"", part.get_content_charset() or "")
        (html if kind == "text/html" else plain).append(text)
    words = "\n".join(plain).strip()
    links = "\n".join(html)
    if not words:
        words = words_of_html(links)
    return words.replace("\r\n", "\n"), tuple(attachments)


_BREAKS = frozenset({"p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote"})
_SILENT = frozenset({"script", "style", "head", "title", "template"})


class _Words(HTMLParser):
    """Collects what a reader would see, and behind each link where it really leads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")
        if tag in _SILENT:
            self._silent += 1
        if tag == "a":
            self._links.append(((dict(attrs).get("href") or "").strip(), len(self.parts)))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag == "a" and self._links:
            address, start = self._links.pop()
            shown = "".join(self.parts[start:]).strip()
            if address.lower().startswith(("http:", "https:")) and shown != address:
                self.parts.append(f" ( {address} ) ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def words_of_html(html: str) -> str:
    """Return the words of an HTML mail, with the real address behind each link.

    >>> words_of_html('<p>ご確認は<a href="https://bank.example.test/">こちら</a></p>')
    'ご確認はこちら ( https://bank.example.test/ )'
    """
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)
