"""One-time links, half-done sign-ins, second factors, and accounts at a provider of single sign-on."""

from __future__ import annotations

import base64
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from honnin.app.access import roles_from
from honnin.app.credentials import Invitation, Passkey, Purpose
from honnin.store.database import Database, kept
from honnin.store.schema_accounts import invitations, oidc_identities, passkeys, recovery_codes, steps, users

LONGEST_NAME = 200
LONGEST_PASSKEY_ID = 1_500


class SqlCredentialStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add_invitation(self, invitation: Invitation, token_hash: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                invitations.insert().values(
                    id=invitation.id,
                    token_hash=token_hash,
                    purpose=invitation.purpose.value,
                    user_name=kept(invitation.user, LONGEST_NAME),
                    roles=" ".join(sorted(invitation.roles)),
                    created_by=kept(invitation.created_by, LONGEST_NAME),
                    created_at=invitation.created_at,
                    expires_at=invitation.expires_at,
                )
            )

    def invitation(self, token_hash: str, *, at: datetime) -> Invitation | None:
        """Return a link that can still be used."""
        wanted = select(invitations).where(
            invitations.c.token_hash == token_hash, invitations.c.used_at.is_(None), invitations.c.expires_at > at
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        return _invitation(row) if row else None

    def open_invitations(self, *, at: datetime) -> tuple[Invitation, ...]:
        wanted = select(invitations).where(invitations.c.used_at.is_(None), invitations.c.expires_at > at)
        with self._database.reading() as connection:
            return tuple(_invitation(row) for row in connection.execute(wanted.order_by(invitations.c.created_at)))

    def use_invitation(self, invitation_id: str, *, at: datetime) -> bool:
        """Use a link up, or take it back; False where somebody was quicker or it is over."""
        change = update(invitations).where(
            invitations.c.id == kept(invitation_id, 40),
            invitations.c.used_at.is_(None),
            invitations.c.expires_at > at,
        )
        with self._database.transaction() as connection:
            return connection.execute(change.values(used_at=at)).rowcount > 0

    def begin(self, token_hash: str, kind: str, data: str, *, at: datetime, until: datetime) -> None:
        """Keep something half done for a while."""
        with self._database.transaction() as connection:
            connection.execute(delete(steps).where(steps.c.expires_at <= at))
            connection.execute(steps.insert().values(token_hash=token_hash, kind=kind, data=data, expires_at=until))

    def pending(self, token_hash: str, kind: str, *, at: datetime) -> str | None:
        wanted = select(steps.c.data).where(
            steps.c.token_hash == token_hash, steps.c.kind == kind, steps.c.expires_at > at
        )
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar()

    def finish(self, token_hash: str) -> bool:
        """Let it be over; only one caller gets True."""
        with self._database.transaction() as connection:
            return connection.execute(delete(steps).where(steps.c.token_hash == token_hash)).rowcount > 0

    def totp(self, user: str) -> str:
        """Return the closed seed, "" where there is none."""
        return str(self._of_user(user, users.c.totp) or "")

    def set_totp(self, user: str, closed: str) -> None:
        self._change(user, totp=closed, totp_step=0)

    def use_totp_step(self, user: str, step: int) -> bool:
        """Note that the code of this time was used; False where it, or a later one, was used before."""
        change = update(users).where(users.c.name == kept(user, LONGEST_NAME), users.c.totp_step < step)
        with self._database.transaction() as connection:
            return connection.execute(change.values(totp_step=step)).rowcount > 0

    def handle(self, user: str, new: str) -> str:
        """Return what passkeys know the user by; ``new`` where there was nothing yet."""
        with self._database.transaction(locks=[f"user:{user}"]):
            found = str(self._of_user(user, users.c.handle) or "")
            if not found:
                self._change(user, handle=new)
            return found or new

    def _of_user(self, user: str, column: Any) -> Any:
        with self._database.reading() as connection:
            return connection.execute(select(column).where(users.c.name == kept(user, LONGEST_NAME))).scalar()

    def _change(self, user: str, **values: Any) -> None:
        with self._database.transaction() as connection:
            connection.execute(update(users).where(users.c.name == kept(user, LONGEST_NAME)).values(**values))

    def add_passkey(self, passkey: Passkey) -> bool:
        """Keep a new passkey; False where it is kept already, whoever has it."""
        insert = (postgresql if self._database.is_postgres else sqlite).insert(passkeys)
        statement = insert.values(
            id=kept(passkey.id, LONGEST_PASSKEY_ID),
            user_name=kept(passkey.user, LONGEST_NAME),
            public_key=base64.b64encode(passkey.public_key).decode(),
            sign_count=passkey.sign_count,
            name=kept(passkey.name, 100),
            created_at=passkey.created_at,
        )
        with self._database.transaction() as connection:
            added = connection.execute(statement.on_conflict_do_nothing().returning(passkeys.c.id))
            return added.first() is not None

    def passkey(self, passkey_id: str) -> Passkey | None:
        with self._database.reading() as connection:
            wanted = select(passkeys).where(passkeys.c.id == kept(passkey_id, LONGEST_PASSKEY_ID))
            row = connection.execute(wanted).first()
        return _passkey(row) if row else None

    def passkeys(self, user: str) -> tuple[Passkey, ...]:
        wanted = select(passkeys).where(passkeys.c.user_name == kept(user, LONGEST_NAME))
        with self._database.reading() as connection:
            return tuple(_passkey(row) for row in connection.execute(wanted.order_by(passkeys.c.created_at)))

    def used_passkey(self, passkey_id: str, *, sign_count: int, at: datetime) -> None:
        change = update(passkeys).where(passkeys.c.id == kept(passkey_id, LONGEST_PASSKEY_ID))
        with self._database.transaction() as connection:
            connection.execute(change.values(sign_count=sign_count, used_at=at))

    def remove_passkey(self, user: str, passkey_id: str) -> bool:
        gone = delete(passkeys).where(
            passkeys.c.user_name == kept(user, LONGEST_NAME), passkeys.c.id == kept(passkey_id, LONGEST_PASSKEY_ID)
        )
        with self._database.transaction() as connection:
            return connection.execute(gone).rowcount > 0

    def set_recovery_codes(self, user: str, hashes: Collection[str]) -> None:
        name = kept(user, LONGEST_NAME)
        with self._database.transaction() as connection:
            connection.execute(delete(recovery_codes).where(recovery_codes.c.user_name == name))
            for code_hash in hashes:
                connection.execute(recovery_codes.insert().values(user_name=name, code_hash=code_hash))

    def use_recovery_code(self, user: str, code_hash: str, *, at: datetime) -> bool:
        change = update(recovery_codes).where(
            recovery_codes.c.user_name == kept(user, LONGEST_NAME),
            recovery_codes.c.code_hash == code_hash,
            recovery_codes.c.used_at.is_(None),
        )
        with self._database.transaction() as connection:
            return connection.execute(change.values(used_at=at)).rowcount > 0

    def recovery_codes_left(self, user: str) -> int:
        wanted = select(func.count()).where(
            recovery_codes.c.user_name == kept(user, LONGEST_NAME), recovery_codes.c.used_at.is_(None)
        )
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar_one()

    def forget_factors(self, user: str) -> None:
        """Remove everything but the password, so that somebody who lost their device begins anew."""
        name = kept(user, LONGEST_NAME)
        with self._database.transaction() as connection:
            self._change(user, totp="", totp_step=0)
            connection.execute(delete(passkeys).where(passkeys.c.user_name == name))
            connection.execute(delete(recovery_codes).where(recovery_codes.c.user_name == name))

    def linked_user(self, issuer: str, subject: str) -> str | None:
        wanted = select(oidc_identities.c.user_name).where(
            oidc_identities.c.issuer == issuer, oidc_identities.c.subject == subject
        )
        with self._database.reading() as connection:
            return connection.execute(wanted).scalar()

    def link(self, issuer: str, subject: str, user: str, *, at: datetime) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                oidc_identities.insert().values(
                    issuer=issuer, subject=subject, user_name=kept(user, LONGEST_NAME), created_at=at
                )
            )


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        row.id,
        Purpose(row.purpose),
        row.created_at,
        row.expires_at,
        row.user_name,
        roles_from(row.roles.split()),
        row.created_by,
        row.used_at,
    )


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(
        row.id,
        row.user_name,
        base64.b64decode(row.public_key),
        row.sign_count,
        row.name,
        row.created_at,
        row.used_at,
    )
