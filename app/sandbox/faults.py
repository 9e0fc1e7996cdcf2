"""Faults on command: what can go wrong at a venue, and how often it should."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    LATENCY = "latency"
    """Every answer takes ``seconds`` longer."""
    RATE_LIMITED = "rate_limited"
    """The venue's own "too many requests", with its headers."""
    BANNED = "banned"
    """What the venue answers to who goes on all the same (418, 403 …)."""
    SERVER_ERROR = "server_error"
    """``status`` with the HTML page of a gateway."""
    DROPPED = "dropped"
    """The connection closes without an answer."""
    CUT_OFF = "cut_off"
    """The connection closes in the middle of the body."""
    TRUNCATED = "truncated"
    """A complete HTTP answer whose JSON ends half-way."""
    WRONG_TYPES = "wrong_types"
    """JSON of other types than documented; ``shape`` says which."""
    CLOCK_SKEW = "clock_skew"
    """The venue's clock is ``seconds`` ahead of ours (negative: behind)."""
    REVOKED = "revoked"
    """API key ``key`` is deleted at the venue (every key, when empty)."""


SHAPES = ("objects_for_lists", "null_for_lists", "words_for_numbers", "lists_for_objects")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. ``venue`` and ``endpoint`` are shell patterns (``/fapi/*``, ``/info:meta``).

    ``times`` ends it after that many requests; ``None`` lasts until it is cleared. ``status`` is
    for server errors, ``retry_after`` seconds for limits.
    """

    kind: FaultKind
    venue: str = "*"
    endpoint: str = "*"
    seconds: float = 0.0
    status: int = 503
    retry_after: int = 30
    times: int | None = None
    shape: str = SHAPES[0]
    key: str = ""

    def matches(self, venue: str, endpoint: str) -> bool:
        """Whether a request to ``endpoint`` of ``venue`` meets this fault."""
        return fnmatchcase(venue, self.venue) and fnmatchcase(endpoint, self.endpoint)


class Faults:
    """The faults now in force. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._active: dict[int, tuple[Fault, int | None]] = {}

    def add(
        self,
        kind: FaultKind | str,
        venue: str = "*",
        *,
        endpoint: str = "*",
        seconds: float = 0.0,
        status: int = 503,
        retry_after: int = 30,
        times: int | None = None,
        shape: str = SHAPES[0],
        key: str = "",
    ) -> int:
        """Put a fault in force; the answer is its id. Raises ``ValueError`` for an unknown kind."""
        if shape not in SHAPES:
            raise ValueError(f"no shape {shape!r}; there are {', '.join(SHAPES)}")
        fault = Fault(
            kind=FaultKind(kind), venue=venue, endpoint=endpoint, seconds=seconds, status=status,
            retry_after=retry_after, times=times, shape=shape, key=key,
        )  # fmt: skip
        with self._lock:
            number = next(self._ids)
            self._active[number] = (fault, times)
        return number

    def clear(self, venue: str | None = None) -> None:
        """End every fault, or those put in force for exactly ``venue``."""
        with self._lock:
            self._active = {
                number: (fault, left)
                for number, (fault, left) in self._active.items()
                if venue is not None and fault.venue != venue
            }

    def remove(self, number: int) -> None:
        """End one fault; nothing happens when it has ended already."""
        with self._lock:
            self._active.pop(number, None)

    def meet(self, venue: str, endpoint: str) -> Mapping[FaultKind, Fault]:
        """The faults one request meets, counting it; of each kind the one added last."""
        met: dict[FaultKind, Fault] = {}
        with self._lock:
            for number, (fault, left) in list(self._active.items()):
                if not fault.matches(venue, endpoint):
                    continue
                met[fault.kind] = fault
                if left is not None:
                    if left <= 1:
                        del self._active[number]
                    else:
                        self._active[number] = (fault, left - 1)
        return met

    def active(self) -> tuple[Fault, ...]:
        """What is in force, in the order it was added."""
        with self._lock:
            return tuple(fault for fault, _ in self._active.values())


def misshapen(payload: object, shape: str) -> object:
    """``payload`` with the types of ``shape`` gone wrong throughout."""
    if isinstance(payload, list):
        items = [misshapen(item, shape) for item in payload]
        if shape == "null_for_lists":
            return None
        return dict(enumerate(items)) if shape == "objects_for_lists" else items
    if isinstance(payload, dict):
        members = {key: misshapen(item, shape) for key, item in payload.items()}
        return list(members.values()) if shape == "lists_for_objects" else members
    return "n/a" if shape == "words_for_numbers" and _is_number(payload) else payload


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True
