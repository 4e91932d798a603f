"""The table of comparisons that together say whether an account claims to be a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from honnin.identity.claim import Claimed
from honnin.identity.naming import Agreement, Naming, naming
from honnin.identity.organisation import is_business_title, role, same_firm, title_key
from honnin.identity.profile import Profile
from honnin.identity.words import GENERATION, OFFICE, RELATION
from honnin.model.text import Text


@dataclass(frozen=True)
class Pair:
    """One account's claim beside one person."""

    claimed: Claimed
    profile: Profile

    @cached_property
    def naming(self) -> Naming:
        return naming(self.claimed.claim, self.profile)

    @cached_property
    def firm(self) -> Comparison | None:
        return _firm(self)

    @property
    def is_elsewhere(self) -> bool:
        return self.firm is not None and self.firm.value < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one feature found: from -1 (speaks against) over 0 to 1 (speaks for)."""

    value: float
    claimed: str
    known: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Feature:
    """One line of the table. ``func`` gives None where the account says nothing about it."""

    name: str
    func: Callable[[Pair], Comparison | None]
    weight: float


def name(pair: Pair) -> Comparison:
    found = pair.naming
    agreement = found.agreement
    if agreement in {Agreement.ROLE, Agreement.COMPANY} and (said := title(pair)) is not None:
        # Without a name it is the title that says who is meant.
        agreement = Agreement.ROLE if said.value > 0 else Agreement.OTHER
    return Comparison(
        agreement.share, found.claimed or pair.claimed.claim.display, pair.profile.person.name, agreement.reason
    )


_HELD_BACK = {
    RELATION: Text("本人ではなく、近くにいる人の名乗りかもしれません。", "It may be someone near the person."),
    OFFICE: Text("個人ではなく、部署や窓口の名乗りかもしれません。", "It may be an office, not the person."),
    GENERATION: Text("同じお名前のご家族かもしれません。", "It may be a relative of the same name."),
}
_NAMED = frozenset(a for a in Agreement if a.share > 0.32) | {Agreement.GIVEN}


def someone_near(pair: Pair) -> Comparison | None:
    """A secretary, an office, a son: the name agrees, the person may be another."""
    if pair.naming.agreement not in _NAMED:
        return None
    known = pair.profile.person.name
    for token in pair.claimed.claim.tokens:
        reason = _HELD_BACK.get(token.kind)
        if (
            reason
            and token not in pair.naming.words
            and not (token.kind == GENERATION and token.key in known.casefold())
        ):
            return Comparison(-1.0, token.text, known, reason)
    return None


_NOBODY = frozenset({Agreement.OTHER, Agreement.OFFICE, Agreement.NOTHING})
_SHARED = 0.4
"""Colleagues share firm and title: what is left of that agreement where the name is another."""
_DOUBTFUL = frozenset({Agreement.SAME_SOUND, Agreement.SIMILAR_KANJI})
_SAME_FIRM = Text("会社名が一致しています。", "The organisations agree.")
_OTHER_FIRM = Text(
    "別の会社名が書かれています。同姓同名の別の方かもしれません。",
    "Another organisation is given; it may be a namesake.",
)


def organisation(pair: Pair) -> Comparison | None:
    return pair.firm


def _firm(pair: Pair) -> Comparison | None:
    claimed, firm = pair.claimed, pair.profile.firm
    if not firm:
        return None
    known = pair.profile.person.organization
    if pair.naming.firm_in_name or (len(firm) > 2 and firm in claimed.bio):
        return Comparison(_SHARED if pair.naming.agreement in _NOBODY else 1.0, known, known, _SAME_FIRM)
    said = [given for given in (claimed.firm, *claimed.claim.firms) if given] or list(claimed.employers)
    if not said:
        return None
    best = max(said, key=lambda given: same_firm(given, firm))
    agreement = same_firm(best, firm)
    shown = claimed.account.organization or best
    if not agreement and all(given.isascii() != firm.isascii() for given in said):
        return None  # 「青葉商事」 and "Aoba Shoji": written in different letters, they cannot be told apart
    if agreement:
        agreement *= _SHARED if pair.naming.agreement in _NOBODY else 1.0
        return Comparison(agreement, shown, known, _SAME_FIRM)
    # A name that is in doubt already loses little by another firm.
    return Comparison(-0.12 if pair.naming.agreement in _DOUBTFUL else -1.0, shown, known, _OTHER_FIRM)


_SAME_TITLE = Text("役職が一致しています。", "The titles agree.")
_OTHER_TITLE = Text("別の役職が書かれています。", "Another title is given.")


def title(pair: Pair) -> Comparison | None:
    claimed, profile = pair.claimed, pair.profile
    if not profile.role:
        return None
    said = [given for given in (claimed.account.title, *claimed.claim.titles) if given]
    if not said:
        return None
    share = 0.2 if pair.is_elsewhere else _SHARED if pair.naming.agreement in _NOBODY else 1.0
    for given in said:
        if title_key(given) == profile.title:
            return Comparison(share, given, profile.person.title, _SAME_TITLE)
    for given in said:
        if role(given) == profile.role:
            return Comparison(0.7 * share, given, profile.person.title, _SAME_TITLE)
    value = -0.4 if is_business_title(said[0]) else -1.0
    value *= 0.3 if pair.is_elsewhere else 1.0  # another firm has said most of it already
    return Comparison(value, said[0], profile.person.title, _OTHER_TITLE)


_OTHER_LIFE_WORDS = (
    "趣味", "学生", "大学院", "高校", "フリーランス", "個人事業", "主婦", "主夫", "推し", "ゲーム", "バンド", "イラスト", "写真", "旅行", "登山", "釣り", "カフェ巡り",
    "美容師", "看護師", "保育士", "子育て", "育児", "ママ", "パパ", "配信", "コスプレ", "ブロガー", "料理", "定年",
    "hobby", "hobbies", "student", "freelance", "gamer", "artist", "hiking", "musician", "mom of", "mum of", "dad of", "mother of", "father of", "football fan",
    "photographer", "blogger", "barista", "chef", "nurse", "teacher", "retired", "youtuber", "streamer",
)  # fmt: skip
_OTHER_LIFE = Text("プロフィールの内容が、仕事の立場と違うようです。", "The profile speaks of a different life.")


def other_life(pair: Pair) -> Comparison | None:
    """A profile that speaks of another life makes a namesake more likely."""
    bio = pair.claimed.bio
    firm = pair.profile.firm
    if not bio or (firm and firm in bio):
        return None
    for word in _OTHER_LIFE_WORDS:
        if word in bio:
            value = -0.3 if pair.is_elsewhere else -1.0  # another firm has said most of it already
            return Comparison(value, pair.claimed.account.bio[:80], pair.profile.person.title, _OTHER_LIFE)
    return None


FEATURES: tuple[Feature, ...] = (
    Feature("name", name, 8.0),
    Feature("organisation", organisation, 1.2),
    Feature("title", title, 1.0),
    Feature("someone_near", someone_near, 4.6),
    Feature("other_life", other_life, 2.4),
)
AGAINST = {"organisation": 3.8, "title": 2.4}
"""Where disagreement weighs another way than agreement."""
START = -4.0
"""Where the sum begins: nobody claims to be anybody until something says so."""
