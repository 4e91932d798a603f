"""Heads of the log as they are written down outside of the machine, and compared with the log later."""

from __future__ import annotations

import base64
import binascii
import json

from honnin.app.locker import Locker
from honnin.errors import HonninError
from honnin.evidence.bundle import Timestamp
from honnin.evidence.merkle import verify_consistency
from honnin.evidence.signing import SignedHead, TreeHead
from honnin.model import Text

NO_HEAD = Text(
    "先頭値として読めません。表示されたままのファイルを指定してください。", "Not a head. Name it as it was printed."
)


def written_head(head: SignedHead, timestamp: Timestamp | None = None) -> str:
    """Write a head as one line of JSON: the signed bytes, the signature, and the timestamp where there is one."""
    row = {
        "head": json.loads(head.head.written()),
        "signature": base64.b64encode(head.signature).decode(),
        **({"timestamp": base64.b64encode(timestamp.token).decode()} if timestamp else {}),
    }
    return json.dumps(row, ensure_ascii=False)


def read_head(data: bytes) -> SignedHead:
    """Read what ``written_head`` wrote."""
    try:
        row = json.loads(data)
        return SignedHead(TreeHead.read(row["head"]), base64.b64decode(row["signature"], validate=True))
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        raise HonninError(NO_HEAD) from None


def only_grew(locker: Locker, old: SignedHead, new: SignedHead) -> bool:
    """Tell whether the old head is ours and the log has only added to it."""
    if not old.is_by(locker.key.public):
        return False
    size, later = old.head.size, new.head.size
    if size == 0:
        return True
    if size > later:
        return False
    proof = locker.store.consistency(size, later)
    return verify_consistency(size, later, bytes.fromhex(old.head.root), bytes.fromhex(new.head.root), proof)
