"""Notes that somebody is looking, without making them wait for it.

What is looked at is read more often: ``users.saw`` tells the worker. A token's last use is
noted too, which keeps a session in use alive. Both are writes, so they are made by a thread of
their own, at most every few seconds for the same person or token, and one that fails is only a
note lost.

They must not be made on the way to an answer. SQLite lets one writer in at a time, and who finds
it busy sleeps and tries again, after 1 ms at first and after 100 ms in the end. An answer that
costs next to nothing, such as a 304, then waits for nothing but that: with a write in each
request and eight kept-alive connections its p99 was 107 ms, of which 12 are left without.
Neither the missing body nor gunicorn had a part in it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

import structlog
from cachetools import TTLCache

from app import clock
from app.store import tokens, users

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.store.database import Database
    from app.store.tokens import Principal

EVERY_SECONDS = 10.0
SETTLE_SECONDS = 30.0


class Demand:
    """One for each process; its thread starts with the first note."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recent: TTLCache[str, bool] = TTLCache(
            maxsize=4096, ttl=EVERY_SECONDS, timer=lambda: clock.now().timestamp()
        )
        self._lock = Lock()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="demand")
        self._last: Future[None] | None = None

    def looked(self, principal: Principal) -> None:
        """This person is looking at positions."""
        if self._is_due(f"user:{principal.user_id}"):
            self._note(lambda conn, now: users.saw(conn, user_id=principal.user_id, now=now))

    def used(self, principal: Principal) -> None:
        """This token was used just now."""
        if principal.touch_due and self._is_due(f"token:{principal.token_id}"):
            self._note(lambda conn, now: tokens.touch(conn, token_id=principal.token_id, now=now))

    def settle(self) -> None:
        """Wait until what was noted is written."""
        if self._last is not None:
            self._last.result(SETTLE_SECONDS)

    def _is_due(self, subject: str) -> bool:
        with self._lock:
            if subject in self._recent:
                return False
            self._recent[subject] = True
            return True

    def _note(self, write: Callable[[Connection, datetime], None]) -> None:
        self._last = self._writer.submit(self._write, write, clock.now())

    def _write(self, write: Callable[[Connection, datetime], None], now: datetime) -> None:
        try:
            with self._database.write() as conn:
                write(conn, now)
        except Exception:
            structlog.get_logger(__name__).warning("demand could not be noted", exc_info=True)
