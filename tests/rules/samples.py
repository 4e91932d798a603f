"""Small packs and facts for the tests of the engine."""

from pathlib import Path

from honnin.model import Evidence, Facts

RULE = """\
pack: {id: demo}
rules:
  - id: payment-from-new-contact
    title: {ja: 新しい相手からの振込依頼, en: Payment asked by a new contact}
    severity: high
    state: live
    attack_types: [payment_diversion]
    tactics: [transfer_request]
    when: {all: [act:ask_transfer, relation:new]}
    reason: {ja: お手元の番号で本人に確かめてください。, en: Call them on a number you already had.}
    fires_on:
      - {text: 振込をお願いします。, contact_days: 0}
      - {text: Please pay this today., contact_days: 1}
    silent_on:
      - {text: 会議は三時です。}
      - {text: See you at three.}
"""


def write(folder: Path, **texts: str) -> Path:
    """Write each text as a file of a pack and return the folder."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def rule(when: str, *, rule_id: str = "r", state: str = "live", severity: str = "low", more: str = "") -> str:
    """One rule as an entry of ``rules:``."""
    return f"""\
  - id: {rule_id}
    title: {{ja: 題, en: title}}
    severity: {severity}
    state: {state}
    attack_types: [evasion]
    tactics: [urgency]
    when: {when}
    reason: {{ja: 確かめてください。, en: Please check.}}
    fires_on: [{{text: a}}, {{text: b}}]
    silent_on: [{{text: c}}, {{text: d}}]
{more}"""


def pack_of(*rules: str, conditions: str = "", pack_id: str = "demo") -> str:
    """A whole pack in one text."""
    return (
        f"pack: {{id: {pack_id}}}\n"
        + (f"conditions:\n{conditions}" if conditions else "")
        + "rules:\n"
        + "".join(rules)
    )


def facts(*atoms: str, unknown: tuple[str, ...] = (), **numbers: float) -> Facts:
    """Facts that hold without words."""
    return Facts(dict.fromkeys(atoms, ()), numbers, frozenset(unknown))


def said(quote: str, turn: int = 0, start: int = 0) -> tuple[Evidence, ...]:
    return (Evidence(quote, turn, start, start + len(quote)),)
