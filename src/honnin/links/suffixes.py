"""Which part of a host somebody registered, and under whose roof it lives."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import idna
from publicsuffixlist import PublicSuffixList


def data_lines(name: str) -> list[str]:
    """The lines of a packaged list, without comments and blank lines."""
    text = files("honnin.links").joinpath("data", name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _ascii(name: str) -> str:
    """A suffix of the list in the spelling that stands in addresses."""
    return ".".join(label if label.isascii() else idna.alabel(label).decode("ascii") for label in name.split("."))


@dataclass(frozen=True, slots=True)
class Suffixes:
    """The public suffix list with both sections, and our own list of places that anyone can use at once."""

    public: PublicSuffixList
    private: frozenset[str]
    hosting: frozenset[str]
    pages_only: frozenset[str]

    def registrable(self, host: str) -> str:
        """The part somebody registered, "" where the suffix does not exist.

        >>> load_suffixes().registrable("login.smbc.example.co.jp")
        'example.co.jp'
        """
        return self.public.privatesuffix(host) or ""

    def exists(self, host: str) -> bool:
        """Whether the host ends in a suffix that exists and has at least one label before it."""
        return self.public.privatesuffix(host) is not None

    def shared_roof(self, host: str) -> str:
        """The hosting domain this host was given away under, "" where there is none."""
        suffix = self.public.publicsuffix(host) or ""
        if suffix in self.private or ("*." + suffix.partition(".")[2]) in self.private:
            return "" if host.removeprefix("www.") == suffix else suffix
        labels = host.removeprefix("www.").split(".")
        for start in range(len(labels) - 1):
            roof = ".".join(labels[start:])
            if roof in self.hosting:
                # The bare name of a provider is its own front page; names such as docs.google.com are never one.
                own_page = start == 0 and roof == self.registrable(roof) and roof not in self.pages_only
                return "" if own_page else roof
        return ""


def load_suffixes() -> Suffixes:
    """Read the lists that come with the packages."""
    text = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text(encoding="utf-8")
    rules = [line.partition(" ")[0] for line in text.splitlines() if line and not line.startswith("//")]
    # The library would encode every line; only a few hundred are not ASCII already.
    rules += [_ascii(rule) for rule in rules if not rule.isascii()]
    private_text = text.partition("===BEGIN PRIVATE DOMAINS===")[2]
    private = {line.partition(" ")[0] for line in private_text.splitlines() if line and not line.startswith("//")}
    hosting = data_lines("hosting.txt")
    return Suffixes(
        public=PublicSuffixList(source=rules, accept_unknown=False, accept_encoded_idn=False),
        private=frozenset(private),
        hosting=frozenset(name.removeprefix("*") for name in hosting),
        pages_only=frozenset(name[1:] for name in hosting if name.startswith("*")),
    )
