"""The calibrated probability of fraud: a sum of weights, each of which can be read.

Every alarming fact can only raise the score. The few facts that may lower it are listed in ``SOFTENING``. Weights are fitted by
``honnin fit`` on the corpora and the rows written for training;
``data/score.json`` says when and on what.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from math import exp

from honnin.model import Evidence, Facts

NO_ROUTE = "page:no_route"
SOFTENING = frozenset(
    {
        "act:already_done",
        "act:warn_about_fraud",
        "act:invites_check",
        "trust:known_account",
        "known:person",
        "known:checked",
        "known:long",
        "answers:account",
        NO_ROUTE,
    }
)
"""Facts that may speak against fraud: reports of what is done, warnings, a known account, an answer to our own question."""

CLAIMS = frozenset(
    f"act:{name}"
    for name in (
        "claim_account_problem", "claim_suspicious_login", "claim_missed_delivery", "claim_refund",
        "claim_mailbox_full", "claim_hacked", "claim_investigation", "claim_incoming_payment", "new_account_story", "offer_prize",
    )
)  # fmt: skip
OFFERS = frozenset(
    f"act:{name}"
    for name in ("offer_money", "offer_deal", "offer_loan", "offer_job", "offer_recovery", "stranger_introduction")
)
PRESSURES = frozenset(f"pressure:{name}" for name in ("urgency", "deadline", "secrecy", "isolation", "threat"))
MONEY = frozenset(
    {
        "act:ask_transfer",
        "act:ask_gift_card",
        "act:give_account",
        "act:change_account",
        "act:ask_balance",
        "act:claim_incoming_payment",
    }
)
PAGE_STORIES = frozenset(
    {"act:claim_account_problem", "act:claim_payment_problem", "act:ask_update_details", "act:ask_login"}
)
ROUTES = frozenset(
    {
        "link:any",
        "act:ask_click",
        "act:ask_call",
        "act:ask_open_file",
        "act:ask_credentials",
        "act:ask_code",
        "act:ask_personal_data",
        "act:ask_reply_private",
        "entity:phone",
        "entity:email",
        "entity:url",
    }
)
"""Ways on which a message leads the reader; one that names none leaves them to the way they always took."""
HUSHING = frozenset({"pressure:secrecy", "pressure:isolation", "act:ask_keep_others_out", "act:excuse_no_call"})
SECRETS = frozenset({"act:ask_code", "act:ask_credentials", "act:ask_gift_card", "act:ask_install"})
NEWNESS = frozenset({"relation:new", "relation:first_message"})
OTHER_HAND = frozenset({"manner:broken", "destination:new"})
RESEMBLANCE_LIMIT = 4.0  # log-odds: one voice among many
CONFIRMED, CONFIRMED_AT_LEAST = "copy:confirmed_fraud", 1.7
"""In log-odds: what somebody made sure of is fraud five times in six when it comes again, however harmless its words are.

Set by judgement, since no row can tell what a site has confirmed; the sixth is an honest notice that fraud was copied from.
"""


@dataclass(frozen=True)
class Score:
    """``weights`` in log-odds by feature; ``resemblance`` weighs the log-odds of the learned part."""

    weights: Mapping[str, float]
    bias: float
    resemblance: float

    @classmethod
    def load(cls) -> Score:
        """Return the fitted score shipped with the package."""
        data = json.loads(files("honnin.screening").joinpath("data", "score.json").read_text(encoding="utf-8"))
        return cls({**data["fitted"], **data["judged"]}, data["bias"], data["resemblance"])

    def logit(self, facts: Facts) -> float:
        """Return the log-odds of fraud."""
        weigh = self.weights.get
        total = self.bias + self.resemblance * bounded(facts.numbers.get("resemblance", 0.0))
        for atom in said(facts):
            total += weigh(atom, 0.0)
        for name, value in together(facts):
            total += weigh(name, 0.0) * value
        return max(total, CONFIRMED_AT_LEAST) if CONFIRMED in facts.atoms else total

    def heaviest(self, facts: Facts) -> Evidence | None:
        """Return the words of the act, claim or link that weighs most, or None where no words weigh."""
        spoken = [
            (self.weights.get(atom, 0.0), atom) for atom, found in facts.atoms.items() if found and found[0].quote
        ]
        weight, atom = max(spoken, default=(0.0, ""))
        return facts.atoms[atom][0] if weight > 0 else None

    def probability(self, facts: Facts) -> float:
        """Return the probability of fraud, 0..1, at the share of fraud of the corpora it was fitted on.

        >>> Score({"act:ask_code": 2.0}, bias=-2.0, resemblance=0.0).probability(Facts({"act:ask_code": ()}))
        0.5
        """
        return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, self.logit(facts)))))


def bounded(resemblance: float) -> float:
    return max(-RESEMBLANCE_LIMIT, min(RESEMBLANCE_LIMIT, resemblance))


def features(facts: Facts) -> Iterator[tuple[str, float]]:
    """Yield (feature, value): every atom as 1, and how many asks, claims, offers and pressures come together."""
    for atom in said(facts):
        yield atom, 1.0
    yield from together(facts)


def said(facts: Facts) -> Iterator[str]:
    """Yield the atoms that are weighed: that somebody known writes for the first time is no news."""
    if "trust:known_account" not in facts.atoms:
        return iter(facts.atoms)
    return (atom for atom in facts.atoms if atom not in NEWNESS)


def together(facts: Facts) -> Iterator[tuple[str, float]]:
    """Yield what several facts say together beyond what each says by itself."""
    atoms = facts.atoms.keys()
    asks = len([atom for atom in atoms if atom.startswith(("act:ask_", "act:move_"))])
    claims = len(atoms & CLAIMS)
    offers = len(atoms & OFFERS)
    pressures = len(atoms & PRESSURES)
    for theme in ("letter", "account", "prize", "order", "boss"):
        strength = int(facts.numbers.get(f"theme_{theme}", 0.0))
        for step in range(2, min(strength, 7) + 1):
            yield f"theme:{theme}>={step}", 1.0
    yield "sum:asks", min(asks, 4) / 4
    yield "sum:claims", min(claims, 3) / 3
    yield "sum:offers", min(offers, 3) / 3
    yield "both:claim_and_ask", float(bool(claims and asks))
    yield "both:ask_and_pressure", float(bool(asks and pressures))
    yield "both:claim_and_pressure", float(bool(claims and pressures))
    yield "both:offer_and_ask", float(bool(offers and asks))
    yield "both:probe_and_money", float("act:probe" in atoms and bool(atoms & MONEY))
    yield "both:link_and_claim", float(bool(claims and "link:any" in atoms))
    yield NO_ROUTE, float(bool(atoms & PAGE_STORIES) and not atoms & ROUTES)
    if "trust:known_account" in atoms:
        yield "known:person", float("identity:verified" in atoms)
        yield "known:checked", float("relation:verified" in atoms)
        yield "known:long", float("relation:established" in atoms)
        yield "known:secret_asked", float(bool(atoms & SECRETS))
        yield "known:money_and_hush", float(bool(atoms & MONEY and atoms & HUSHING))
        yield "known:money_and_other_hand", float(bool(atoms & MONEY and atoms & OTHER_HAND))
    elif "relation:new" in atoms or "identity:claims_known_person" in atoms:
        yield "stranger:asks", float(bool(asks))
        yield "stranger:hushes", float(bool(atoms & HUSHING))
