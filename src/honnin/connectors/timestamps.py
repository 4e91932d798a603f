"""A timestamp authority (RFC 3161) that the operator chose. What it answers counts only after it was checked."""

from __future__ import annotations

import time
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import httpx2
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from honnin.app.locker import NoTimestampError
from honnin.errors import HonninError
from honnin.evidence.bundle import Timestamp
from honnin.evidence.verifier import MANIFEST, TIMESTAMP, Result, read_path
from honnin.model import Text

LARGEST_ANSWER = 64 * 1024
PATIENCE = 10.0

NO_ANSWER = Text(
    "タイムスタンプ局から応答がありませんでした。タイムスタンプなしで書き出しました。",
    "The timestamp authority did not answer; exported without a timestamp.",
)
WRONG_ANSWER = Text(
    "タイムスタンプ局の応答が正しくありません。HONNIN_TIMESTAMP_CA の証明書を確かめてください。タイムスタンプなしで書き出しました。",
    "The answer of the timestamp authority is not right; check the certificates of HONNIN_TIMESTAMP_CA. Exported without a timestamp.",
)


def read_roots(pem: bytes) -> list[x509.Certificate]:
    """Read the certificates that the operator trusts for timestamps."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise HonninError(
            Text(
                "HONNIN_TIMESTAMP_CA のファイルに証明書がありません。",
                "There is no certificate in the file of HONNIN_TIMESTAMP_CA.",
            )
        ) from None


class TimestampAuthority:
    """Asks over HTTP; ``roots`` is a PEM with the certificates that its answers have to lead to."""

    def __init__(self, url: str, roots: bytes, *, transport: httpx2.BaseTransport | None = None) -> None:
        self._url, self._chain, self._roots, self._transport = url, roots, read_roots(roots), transport

    @classmethod
    def from_file(cls, url: str, roots: Path) -> TimestampAuthority:
        try:
            return cls(url, roots.read_bytes())
        except OSError:
            raise HonninError(
                Text("HONNIN_TIMESTAMP_CA のファイルを読めません。", "The file of HONNIN_TIMESTAMP_CA cannot be read.")
            ) from None

    def stamp(self, data: bytes) -> Timestamp:
        """Return a timestamp over these bytes, checked against what we asked for and whom we trust."""
        request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True).build()
        answer = self._ask(request.as_bytes())
        try:
            response = decode_timestamp_response(answer)
            _check(VerifierBuilder.from_request(request), self._roots, response, data)
        except (ValueError, VerificationError):
            raise NoTimestampError(WRONG_ANSWER) from None
        return Timestamp(answer, self._chain)

    def _ask(self, query: bytes) -> bytes:
        headers = {"content-type": "application/timestamp-query", "accept-encoding": "identity"}
        until, parts, size = time.monotonic() + PATIENCE, [], 0
        try:
            with (
                httpx2.Client(timeout=PATIENCE, trust_env=False, transport=self._transport) as client,
                client.stream("POST", self._url, content=query, headers=headers) as response,
            ):
                if response.status_code != httpx2.codes.OK:
                    raise NoTimestampError(NO_ANSWER)
                for part in response.iter_raw():
                    parts.append(part)
                    size += len(part)
                    if size > LARGEST_ANSWER or time.monotonic() > until:
                        raise NoTimestampError(NO_ANSWER)
        except httpx2.HTTPError:
            raise NoTimestampError(NO_ANSWER) from None
        return b"".join(parts)


def _check(builder: VerifierBuilder, roots: list[x509.Certificate], response: TimeStampResponse, data: bytes) -> None:
    for root in roots:
        builder = builder.add_root_certificate(root)
    builder.build().verify(response, sha256(data).digest())


def stamped_at(token: bytes, data: bytes, roots: bytes) -> datetime | None:
    """Return when these bytes were stamped; None where it is no timestamp of them that leads to one of these roots."""
    try:
        response = decode_timestamp_response(token)
        _check(VerifierBuilder(), read_roots(roots), response, data)
    except (ValueError, VerificationError, HonninError):
        return None
    return response.tst_info.gen_time


def stamped_bundle(bundle: Path, roots: bytes) -> datetime | None:
    """Return when the list of a bundle was stamped, None where it was not, or not by one of these roots."""
    files = read_path(bundle, Result())
    token, manifest = files.get(TIMESTAMP), files.get(MANIFEST)
    if token is None or manifest is None or token.data is None or manifest.data is None:
        return None
    return stamped_at(token.data, manifest.data, roots)
