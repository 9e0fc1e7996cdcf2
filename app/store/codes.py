"""One-time codes: a sign-in link's secret, and the short code that pairs the extension.

Only hashes are kept and a code works once. A pairing code is short enough to type, so guessing
is made hopeless by its short life and by refusing everybody for a while after a few wrong tries.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, select, update

from app.domain.errors import SeawallError
from app.store.tables import code_attempts, codes
from app.store.upsert import insert_into

Purpose = Literal["sign_in", "pairing"]

WRONG_TRIES = 5
WINDOW = timedelta(minutes=1)

_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without I, L, O, 0 and 1, which people mistake for one another."""
_PAIRING_LENGTH = 8


class TooManyAttempts(SeawallError):
    """Too many wrong codes; ``retry_after`` is in seconds. Right ones wait as well."""

    code = "too_many_attempts"

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many wrong codes. Try again in {retry_after} seconds.")
        self.retry_after = retry_after


def issue(
    conn: Connection, *, user_id: str, purpose: Purpose, ttl_seconds: float, now: datetime
) -> str:
    """A new code: ``XXXX-XXXX`` for pairing, 43 URL-safe characters for signing in."""
    conn.execute(delete(codes).where(codes.c.expires_at <= now))
    if purpose == "pairing":
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(_PAIRING_LENGTH))
        code = f"{letters[:4]}-{letters[4:]}"
    else:
        code = secrets.token_urlsafe(32)
    conn.execute(
        codes.insert().values(
            hash=_hash(code, purpose),
            user_id=user_id,
            purpose=purpose,
            created_at=now,
            expires_at=now + timedelta(seconds=ttl_seconds),
        )
    )
    return code


def redeem(conn: Connection, *, code: str, purpose: Purpose, now: datetime) -> str | None:
    """Whose code this is, used up by asking; ``None`` for a wrong, used or expired one.

    Needs ``Database.write()``, and the block must end normally: an exception inside it would
    roll back the record of a wrong try. Raises ``TooManyAttempts``.
    """
    throttled = purpose == "pairing"
    wrong = _wrong_tries(conn, purpose, now) if throttled else 0
    user_id: str | None = conn.execute(
        delete(codes)
        .where(
            codes.c.hash == _hash(code, purpose),
            codes.c.purpose == purpose,
            codes.c.expires_at > now,
        )
        .returning(codes.c.user_id)
    ).scalar_one_or_none()
    if throttled and user_id is None:
        conn.execute(
            update(code_attempts).where(code_attempts.c.purpose == purpose).values(wrong=wrong + 1)
        )
    return user_id


def _wrong_tries(conn: Connection, purpose: Purpose, now: datetime) -> int:
    """The wrong tries of the present window, its row locked until the transaction ends."""
    conn.execute(
        insert_into(conn, code_attempts)
        .values(purpose=purpose, since=now, wrong=0)
        .on_conflict_do_nothing()
    )
    row = conn.execute(
        select(code_attempts).where(code_attempts.c.purpose == purpose).with_for_update()
    ).one()
    left = (row.since + WINDOW - now).total_seconds()
    if left <= 0 or not row.wrong:
        conn.execute(
            update(code_attempts)
            .where(code_attempts.c.purpose == purpose)
            .values(since=now, wrong=0)
        )
        return 0
    if row.wrong >= WRONG_TRIES:
        raise TooManyAttempts(math.ceil(left))
    return int(row.wrong)


def _hash(code: str, purpose: Purpose) -> bytes:
    if purpose == "pairing":
        code = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(f"{purpose}:{code}".encode()).digest()
