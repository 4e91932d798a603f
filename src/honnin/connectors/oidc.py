"""A provider of OpenID Connect: authorization code with PKCE, discovery, and keys that may change.

Nothing from there is believed before its signature, issuer, audience, times and nonce were checked. Redirects are not followed,
proxies and settings of the environment are not used, and what is read has a bound.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from honnin.app.single_sign_on import Identity, Provider, SingleSignOnError
from honnin.settings import is_private_endpoint

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"]
"""Signatures that only the provider can make; never ``none``, never a secret that we share."""
LARGEST_BODY = 256 * 1024
KNOWN_FOR = 3_600.0
KEYS_ASKED_AGAIN_AFTER = 30.0
CLOCKS_DIFFER = 120
TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class _Described:
    """What discovery says, and when it was asked."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    at: float


class OpenIdProvider(Provider):
    """One provider, shared by threads; ``trust`` replaces the certificates of the system."""

    def __init__(
        self, issuer: str, client_id: str, client_secret: str, *, name: str = "", trust: ssl.SSLContext | None = None
    ) -> None:
        if not is_private_endpoint(issuer):
            msg = "https, or http to this very machine"
            raise ValueError(msg)
        self._issuer, self._client_id, self._client_secret = issuer.rstrip("/"), client_id, client_secret
        self._name = name or urlsplit(issuer).hostname or ""
        self._trust = trust or httpx2.create_ssl_context(trust_env=False)
        self._lock = threading.Lock()
        self._described: _Described | None = None
        self._keys: tuple[KeySet, float] | None = None

    @property
    def name(self) -> str:
        return self._name

    def begin(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Return where to send the browser."""
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self._description().authorization_endpoint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def finish(self, code: str, *, redirect_uri: str, nonce: str, verifier: str, at: datetime) -> Identity:
        """Exchange the code, and check everything about what comes back."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": self._client_id,
        }
        answer = self._json("POST", self._description().token_endpoint, asked)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise SingleSignOnError("no id_token")
        claims = self._claims(token)
        self._check(claims, nonce, at)
        return Identity(self._issuer, claims["sub"], claims)

    def _claims(self, token: str) -> dict[str, Any]:
        """Read a token with the provider's keys, asking for them again where one is new."""
        asked_at = self._keys[1] if self._keys else None
        try:
            return jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            fresh = self._newer_keys(asked_at)
            if fresh is None:
                raise SingleSignOnError(f"id_token: {type(error).__name__}") from None
        try:
            return jwt.decode(token, fresh, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise SingleSignOnError(f"id_token: {type(error).__name__}") from None

    def _check(self, claims: Mapping[str, Any], nonce: str, at: datetime) -> None:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        now, expires, issued = at.timestamp(), claims.get("exp"), claims.get("iat")
        subject = claims.get("sub")
        checks = {
            "iss": str(claims.get("iss", "")).rstrip("/") == self._issuer,
            "aud": self._client_id in audiences,
            "azp": claims.get("azp", self._client_id) == self._client_id and (len(audiences) == 1 or "azp" in claims),
            "nonce": bool(nonce) and claims.get("nonce") == nonce,
            "sub": isinstance(subject, str) and 0 < len(subject) <= 255,
            "exp": isinstance(expires, int | float) and now < expires + CLOCKS_DIFFER,
            "iat": isinstance(issued, int | float) and issued - CLOCKS_DIFFER <= now,
            "nbf": not isinstance(claims.get("nbf"), int | float) or claims["nbf"] - CLOCKS_DIFFER <= now,
        }
        if wrong := [name for name, is_right in checks.items() if not is_right]:
            raise SingleSignOnError(f"id_token: {' '.join(wrong)}")

    def _description(self) -> _Described:
        found = self._described
        if found is not None and time.monotonic() - found.at < KNOWN_FOR:
            return found
        said = self._json("GET", f"{self._issuer}/.well-known/openid-configuration")
        if str(said.get("issuer", "")).rstrip("/") != self._issuer:
            raise SingleSignOnError("discovery: issuer")
        endpoints = [said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if not all(isinstance(each, str) and self._is_endpoint(each) for each in endpoints):
            raise SingleSignOnError("discovery: endpoints")
        authorization, token, keys = (str(each) for each in endpoints)
        self._described = found = _Described(authorization, token, keys, time.monotonic())
        return found

    def _is_endpoint(self, url: str) -> bool:
        return is_private_endpoint(url.partition("?")[0])

    def _key_set(self) -> KeySet:
        if self._keys is not None and time.monotonic() - self._keys[1] < KNOWN_FOR:
            return self._keys[0]
        return self._read_keys()

    def _newer_keys(self, asked_at: float | None) -> KeySet | None:
        """Ask for the keys once more, but not for every bad token anybody sends us."""
        with self._lock:
            if self._keys is None or asked_at is None:
                return None
            if self._keys[1] != asked_at:
                return self._keys[0]
            return self._read_keys() if time.monotonic() - asked_at > KEYS_ASKED_AGAIN_AFTER else None

    def _read_keys(self) -> KeySet:
        said = self._json("GET", self._description().jwks_uri)
        try:
            keys = KeySet.import_key_set({"keys": [key for key in said["keys"] if key.get("kty") != "oct"]})
        except (JoseError, ValueError, KeyError, TypeError, AttributeError):
            raise SingleSignOnError("jwks") from None
        self._keys = keys, time.monotonic()
        return keys

    def _json(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            with (
                httpx2.Client(verify=self._trust, trust_env=False, follow_redirects=False, timeout=TIMEOUT) as client,
                client.stream(
                    method,
                    url,
                    data=form,
                    auth=(self._client_id, self._client_secret) if form else None,
                    headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "honnin"},
                ) as response,
            ):
                found = json.loads(_body_of(response))
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, RecursionError) as error:
            raise SingleSignOnError(f"{urlsplit(url).path}: {type(error).__name__}") from None
        if not isinstance(found, dict):
            raise SingleSignOnError(f"{urlsplit(url).path}: no object")
        return found


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge of a verifier (RFC 7636, S256).

    >>> challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    """
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _body_of(response: httpx2.Response) -> bytes:
    if response.status_code != httpx2.codes.OK:
        raise SingleSignOnError(f"status {response.status_code}")
    body, deadline = bytearray(), time.monotonic() + TIMEOUT
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > LARGEST_BODY or time.monotonic() > deadline:
            raise SingleSignOnError("too much, or too slow")
    return bytes(body)
