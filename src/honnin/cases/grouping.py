"""Which case something that came in belongs to: by account, by exact marks, or because the words are near copies.

A case is compared by its profile: the marks of all its entries, and the sketches of the few that are unlike each other, so that
a script stays known however it is turned from one victim to the next. A wave of four hundred reports becomes one case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from honnin.cases.entry import Entry
from honnin.cases.sketch import total
from honnin.model import Text

TEXT_KEYS = 16
"""Numbers of a sketch by which cases that may be alike are found; then they are compared in full."""
MOST_SAMPLES = 24
"""How many sketches of a case are kept for comparing."""
SEEN = 0.8
"""A text whose groups stand in the case's sketches to this share adds nothing to them."""

ALIKE = 0.42
"""How alike a text must be to the samples nearest to it. Measured with ``bench/desk_bench.py``."""
ALIKE_WITH_OTHER_MARK = 0.6
"""The same for a text that names an account or a destination which the case does not know."""
NEAREST = 4
"""Over so many samples is the likeness averaged, where a case has them."""
FEWEST_SHARED = 12
"""The least weight two texts must have in common, however short they are."""
WITH_A_MARK = 0.15
"""How alike the words must be where a weak mark (a phone number, an address in the text) is the same."""
FEW = 3
"""A case of so few samples is looked at again when a larger one turns out to be like it."""
ONE_CASE = 0.48
"""How alike the samples of two cases must be, each way and on average, for the two to be one."""
RATHER = 0.12
"""By how much the words must be nearer to another case to be believed more than an account or a destination."""

STRONG = ("account:", "bank:", "line:")
WEAK = ("phone:", "mail:")


@dataclass(frozen=True, slots=True)
class Profile:
    """A case as it is compared: the exact marks of its entries, and the sketches of those that are unlike each other."""

    case: str
    keys: frozenset[str] = frozenset()
    samples: tuple[frozenset[int], ...] = ()

    def with_entry(self, entry: Entry) -> Profile:
        """Return the profile once the entry belongs to the case."""
        return replace(self, keys=self.keys.union(entry.keys), samples=grown(self.samples, entry.sketch))


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties an entry to a case: how strongly, and in words."""

    case: str
    strength: float
    why: Text


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an entry belongs: the case it joins ("" where it opens one), and others it is tied to as well."""

    joins: str
    why: Text
    also: tuple[Tie, ...] = ()
    bridges: tuple[str, ...] = ()
    """Those of them that are one case with the joined one."""


ALONE = Text("似た案件はまだありません。", "No case is like it yet.")
SAME_MARK = Text("同じ連絡先や宛先が出てきます。", "The same contact or destination appears.")
SAME_ACCOUNT = Text("同じアカウントです。", "It is the same account.")
SAME_BANK = Text("同じ振込先です。", "It is the same destination account.")
SAME_WORDS = Text("文面がよく似ています。", "The words are much alike.")


def text_keys(sketch: Sequence[int]) -> tuple[str, ...]:
    """Return the keys by which a sketch is looked up."""
    return tuple(f"t:{number:08x}" for number in sketch[:TEXT_KEYS])


def grown(samples: tuple[frozenset[int], ...], sketch: Iterable[int]) -> tuple[frozenset[int], ...]:
    """Return the samples with one more, where it says something that they do not say yet."""
    new = frozenset(sketch)
    if not new or len(samples) >= MOST_SAMPLES:
        return samples
    nearest = max((total(sample & new) for sample in samples), default=0)
    return samples if nearest >= SEEN * total(new) else (*samples, new)


def resemblance(sketch: tuple[int, ...], profile: Profile) -> float:
    """Return how alike a text is to the samples of a case that are most like it; one odd sample does not speak for a wave."""
    if not sketch or not profile.samples:
        return 0.0
    shared = sorted((total(sample.intersection(sketch)) for sample in profile.samples), reverse=True)[:NEAREST]
    return sum(met for met in shared if met >= FEWEST_SHARED) / len(shared) / total(sketch)


def tie(entry: Entry, profile: Profile) -> Tie | None:
    """Say what ties the entry to the case, None where nothing does."""
    shared = profile.keys.intersection(entry.keys)
    strong = sorted(key for key in shared if key.startswith(STRONG))
    alike = resemblance(entry.sketch, profile)
    if strong:
        why = SAME_ACCOUNT if any(key.startswith("account:") for key in strong) else SAME_BANK
        return Tie(profile.case, 2.0 + len(strong) - 1 + alike, why)
    if any(key.startswith(WEAK) for key in shared) and alike >= WITH_A_MARK:
        return Tie(profile.case, 1.0 + alike, SAME_MARK)
    # Who names an account or a destination that is not known yet must be more alike, or it would tie others to the case too.
    needed = ALIKE_WITH_OTHER_MARK if any(key.startswith(STRONG) for key in entry.keys) else ALIKE
    return Tie(profile.case, alike, SAME_WORDS) if alike >= needed else None


