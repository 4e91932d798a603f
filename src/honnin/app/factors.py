"""What is shown beside a password: a passkey, a code of an authenticator, or one of the recovery codes."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import pyotp
import segno
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from honnin.app.credentials import CredentialStore, Passkey
from honnin.app.passwords import digest
from honnin.app.vault import Vault

SITE = "Honnin"
STEP_LASTS = timedelta(minutes=10)
CODE_SECONDS = 30
CODES_AROUND = (0, -1, 1)
"""Clocks differ: the code of now, the one before and the one after are taken."""
RECOVERY_CODES = 10
LONGEST_ANSWER = 20_000
_TOTP, _NEW_PASSKEY, _PASSKEY = "totp", "new-passkey", "passkey"


@dataclass(frozen=True, slots=True)
class Place:
    """Where passkeys are asked for: the host they belong to, and the origin the browser reports."""

    host: str
    origin: str


@dataclass(frozen=True, slots=True)
class TotpOffer:
    """A seed that is not kept yet: ``step`` confirms it, ``qr`` is an image as data, ``seed`` the same to type."""

    step: str
    seed: str
    qr: str


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What a browser is asked to do with a passkey, as JSON, and the step that takes the answer."""

    step: str
    options: str


class SecondFactors:
    """Sets up and checks what people show beside a password."""

    def __init__(
        self, store: CredentialStore, vault: Vault, now: Callable[[], datetime], new_token: Callable[[], str]
    ) -> None:
        self._store = store
        self._vault = vault
        self._now = now
        self._new_token = new_token

    # An authenticator that shows codes

    def offer_totp(self, user: str) -> TotpOffer:
        """Draw a seed for the user's authenticator; nothing counts before a code confirms it."""
        seed = base64.b32encode(sha256(self._new_token().encode()).digest()[:20]).decode()
        return _offer(self._begin(_TOTP, {"user": user, "seed": self._closed(seed, user)}), user, seed)

    def offered_again(self, user: str, step: str) -> TotpOffer | None:
        """Return the same offer, where the code was mistyped."""
        found = self._pending(_TOTP, step, user)
        return _offer(step, user, self._opened(found["seed"], user)) if found else None

    def confirm_totp(self, user: str, step: str, code: str) -> bool:
        """Keep the seed once its authenticator has shown a right code."""
        found = self._pending(_TOTP, step, user)
        at = self._step_of(self._opened(found["seed"], user), code) if found else None
        if found is None or at is None or not self._store.finish(digest(step)):
            return False
        self._store.set_totp(user, found["seed"])
        return self._store.use_totp_step(user, at)

    def is_code(self, user: str, code: str) -> bool:
        """Tell whether this is the code of now; each one counts once."""
        closed = self._store.totp(user)
        at = self._step_of(self._opened(closed, user), code) if closed else None
        return at is not None and self._store.use_totp_step(user, at)

    def _step_of(self, seed: str, code: str) -> int | None:
        given = "".join(code.split()).encode("utf-8", "replace")
        now = int(self._now().timestamp()) // CODE_SECONDS
        totp = pyotp.TOTP(seed)
        right = [now + around for around in CODES_AROUND]
        return next((at for at in right if hmac.compare_digest(totp.generate_otp(at).encode(), given)), None)

    def _closed(self, seed: str, user: str) -> str:
        return base64.b64encode(self._vault.close(seed.encode(), _TOTP, user)).decode()

    def _opened(self, closed: str, user: str) -> str:
        return self._vault.open(base64.b64decode(closed), _TOTP, user).decode()

    # Recovery codes

    def new_recovery_codes(self, user: str) -> tuple[str, ...]:
        """Draw new codes in place of all the old ones. They can be read now and never again."""
        drawn = [
            base64.b32encode(sha256(self._new_token().encode()).digest())[:10].decode().lower()
            for _ in range(RECOVERY_CODES)
        ]
        self._store.set_recovery_codes(user, [self._hashed(user, code) for code in drawn])
        return tuple(f"{code[:5]}-{code[5:]}" for code in drawn)

    def use_recovery_code(self, user: str, code: str) -> bool:
        plain = "".join(letter for letter in code.lower() if letter.isalnum())[:100]
        return self._store.use_recovery_code(user, self._hashed(user, plain), at=self._now())

    def _hashed(self, user: str, code: str) -> str:
        """A copy of the database alone does not tell which codes are right, short as they are."""
        said = f"{user}:{code}".encode("utf-8", "replace")
        return hmac.new(self._vault.key_for("recovery"), said, sha256).hexdigest()

    # Passkeys

    def offer_passkey(self, user: str, place: Place) -> Ceremony:
        """Ask the browser to make a passkey that can also stand alone."""
        handle = self._store.handle(user, bytes_to_base64url(sha256(self._new_token().encode()).digest()))
        challenge = self._challenge()
        options = webauthn.generate_registration_options(
            rp_id=place.host,
            rp_name=SITE,
            user_name=user,
            user_id=base64url_to_bytes(handle),
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
            ),
            exclude_credentials=self._known(user),
        )
        step = self._begin(_NEW_PASSKEY, {"user": user, "challenge": bytes_to_base64url(challenge)})
        return Ceremony(step, options_to_json(options))

    def keep_passkey(self, user: str, step: str, answer: str, name: str, place: Place) -> bool:
        """Keep the passkey the browser has made."""
        found = self._pending(_NEW_PASSKEY, step, user)
        if found is None or len(answer) > LONGEST_ANSWER or not self._store.finish(digest(step)):
            return False
        try:
            made = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=base64url_to_bytes(found["challenge"]),
                expected_rp_id=place.host,
                expected_origin=place.origin,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError):
            return False
        key_id = bytes_to_base64url(made.credential_id)
        return self._store.add_passkey(
            Passkey(key_id, user, made.credential_public_key, made.sign_count, name, self._now())
        )

    def ask_passkey(self, place: Place, visitor: str, user: str = "") -> Ceremony:
        """Ask for a passkey of the user, or, before anybody said who they are, for any that can stand alone."""
        challenge = self._challenge()
        options = webauthn.generate_authentication_options(
            rp_id=place.host,
            challenge=challenge,
            allow_credentials=self._known(user) if user else [],
            user_verification=(UserVerificationRequirement.PREFERRED if user else UserVerificationRequirement.REQUIRED),
        )
        kept = {"user": user, "visitor": digest(visitor), "challenge": bytes_to_base64url(challenge)}
        return Ceremony(self._begin(_PASSKEY, kept), options_to_json(options))

    def passkey_shown(self, step: str, answer: str, place: Place, visitor: str, user: str = "") -> str | None:
        """Return whose passkey was shown, None where none of ours was. A challenge takes one answer."""
        found = self._pending(_PASSKEY, step, user)
        if found is None or found["visitor"] != digest(visitor) or not self._store.finish(digest(step)):
            return None
        known = self._store.passkey(_id_of(answer))
        if known is None or (user and known.user != user):
            return None
        try:
            shown = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=base64url_to_bytes(found["challenge"]),
                expected_rp_id=place.host,
                expected_origin=place.origin,
                credential_public_key=known.public_key,
                credential_current_sign_count=known.sign_count,
                require_user_verification=not user,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError):
            return None
        self._store.used_passkey(known.id, sign_count=shown.new_sign_count, at=self._now())
        return known.user

    def _known(self, user: str) -> list[PublicKeyCredentialDescriptor]:
        return [PublicKeyCredentialDescriptor(base64url_to_bytes(key.id)) for key in self._store.passkeys(user)]

    def _challenge(self) -> bytes:
        return sha256(self._new_token().encode()).digest()

    # Steps between two pages

    def _begin(self, kind: str, data: dict[str, str]) -> str:
        token, now = self._new_token(), self._now()
        self._store.begin(digest(token), kind, json.dumps(data), at=now, until=now + STEP_LASTS)
        return token

    def _pending(self, kind: str, step: str, user: str) -> dict[str, str] | None:
        kept = self._store.pending(digest(step), kind, at=self._now())
        found: dict[str, str] | None = json.loads(kept) if kept else None
        return found if found and found["user"] == user else None


def _offer(step: str, user: str, seed: str) -> TotpOffer:
    uri = pyotp.TOTP(seed, name=user, issuer=SITE).provisioning_uri()
    return TotpOffer(step, seed, segno.make(uri, error="m").svg_data_uri(scale=5, border=2, dark="#000", light="#fff"))


def _id_of(answer: str) -> str:
    """Return which passkey an answer is from, "" where it is none."""
    try:
        value = json.loads(answer[:LONGEST_ANSWER])
    except (ValueError, RecursionError):
        return ""
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
