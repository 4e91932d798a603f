"""The summary that goes with exported evidence: what the case says, or what the evidence alone tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from honnin.evidence.document import KIND_WORDS
from honnin.evidence.item import Item
from honnin.evidence.summary import AccountSeen, CaseSummary, Happening


class Summaries(Protocol):
    """What cases know about themselves."""

    def summary(self, folder: str) -> CaseSummary | None:
        """Return the summary of the case or report that the evidence of a folder is kept for."""
        ...


def plain_summary(folder: str, items: Sequence[Item]) -> CaseSummary:
    """Return what the evidence alone tells; all else is printed as not known."""
    accounts = {(item.source.platform, item.source.account): item for item in items if item.source.account}
    return CaseSummary(
        number=folder,
        title="",
        what="",
        accounts=tuple(
            AccountSeen(platform, account, url=item.source.url, first_seen=item.claimed_at)
            for (platform, account), item in accounts.items()
        ),
        timeline=tuple(
            Happening(
                item.claimed_at or item.captured_at,
                item.source.account or item.captured_by,
                " ".join(filter(None, (KIND_WORDS[item.kind], item.file_name))),
                item.kind.value,
                item.id,
            )
            for item in items
        ),
    )