def place(entry: Entry, profiles: Iterable[Profile]) -> Placement:
    """Say where the entry belongs among the cases it may be like, and which of them are one case after all."""
    known = {profile.case: profile for profile in profiles}
    ties = sorted(
        (found for profile in known.values() if (found := tie(entry, profile)) is not None),
        key=lambda found: (-found.strength, found.case),
    )
    if not ties:
        return Placement("", ALONE)
    best = _nearest(entry, ties, known)
    others = tuple(found for found in ties if found is not best)
    grown_case = known[best.case].with_entry(entry)
    bridges = tuple(
        each.case
        for each in others
        if are_one(known[each.case], grown_case) or belongs_to(known[each.case], grown_case)
    )
    return Placement(best.case, best.why, others, bridges)


def _nearest(entry: Entry, ties: Sequence[Tie], known: Mapping[str, Profile]) -> Tie:
    """Return the tie to follow: the strongest, unless what is written clearly tells another case's story.

    A mark may have come into a case by one report that was put there for its words alone; it must not draw all others after it.
    """
    alike = {found.case: resemblance(entry.sketch, known[found.case]) for found in ties}
    told = max(ties, key=lambda found: alike[found.case])
    is_clear = alike[told.case] >= max(ALIKE_WITH_OTHER_MARK, alike[ties[0].case] + RATHER)
    return told if is_clear else ties[0]


def are_one(one: Profile, other: Profile) -> bool:
    """Tell whether two cases are one: by all that is kept of both, never by the one report that met them."""
    return min(_likeness(one, other), _likeness(other, one)) >= ONE_CASE


def _likeness(one: Profile, other: Profile) -> float:
    """Return how alike the samples of one case are to another case, on average."""
    alike = [resemblance(tuple(sample), other) for sample in one.samples]
    return sum(alike) / len(alike) if alike else 0.0


def belongs_to(small: Profile, large: Profile) -> bool:
    """Tell whether a case of few entries would join the larger one if it came in now, when more of the script is known."""
    if not 0 < len(small.samples) <= FEW or len(large.samples) < NEAREST:
        return False
    marks = any(key.startswith(STRONG) for key in small.keys - large.keys)
    needed = ALIKE_WITH_OTHER_MARK if marks else ALIKE
    return all(resemblance(tuple(sample), large) >= needed for sample in small.samples)


@dataclass
class Grouper:
    """Groups in memory what comes in one after the other: for measuring, and for looking through a file."""

    profiles: dict[str, Profile] = field(default_factory=dict)
    by_key: dict[str, set[str]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)

    def add(self, entry: Entry) -> str:
        """Return the case the entry was put into."""
        near = {case for key in lookup_keys(entry) for case in self.by_key.get(key, ())}
        placement = place(entry, (self.profiles[case] for case in sorted(near)))
        case = placement.joins or entry.id
        profile = self.profiles.get(case, Profile(case)).with_entry(entry)
        for other in placement.bridges:
            gone = self.profiles.pop(other)
            for key in profile_keys(gone):
                self.by_key[key].discard(other)
            profile = joined(profile, gone)
            self.merged[other] = case
        self.profiles[case] = profile
        for key in profile_keys(profile):
            self.by_key.setdefault(key, set()).add(case)
        return case

    def case_of(self, case: str) -> str:
        """Return the case into which one was merged in the end."""
        while case in self.merged:
            case = self.merged[case]
        return case


def lookup_keys(entry: Entry) -> tuple[str, ...]:
    """Return the keys by which cases are found that the entry may belong to."""
    return (*entry.keys, *text_keys(entry.sketch))


def profile_keys(profile: Profile) -> frozenset[str]:
    """Return the keys under which a case can be found."""
    return profile.keys.union(key for sample in profile.samples for key in text_keys(sorted(sample)))


def joined(one: Profile, other: Profile) -> Profile:
    """Return the profile of two cases that became one."""
    samples = one.samples
    for sample in other.samples:
        samples = grown(samples, sample)
    return Profile(one.case, one.keys | other.keys, samples)


def pairwise_f1(truth: Mapping[str, str], found: Mapping[str, str]) -> tuple[float, float, float]:
    """Return precision, recall and F1 over all pairs: were two that belong together put together, and no others?

    >>> pairwise_f1({"a": "1", "b": "1", "c": "2"}, {"a": "x", "b": "x", "c": "x"})
    (0.3333333333333333, 1.0, 0.5)
    """
    both: dict[tuple[str, str], int] = {}
    real: dict[str, int] = {}
    made: dict[str, int] = {}
    for name, wave in truth.items():
        case = found[name]
        both[wave, case] = both.get((wave, case), 0) + 1
        real[wave] = real.get(wave, 0) + 1
        made[case] = made.get(case, 0) + 1
    right, wanted, given = _pairs(both.values()), _pairs(real.values()), _pairs(made.values())
    precision = right / given if given else 1.0
    recall = right / wanted if wanted else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, f1


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)
