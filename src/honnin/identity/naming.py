"""How a claimed name agrees with a person's name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from rapidfuzz.distance import OSA

from honnin.identity import keys
from honnin.identity.claim import Claim, Token, look_key, without
from honnin.identity.profile import Profile
from honnin.identity.readings import can_be_read
from honnin.identity.words import COMPANY, OFFICE, TITLE, english_names
from honnin.model.text import Text


class Agreement(Enum):
    """How two names agree: the share of certainty it carries (0..1) and the sentence we say."""

    FULL = (1.0, Text("お名前が一致しています。", "The names agree."))
    READING = (0.97, Text("お名前の読みが一致しています。", "The name agrees by its reading."))
    LOOKALIKE = (
        0.95,
        Text("よく似た文字で同じお名前が書かれています。", "The same name is written with look-alike letters."),
    )
    MIDDLE = (0.94, Text("ミドルネームを除き、お名前が一致しています。", "The names agree but for a middle name."))
    NICKNAME = (
        0.86,
        Text("愛称で同じお名前と読めます。", "A short form of the same given name, with the same family name."),
    )
    TYPO = (0.82, Text("一文字違いで、書き間違いと見られます。", "One letter differs, which looks like a slip."))
    WITH_MORE = (
        0.64,
        Text("お名前は一致していますが、ほかの言葉が続いています。", "The name agrees, but goes on with other words."),
    )
    INITIAL = (0.5, Text("名字と頭文字が一致しています。", "The family name and the initial agree."))
    FAMILY_TITLE = (0.49, Text("名字と役職だけが名乗られています。", "Only a family name and a title are given."))
    SIMILAR_KANJI = (
        0.38,
        Text(
            "よく似た別の漢字が使われています。別の方かもしれません。",
            "A similar but different character is used; it may be someone else.",
        ),
    )
    SAME_SOUND = (
        0.36,
        Text(
            "読みは同じでも、文字の違うお名前です。別の方かもしれません。",
            "It sounds the same but is spelt differently; it may be someone else.",
        ),
    )
    FAMILY = (0.36, Text("名字だけが一致しています。", "Only the family name agrees."))
    ROLE = (0.34, Text("お名前はなく、役職だけが名乗られています。", "No name is given, only a role."))
    GIVEN = (0.26, Text("名だけが一致しています。", "Only the given name agrees."))
    COMPANY = (0.12, Text("お名前はなく、会社名だけが名乗られています。", "No name is given, only an organisation."))
    OFFICE = (0.06, Text("個人ではなく、部署や窓口の名乗りです。", "An office or a team, not a person."))
    OTHER = (0.02, Text("別のお名前です。", "A different name."))
    NOTHING = (0.02, Text("お名前が書かれていません。", "No name is given."))

    def __init__(self, share: float, reason: Text) -> None:
        self.share = share
        self.reason = reason


_HOW = {"name": Agreement.FULL, "kana": Agreement.READING, "mixed": Agreement.READING, "romaji": Agreement.READING}


@dataclass(frozen=True)
class Naming:
    """The best agreement found; ``rest`` are the words of the claim that did not belong to the name."""

    agreement: Agreement
    words: tuple[Token, ...] = ()
    rest: tuple[Token, ...] = ()
    firm_in_name: bool = False

    @property
    def claimed(self) -> str:
        return " ".join(token.text for token in self.words)


def naming(claim: Claim, profile: Profile) -> Naming:
    """How the name in a display name agrees with a person's, with and without the person's firm in it."""
    found = _naming(claim, profile)
    if found.agreement.share < Agreement.TYPO.share and "(" in claim.display:
        found = max(found, _naming(claim.without_brackets, profile), key=_share)
    firm = profile.firm
    if len(firm) < 2 or firm not in claim.display.casefold():
        return found
    if found.agreement.share < Agreement.TYPO.share:
        other = _naming(without(claim, firm), profile)
        if other.agreement.share >= found.agreement.share or found.agreement is Agreement.OTHER:
            found = other
        if found.agreement is Agreement.NOTHING:
            found = Naming(Agreement.COMPANY)
    return replace(found, firm_in_name=firm not in profile.families)


def _share(found: Naming) -> float:
    return found.agreement.share


def _naming(claim: Claim, profile: Profile) -> Naming:
    if not claim.tokens:
        return Naming(Agreement.NOTHING)
    return (
        _whole(claim, profile)
        or _by_part(claim, profile)
        or _within(claim, profile)
        or _same_sound(claim, profile)
        or _nameless(claim)
        or Naming(Agreement.OTHER, claim.names, claim.names)
    )


def _whole(claim: Claim, profile: Profile) -> Naming | None:
    """The full name, found as a row of neighbouring words."""
    for form, how in profile.forms.items():
        if (row := claim.runs.get(form)) is not None and (found := _complete(claim, profile, row, _HOW[how])):
            return found
    for look, how in profile.looks.items():
        if (row := claim.looks.get(look)) is not None:
            plain = "".join(token.key for token in row)
            level = _HOW[how] if plain in profile.forms else Agreement.LOOKALIKE
            if found := _complete(claim, profile, row, level):
                return found
    for key in profile.sounds:
        if (
            (row := claim.sounds.get(key)) is not None
            and _parts_agree(row, profile)
            and (found := _complete(claim, profile, row, Agreement.READING))
        ):
            return found
    for form in profile.twins:
        if (row := claim.twins.get(form)) is not None and (
            found := _complete(claim, profile, row, Agreement.SIMILAR_KANJI)
        ):
            return found
    return None


def _parts_agree(row: tuple[Token, ...], profile: Profile) -> bool:
    """Whether two words meet family and given name each: "Tomita Kiyoshi" is not 「とみた あきよし」."""
    if len(row) != 2:
        return True
    parts = {keys.sound(profile.latin_family), keys.sound("".join(profile.latin_givens))}
    return {keys.sound(token.key) for token in row} == parts


def _complete(claim: Claim, profile: Profile, row: tuple[Token, ...], level: Agreement) -> Naming | None:
    """The agreement, unless the name goes on beside the words that agree: 「泉 哲 雄」 is not 「泉 哲」."""
    rest = tuple(token for token in claim.names if token not in row)
    firm = profile.firm.split()
    beside = [
        token
        for token in rest
        if token.segment == row[0].segment
        and token.latin == row[0].latin
        and token.key not in firm
        and not claim.is_firm(token)
    ]
    if any(not token.latin and len(token.key) == 1 for token in beside):
        return None
    if row[0].latin and any(len(token.key) > 1 for token in beside):
        return Naming(Agreement.WITH_MORE, row, rest)
    if row[0].latin and beside and level is Agreement.FULL:
        level = Agreement.MIDDLE
    return Naming(level, row, rest)


def _by_part(claim: Claim, profile: Profile) -> Naming | None:
    """Family and given name compared apart."""
    best: Naming | None = None
    for segment in sorted({token.segment for token in claim.names}):
        row = tuple(t for t in claim.names if t.segment == segment and not claim.is_firm(t))
        for words in (tuple(t for t in row if t.latin), tuple(t for t in row if not t.latin)):
            if words:
                found = (
                    _latin_parts(claim, words, profile) if words[0].latin else _japanese_parts(claim, words, profile)
                )
                if found and (best is None or found.agreement.share > best.agreement.share):
                    best = found
    return best


def _latin_parts(claim: Claim, row: tuple[Token, ...], profile: Profile) -> Naming | None:
    if not profile.latin_family:
        return None
    if len(row) == 1:
        return _single(claim, row[0], profile)
    best: Naming | None = None
    for given, family in ((row[:-1], row[-1]), (row[1:], row[0])):
        level = _latin_level(given, family, profile)
        if level and (best is None or level.share > best.agreement.share):
            rest = tuple(token for token in claim.names if token not in row)
            best = Naming(level, row, rest)
    return best


def _latin_level(given: tuple[Token, ...], family: Token, profile: Profile) -> Agreement | None:
    """How "given family" agrees with the person: as sure as its weaker half."""
    if not profile.latin_givens:
        return None
    by_family = _word_level(family.key, profile.latin_family, japanese=profile.japanese, given=False)
    if by_family is None:
        return Agreement.GIVEN if _is_given_and_initial(given, family, profile) else None
    first = given[0] if len(given[0].key) > 1 or len(given) == 1 else given[-1]
    by_given = _word_level(first.key, profile.latin_givens[0], japanese=profile.japanese, given=True)
    if by_given is None:
        return None
    middle = [token for token in given if token is not first]
    if middle:
        by_given = min(by_given, Agreement.MIDDLE, key=lambda level: level.share)
    if by_given.share < 0.9 and by_family.share < 0.9:
        return Agreement.SAME_SOUND if min(by_given.share, by_family.share) >= 0.36 else None
    return min(by_given, by_family, key=lambda level: level.share)


def _is_given_and_initial(given: tuple[Token, ...], family: Token, profile: Profile) -> bool:
    """Robert F."""
    return len(given) == 1 and family.key == profile.latin_family[0] and given[0].key == profile.latin_givens[0]


def _word_level(claimed: str, known: str, *, japanese: bool, given: bool) -> Agreement | None:
    """How one word agrees with one part of the name."""
    if claimed == known:
        return Agreement.READING if japanese else Agreement.FULL
    if japanese and keys.sound(claimed) == keys.sound(known):
        return Agreement.READING
    if given and len(claimed) == 1:
        return Agreement.INITIAL if claimed == known[0] or _same_initial(claimed, known, japanese=japanese) else None
    if look_key(claimed) == look_key(known):
        return Agreement.LOOKALIKE
    names = english_names()
    if not japanese and given and names.one_name(claimed, known):
        return Agreement.NICKNAME
    if _is_slip(claimed, known, japanese=japanese):
        return Agreement.TYPO
    if not japanese and _sounds_alike(claimed, known):
        return Agreement.SAME_SOUND
    return None


def _same_initial(initial: str, known: str, *, japanese: bool) -> bool:
    return japanese and keys.sound(known)[:1] == initial


def _is_slip(claimed: str, known: str, *, japanese: bool) -> bool:
    """One letter differs and what came out is no name of its own."""
    if min(len(claimed), len(known)) < 3 or OSA.distance(claimed, known, score_cutoff=1) > 1:
        return False
    if japanese:
        return len(known) > 3 and not keys.is_sounding_japanese(keys.sound(claimed))
    names = english_names()
    return claimed not in names.given and claimed not in names.family


def _sounds_alike(claimed: str, known: str) -> bool:
    if min(len(claimed), len(known)) < 3 or keys.consonants(claimed) != keys.consonants(known):
        return False
    return OSA.distance(claimed, known, score_cutoff=2) <= 2


def _japanese_parts(claim: Claim, row: tuple[Token, ...], profile: Profile) -> Naming | None:
    if len(row) == 1:
        return _single(claim, row[0], profile)
    return None


def _single(claim: Claim, token: Token, profile: Profile) -> Naming | None:
    """A family or given name alone, or a full name with one slip written in one word."""
    rest = tuple(other for other in claim.names if other is not token)
    others = [other for other in rest if not claim.is_firm(other)]
    alone = not others or all(other.key in profile.families or other.key in profile.givens for other in others)
    if alone and _is_part(token.key, profile.families, profile.latin_family, japanese=profile.japanese):
        return Naming(Agreement.FAMILY_TITLE if TITLE in claim.kinds else Agreement.FAMILY, (token,), rest)
    given = "".join(profile.latin_givens)
    if alone and given and token.key in {given[0] + profile.latin_family, profile.latin_family + given[0]}:
        return Naming(Agreement.INITIAL, (token,), rest)
    if alone and _is_part(token.key, profile.givens, given, japanese=profile.japanese):
        return Naming(Agreement.GIVEN, (token,), rest)
    if (
        token.latin
        and len(token.key) > 7
        and any(_is_slip(token.key, form, japanese=profile.japanese) for form in profile.forms if form.isascii())
    ):
        return Naming(Agreement.TYPO, (token,), rest)
    return None


def _is_part(key: str, parts: dict[str, str], latin: str, *, japanese: bool) -> bool:
    if key in parts:
        return True
    return japanese and key.isascii() and len(key) > 1 and bool(latin) and keys.sound(key) == keys.sound(latin)


def _within(claim: Claim, profile: Profile) -> Naming | None:
    """The full name with other words stuck to it: 「山田太郎東京支社」. A character or two more make another name."""
    for token in claim.tokens:
        for form in profile.forms:
            if len(form) < (8 if token.latin else 3) or len(token.key) < len(form) + 3:
                continue
            before, found, after = token.key.partition(form)
            if found and all(len(side) == 0 or len(side) > 2 for side in (before, after)):
                return Naming(Agreement.WITH_MORE, (token,), tuple(one for one in claim.names if one is not token))
    return None


def _same_sound(claim: Claim, profile: Profile) -> Naming | None:
    """Other characters that are read the same way: 友美 and 知美."""
    if not profile.kana_given:
        return None
    for segment in sorted({token.segment for token in claim.names}):
        row = tuple(t for t in claim.names if t.segment == segment and not t.latin and not claim.is_firm(t))
        if len(row) == 2:
            parts = [(row[0].key, row[1].key), (row[1].key, row[0].key)]
        elif len(row) == 1 and 2 < len(row[0].key) < 9:
            parts = [(row[0].key[:cut], row[0].key[cut:]) for cut in range(1, len(row[0].key))]
        else:
            continue
        ways = [way for family, given in parts if (way := _read_so(family, given, profile))]
        if ways:
            rest = tuple(token for token in claim.names if token not in row)
            return Naming(max(ways, key=lambda way: way.share), row, rest)
    return None


def _read_so(family: str, given: str, profile: Profile) -> Agreement | None:
    """Whether both parts can be read as the person's, and whether all that is new in them is kana."""
    by_family = family in profile.families or can_be_read(family, profile.kana_family)
    by_given = given in profile.givens or can_be_read(given, profile.kana_given)
    if not (by_family and by_given):
        return None
    in_kana = any(_is_in_kana(family, f) and _is_in_kana(given, g) for f, g in profile.splits)
    return Agreement.READING if in_kana else Agreement.SAME_SOUND


_KANA = re.compile("[ぁ-ゖー]")


def _is_in_kana(claimed: str, known: str) -> bool:
    """Whether the claim keeps characters of the name and writes the others in kana: 「恵み子」 for 「恵美子」."""
    kept = _KANA.sub("", claimed)
    letters = iter(known)
    return claimed == known or (kept != claimed and all(char in letters for char in kept))


def _nameless(claim: Claim) -> Naming | None:
    """No name at all: a role, an office or a firm."""
    if any(not claim.is_firm(token) for token in claim.names):
        return None
    kinds = claim.kinds
    if OFFICE in kinds:
        return Naming(Agreement.OFFICE)
    if TITLE in kinds:
        return Naming(Agreement.ROLE, tuple(token for token in claim.tokens if token.kind == TITLE))
    return Naming(Agreement.COMPANY if COMPANY in kinds or claim.names else Agreement.NOTHING)
