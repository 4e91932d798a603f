"""Links in Japanese chat and mail, as people and criminals write them.

Each pattern below starts only where a run of its characters starts and repeats only disjoint sets, so the time grows with
the length of the text and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import idna

from honnin.links.address import refang
from honnin.links.directory import Directory
from honnin.links.folding import narrow
from honnin.links.suffixes import Suffixes

MOST_LINKS = 500
_LONGEST = 2048
_LONGEST_HOST = 253


@dataclass(frozen=True, slots=True)
class Link:
    """``raw`` is what stands in the text from ``start`` to ``end``; ``url`` what it means; ``shown`` what a reader sees instead."""

    raw: str
    url: str
    start: int
    end: int
    shown: str = ""


_DOT = r"(?:\.|\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|（\.）|［\.］|（dot）|［dot］)"
# "ttps://" is a Japanese habit of writing an address so that it does not become a link.
_SCHEME = re.compile(r"(?i)(?<![a-z0-9])(?:h?(?:tt|xx)ps?|ftp)(?::|\[:\])(?=[/\\])[/\\]{2,3}")
_HOST = rf"[a-z0-9][a-z0-9\-]{{0,62}}(?:{_DOT}[a-z0-9\-]{{1,63}}){{1,20}}(?![a-z0-9_@\-])"
_HOST_HERE = re.compile(rf"(?i){_HOST}")
_BARE_HOST = re.compile(rf"(?i)(?<![a-z0-9_@\-./\\%=&+]){_HOST}")
_MAIL = re.compile(r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,255}")
_WIDE_DOT_HOST = re.compile(r"(?i)(?<![a-z0-9\-.@])[a-z0-9\-]{3,63}(?:[。｡][a-z0-9\-]{2,63}){1,5}(?![a-z0-9@])")
_IDN_HOST = re.compile(
    r"(?i)(?<![\w.@/\\])[\w\-]{1,63}(?:\.[\w\-]{1,63}){0,4}\.(?:[a-z]{2,24}|コム|みんな|ストア|セール|クラウド|ファッション|ポイント|グーグル|アマゾン|网址|中国|公司)(?![a-z0-9@_\-])"
)
_ANCHOR = re.compile(r"(?i)<a\s[^<>]{0,2000}>")
_HREF = re.compile(r"(?i)\bhref\s{0,5}=\s{0,5}[\"']?")
_TAG = re.compile(r"<[^<>]{0,500}>")
_MARKDOWN = re.compile(r"\[([^\[\]\n]{1,300})\]\(\s{0,3}<?")
_SLACK_NAME = re.compile(r"\|([^<>|\n]{1,300})>")

# A link ends at space, at quotes and brackets, at Japanese punctuation, at anything that cannot be seen.
_STOPS = r"\s\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ud800-\udfff\U000e0000-\U000e0fff<>\"`{}|^「」『』【】〈〉《》〔〕（）［］｛｝＜＞“”‘’、，！？；…・※★☆■□●○◆◇▼▽▲△→←↑↓⇒"
_HOST_RUN = re.compile(rf"[^{_STOPS}/\\?#\[\]()*']*")
_REST_RUN = re.compile(rf"(?:[^{_STOPS}。｡\[\]]|\[[a-z0-9_]{{0,20}}\](?==))*")
_NEXT_LINK = re.compile(r"(?i)[,;](?=h(?:tt|xx)ps?(?::|\[:\])[/\\])")
_IPV6 = re.compile(r"\[[0-9a-fA-F:.]{2,45}\](?::[0-9]{1,5})?")
_DEFANGED_DOT = re.compile(r"(?i)\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)|\{dot\}|（\.）|［\.］|（dot）|［dot］")
# Stands in every text with a link: a dot (however written) with a letter behind it, or a colon before a slash.
_NEAR = r"A-Za-z0-9Ａ-Ｚａ-ｚ０-９İıſ\u212a\-－‐‑‒–−"  # letters that patterns without case meet, and what is narrowed to them
_ANY_LINK = re.compile(rf"[.．\])}}）］。｡:：](?:[{_NEAR}]|(?<=[.．])\w|(?<=[:：\]])[/\\／])")
_TRAILING = ".,;:!?'*~&("
_HIRAGANA = re.compile(r"[ぁ-ゖ]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LAST_WORD = re.compile(r"[お御]?[一-鿿々〆ァ-ヿa-z0-9\-]+\Z", re.IGNORECASE)

# Endings that are files more often than sites: believed only with "www" or a path.
_FILES = frozenset({"zip", "mov", "md", "sh", "py", "rs", "pl", "ps", "so", "cab", "pub", "java", "cpp"})
# Endings that are believed in a bare host. Others are mostly words of a sentence that lacks its space ("late.watch").
_COMMON = frozenset({
    "com", "net", "org", "info", "biz", "jp", "cn", "top", "xyz", "icu", "shop", "ru", "club", "site", "online", "vip", "store",
    "cfd", "cyou", "asia", "tokyo", "work", "fun", "pro", "sbs", "bond", "click", "buzz", "mobi", "ltd", "tech", "io", "co", "tv",
    "ai", "dev", "de", "fr", "eu", "uk", "nl", "ca", "ch", "kr", "tw", "hk", "sg", "edu", "gov", "mil", "int",
})  # fmt: skip
_PACKAGE_STARTS = frozenset({"com", "org", "net", "jp", "io", "co", "dev"})  # com.example.app is a package, not a place
_PORT = re.compile(r":[0-9]{1,5}(?![0-9])")
_ASCII = re.compile(r"[\x00-\x7f]")
_PARTICLE = re.compile(r"[はがをにでとのも]")


def extract(text: str, suffixes: Suffixes, directory: Directory) -> tuple[Link, ...]:
    """All links of a text, at most ``MOST_LINKS``, in order of appearance and without overlaps."""
    if not _ANY_LINK.search(text):
        return ()
    finder = _Finder(text, suffixes, directory)
    finder.anchors()
    finder.with_scheme()
    finder.without_scheme()
    return tuple(sorted(finder.links, key=lambda link: link.start)[:MOST_LINKS])


class _Finder:
    """One pass over one text. ``taken`` marks characters already used, so that each stands in one link at most."""

    def __init__(self, text: str, suffixes: Suffixes, directory: Directory) -> None:
        self.text = text
        self.directory = directory
        self.plain = narrow(text)
        self.suffixes = suffixes
        self.links: list[Link] = []
        self.taken = bytearray(len(text))

    def anchors(self) -> None:
        """Links whose visible text is something else: HTML, markdown, Slack."""
        if "<" in self.plain and "href" in self.plain.lower():
            for match in _ANCHOR.finditer(self.plain):
                if self._full():
                    return
                if href := _HREF.search(self.plain, match.start(), match.end()):
                    self._anchor(href.end(), match.end() - 1, match.end(), None)
        if "](" in self.plain:
            for match in _MARKDOWN.finditer(self.plain):
                if self._full():
                    return
                self._anchor(match.end(), len(self.text), match.start(1), match.end(1))

    def _until_close(self, start: int) -> int:
        close = self.plain.find("</", start, start + 1000)
        while close >= 0 and self.plain[close + 2 : close + 3] not in {"a", "A"}:
            close = self.plain.find("</", close + 2, start + 1000)
        return close if close >= 0 else start

    def _anchor(self, start: int, limit: int, shown_start: int, shown_end: int | None) -> None:
        scheme = _SCHEME.match(self.plain, start, limit)
        end = self._link_end(scheme.end(), limit) if scheme else self._bare_end(start, limit)
        if end <= start:
            return
        if shown_end is None:
            shown_end = self._until_close(shown_start)
        shown = unescape(_TAG.sub("", self.text[shown_start:shown_end])).strip()
        if self._add(start, end, shown):
            self._take(shown_start, shown_end)

    def _bare_end(self, start: int, limit: int) -> int:
        match = _HOST_HERE.match(self.plain, start, min(limit, start + _LONGEST))
        if not match or not self.suffixes.exists(_clean_host(match[0])):
            return start
        return self._rest_end(match.end(), limit)

    def with_scheme(self) -> None:
        """Links that say what they are."""
        for match in _SCHEME.finditer(self.plain):
            if self._full():
                return
            if self.taken[match.start()]:
                continue
            end = self._link_end(match.end(), len(self.text))
            if end > match.end():
                in_brackets = self.plain[match.start() - 1 : match.start()] == "<"
                named = _SLACK_NAME.match(self.plain, end) if in_brackets else None
                self._add(match.start(), end, self.text[named.start(1) : named.end(1)] if named else "")
                if named:
                    self._take(*named.span(1))

    def without_scheme(self) -> None:
        """Bare hosts, where the ending exists and nothing says that it is a file, a word or a mail address."""
        self._set_mail_aside()
        for pattern, wide in ((_BARE_HOST, False), (_WIDE_DOT_HOST, True)):
            if wide and "。" not in self.plain and "｡" not in self.plain:
                continue
            for match in pattern.finditer(self.plain):
                if self._full():
                    return
                self._bare(*match.span(), wide=wide)
        if self.plain.isascii():
            return
        for match in _IDN_HOST.finditer(self.plain):
            if self._full():
                return
            self._idn(*match.span())

    def _set_mail_aside(self) -> None:
        if "@" not in self.plain:
            return
        for match in _MAIL.finditer(self.plain):
            if not self.taken[match.start()]:
                self._take(*match.span())

    def _bare(self, start: int, end: int, *, wide: bool) -> None:
        if self.taken[start] or self.taken[end - 1]:
            return
        host = _clean_host(self.plain[start:end])
        if not self._plausible(host, self.plain[start:end], end, wide=wide):
            return
        self._add(start, self._rest_end(end, len(self.text)))

    def _plausible(self, host: str, written: str, end: int, *, wide: bool) -> bool:
        labels = host.split(".")
        if host[-1:].isdigit():
            return (
                _is_ipv4(labels)
                and self.plain[end : end + 1] in {"/", ":"}
                and self.plain[end + 1 : end + 2] not in {"", " "}
            )
        registrable = self.suffixes.registrable(host)
        if not registrable:
            return False
        suffix = registrable.partition(".")[2]
        if wide and not self._believed(suffix):
            return False
        if labels[0] == "www" or self.plain[end : end + 1] == "/" or "[" in written or "(" in written:
            return True
        if suffix in _FILES or registrable.partition(".")[0].isdigit():
            return False
        if not self._believed(suffix) and "-" not in host:
            return False
        if len(labels) == 2:
            return (len(labels[0]) > 1 or suffix == "com") and (
                written.rpartition(".")[2].islower() or written.isupper()
            )
        return labels[0] not in _PACKAGE_STARTS and (len(labels) > 3 or min(map(len, labels)) > 1)

    def _idn(self, start: int, end: int) -> None:
        written = self.plain[start:end]
        first, dot, rest = written.partition(".")
        if written.isascii() or not dot:
            return
        if _HIRAGANA.search(first) and not _short_name(first):
            begin = self._last_word(first)
            start, first = start + begin, first[begin:]
        host = f"{first}.{rest}"
        if self._is_a_name(host):
            return
        if not first or any(self.taken[start:end]) or not _NOT_ASCII.search(host) or len(host) > _LONGEST_HOST:
            return
        registrable = self.suffixes.registrable(_to_ascii(host))
        if registrable and self._believed(registrable.partition(".")[2]):
            self._add(start, self._rest_end(end, len(self.text)))

    @staticmethod
    def _believed(suffix: str) -> bool:
        return suffix in _COMMON or "." in suffix or not suffix.isascii() or suffix.startswith("xn--")

    def _is_a_name(self, host: str) -> bool:
        """Whether a shop is simply called that: ヨドバシ.com, お名前.com."""
        return any((mention.start, mention.end) == (0, len(host)) for mention in self.directory.brands_in(host))

    def _last_word(self, label: str) -> int:
        """Where the name begins in a sentence that runs into it: a brand, or else the last kanji and katakana."""
        for mention in self.directory.brands_in(label):
            if mention.end == len(label):
                return mention.start
        word = _LAST_WORD.search(label)
        return word.start() if word else len(label)

    def _link_end(self, start: int, limit: int) -> int:
        """Where a link ends whose host begins here."""
        limit = min(limit, start + _LONGEST)
        if ipv6 := _IPV6.match(self.plain, start, limit):
            return self._rest_end(ipv6.end(), limit)
        place = start
        while True:
            place = _HOST_RUN.match(self.plain, place, limit).end()  # type: ignore[union-attr] # matches empty too
            dot = _DEFANGED_DOT.match(self.plain, place, limit)
            if not dot:
                break
            place = dot.end()
        whole = self.plain[start:place]
        at = whole.rfind("@") + 1
        host = self._cut_host(whole[at:])
        if not host:
            return start
        end = start + at + len(host)
        return self._rest_end(end, limit) if end == place else self._trim(start, end)

    def _cut_host(self, host: str) -> str:
        """The host without the Japanese words that were written right behind it."""
        if host.isascii():
            return host.rstrip(_TRAILING + "-_")
        labels = re.split(r"([.。｡])", host)
        kept = ""
        wide_only = "." not in labels
        for position in range(0, len(labels), 2):
            label, dot = labels[position], labels[position - 1] if position else ""
            if dot in {"。", "｡"} and not (label.isascii() and label) and not self._wide_tail(label):
                break
            if dot in {"。", "｡"} and not wide_only and self.suffixes.exists(_to_ascii(_clean_host(kept))):
                break
            foreign = _NOT_ASCII.search(label)
            if foreign and position and foreign.start() and self._ends_here(kept, label[: foreign.start()]):
                return kept + dot + label[: foreign.start()].rstrip(_TRAILING)
            kept += dot + label
        return kept.rstrip(_TRAILING + "。｡")

    def _wide_tail(self, label: str) -> bool:
        foreign = _NOT_ASCII.search(label)
        return foreign is not None and foreign.start() > 1

    def _ends_here(self, before: str, label: str) -> bool:
        """Whether the host up to this label is complete: "example.jp" of "example.jpです"."""
        bare, _, port = label.partition(":")
        return self.suffixes.exists(_to_ascii(_clean_host(f"{before}.{bare}"))) and (not port or port.isdigit())

    def _rest_end(self, end: int, limit: int) -> int:
        """Where the part behind the host ends."""
        limit = min(limit, end + _LONGEST)
        port = _PORT.match(self.plain, end, limit)
        place = port.end() if port else end
        if self.plain[place : place + 1] not in {"/", "\\", "?", "#"} or place >= limit:
            return place
        stop = _REST_RUN.match(self.plain, place, limit).end()  # type: ignore[union-attr] # matches empty too
        another = _NEXT_LINK.search(self.plain, place, stop)
        return self._trim(place, self._japanese_stop(place, another.start() if another else stop))

    def _japanese_stop(self, start: int, stop: int) -> int:
        """Japanese is part of a path where it fills a segment of its own, and a sentence going on where it follows letters."""
        place = segment = start
        while match := _NOT_ASCII.search(self.plain, place, stop):
            hiragana = _HIRAGANA.match(match[0]) is not None
            follows_japanese = segment > start and "/" not in self.plain[segment : match.start()]
            fits = self.plain[match.start() - 1] in "/=_-%+.~#&(" or (follows_japanese and not hiragana)
            if not fits or (hiragana and match.start() == start + 1):
                return match.start()
            ascii_again = _ASCII.search(self.plain, match.start(), stop)
            if ascii_again is None:
                return stop
            segment = ascii_again.start()
            place = ascii_again.end()
        return stop

    def _trim(self, start: int, end: int) -> int:
        """Without the punctuation of the sentence around it."""
        opened = self.plain.count("(", start, end)
        closed = self.plain.count(")", start, end)
        while end > start:
            last = self.plain[end - 1]
            if last == ")" and closed > opened:
                closed -= 1
            elif last not in _TRAILING:
                break
            end -= 1
        return end

    def _add(self, start: int, end: int, shown: str = "") -> bool:
        if end <= start or end > len(self.text) or any(self.taken[start:end]) or self._full():
            return False
        raw = self.text[start:end]
        self._take(start, end)
        self.links.append(
            Link(raw, refang(unescape(raw) if "&" in raw else raw), start, end, "" if shown == raw else shown)
        )
        return True

    def _take(self, start: int, end: int) -> None:
        self.taken[start:end] = b"\1" * (end - start)

    def _full(self) -> bool:
        return len(self.links) >= MOST_LINKS


def _clean_host(host: str) -> str:
    return _DEFANGED_DOT.sub(".", host).replace("。", ".").replace("｡", ".").strip(".").lower()


def _to_ascii(host: str) -> str:
    """A host as it goes over the wire, "" where it cannot."""
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return ""


def _is_ipv4(labels: list[str]) -> bool:
    return len(labels) == 4 and all(label.isdigit() and len(label) <= 3 and int(label) < 256 for label in labels)


def _short_name(label: str) -> bool:
    """A name such as お名前, not a sentence before a name."""
    return len(label) <= 8 and not _PARTICLE.search(label)
