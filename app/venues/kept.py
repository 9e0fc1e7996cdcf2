"""Answers that are used again for a while: an account's own, and those that are anybody's.

What is the same for everybody (the list of sub-exchanges, their margin tiers) is asked for once
for all accounts of a venue and kept over a restart, as market lists are.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A venue's JSON, and when it was asked for."""

    at: datetime
    answer: Any


class KeptAnswers:
    """In memory, and with ``folder`` on disk too. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], datetime], folder: Path | None = None) -> None:
        self._clock = clock
        self._folder = folder
        self._kept: dict[str, Kept] = {}
        self._failed: dict[str, tuple[int, Exception]] = {}
        self._turns = 0
        self._locks: dict[str, Lock] = {}
        self._lock = Lock()

    def get(self, key: str, lifetime: timedelta, ask: Callable[[], Any]) -> Any:
        """The answer called ``key`` if it is young enough, else what ``ask`` answers, kept.

        Of several threads that want the same one asks; if that fails, it has failed for those
        that waited. Raises what ``ask`` raises.
        """
        with self._lock:
            lock = self._locks.setdefault(key, Lock())
            self._turns += 1
            turn = self._turns
        with lock:
            known = self._kept.get(key) or self._from_disk(key)
            if known is None or not timedelta(0) <= self._clock() - known.at < lifetime:
                known = self._asked_for(key, turn, ask)
            self._kept[key] = known
            return known.answer

    def rest(self) -> None:
        """Keep what is on disk there alone; whoever asks next reads it from there."""
        if self._folder is not None:
            with self._lock:
                self._kept.clear()

    def clear(self) -> None:
        """Keep nothing of it."""
        with self._lock:
            self._kept.clear()
        if self._folder is not None and self._folder.is_dir():
            for path in self._folder.glob("*.json"):
                path.unlink(missing_ok=True)

    def _asked_for(self, key: str, turn: int, ask: Callable[[], Any]) -> Kept:
        failed_at, error = self._failed.get(key, (0, None))
        if error is not None and turn <= failed_at:
            raise error
        try:
            kept = Kept(answer=ask(), at=self._clock())
        except Exception as failure:
            with self._lock:
                self._failed[key] = (self._turns, failure)
            raise
        self._to_disk(key, kept)
        return kept

    def _from_disk(self, key: str) -> Kept | None:
        if self._folder is None:
            return None
        try:
            stored = json.loads(self._path(key).read_text(encoding="utf-8"))
            return Kept(at=datetime.fromisoformat(stored["at"]), answer=stored["answer"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _to_disk(self, key: str, kept: Kept) -> None:
        """Replaces the file at once, so that a reader sees the old answer or the new one."""
        if self._folder is None:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"at": kept.at.isoformat(), "answer": kept.answer}, file)
            Path(name).replace(self._path(key))
        except OSError as error:
            log.warning("an answer cannot be kept over a restart: %s", error)

    def _path(self, key: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{sha256(key.encode()).hexdigest()[:32]}.json"
