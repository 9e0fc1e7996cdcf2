"""One mapping from what goes wrong with a venue to our own errors, and nothing secret in them.

ccxt's errors hold whole URLs (with signatures) and bodies. Of those only the venue's own code
and message are kept, shortened, with anything that looks like a key blanked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import ccxt

from app.domain.errors import (
    ClockSkew,
    NotFound,
    VenueError,
    VenueGarbled,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
    VenueUnsupported,
)
from app.venues.catalogue import catalogue
from app.venues.wire import Malformed

KINDS: Final[tuple[tuple[type[Exception], type[VenueError], str], ...]] = (
    (ccxt.InvalidNonce, ClockSkew, "does not accept this machine's time"),
    (ccxt.DDoSProtection, VenueRateLimited, "asks for fewer requests"),
    (ccxt.RateLimitExceeded, VenueRateLimited, "asks for fewer requests"),
    (ccxt.AccountSuspended, VenueRejected, "has suspended this account"),
    (ccxt.AuthenticationError, VenueRejected, "does not accept this credential"),
    (ccxt.NotSupported, VenueUnsupported, "has no way to say this"),
    (ccxt.BadResponse, VenueGarbled, "gave an answer that cannot be understood"),
    (ccxt.OperationFailed, VenueUnreachable, "cannot be reached"),
    (ccxt.BaseError, VenueError, "refused the request"),
)
"""ccxt's errors, the more special first, with what they mean for a person."""

THEIRS: Final[Mapping[str, type[Exception]]] = {
    VenueRejected.code: ccxt.AuthenticationError,
    VenueRateLimited.code: ccxt.RateLimitExceeded,
    VenueUnreachable.code: ccxt.ExchangeNotAvailable,
    ClockSkew.code: ccxt.InvalidNonce,
}
"""The error of ccxt's by which a client says ours, for codes that ccxt does not know."""

CODE_KEYS: Final = (
    "code", "retCode", "err-code", "err_code", "error_code", "errorCode", "sCode", "label",
)  # fmt: skip
MESSAGE_KEYS: Final = (
    "msg", "retMsg", "message", "err-msg", "err_msg", "errorMessage", "error_message", "error",
    "sMsg",
)  # fmt: skip
KEY_LIKE: Final = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
SHOWN: Final = 160
RESET_HEADERS: Final = ("X-Bapi-Limit-Reset-Timestamp",)
"""Headers that hold the time, in milliseconds, at which a limit is lifted."""
LEFT_HEADERS: Final = ("X-RATE-LIMIT-RESET",)
"""Headers that hold the milliseconds until then."""


def venue_error(
    error: Exception,
    *,
    venue: str,
    name: str,
    retry_after: float | None = None,
    secrets: Collection[str] = (),
) -> VenueError:
    """The error of ours for whatever left a ccxt call: never with a URL, a key or a signature.

    What is not ccxt's own comes from taking an answer apart, so it means ``VenueGarbled``.
    """
    for theirs, ours, meaning in KINDS:
        if isinstance(error, theirs):
            detail = scrub(_venue_says(str(error)), secrets)
            return ours(
                f"{name} {meaning}{f' ({detail})' if detail else ''}.",
                venue=venue,
                retry_after=retry_after,
                venue_code=venue_code(error),
            )
    return VenueGarbled(
        f"{name} gave an answer that cannot be understood ({type(error).__name__}).", venue=venue
    )


def scrub(text: str, secrets: Collection[str] = ()) -> str:
    """``text`` on one line, short, without known secrets or anything that looks like one.

    What does not show, and could move a terminal or turn text around, is left out.
    """
    for secret in secrets:
        text = text.replace(secret, "…")
    text = "".join(one for one in " ".join(text.split()) if one.isprintable())
    text = KEY_LIKE.sub("…", text)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds a venue asks to wait, where its headers say so."""
    try:
        if "Retry-After" in headers:
            return max(0.0, float(headers["Retry-After"]))
        for name in RESET_HEADERS:
            if name in headers:
                return max(0.0, float(headers[name]) / 1000 - now.timestamp())
        for name in LEFT_HEADERS:
            if name in headers:
                return max(0.0, float(headers[name]) / 1000)
    except ValueError:
        return None
    return None


@contextmanager
def parsing(venue: str, what: str) -> Iterator[None]:
    """Turns the errors of taking an answer apart into ``VenueGarbled`` naming ``what``."""
    try:
        yield
    except Malformed as error:
        raise VenueGarbled(
            f"{_name(venue)}'s answer about {what} is not as documented: {error}.", venue=venue
        ) from error
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise VenueGarbled(
            f"{_name(venue)}'s answer about {what} cannot be understood.", venue=venue
        ) from error


def _name(venue: str) -> str:
    try:
        return catalogue().venue(venue).name
    except NotFound:
        return venue


def venue_code(error: Exception) -> str | None:
    """The code by which the venue itself names what went wrong, where it gave one."""
    code, _ = _code_and_message(_json_in(str(error)))
    return None if code is None else str(code)


def _venue_says(text: str) -> str:
    """The code and message of the JSON inside a ccxt error, or nothing."""
    code, message = _code_and_message(_json_in(text))
    said = [f"code {code}" if code is not None else "", message or ""]
    return ": ".join(part for part in said if part)


def _json_in(text: str) -> object:
    """The JSON object or list that ends ``text``; of an object with an ``error``, that object."""
    start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
    try:
        body = json.loads(text[start:]) if start >= 0 else None
    except ValueError:
        return None
    nested = body.get("error") if isinstance(body, dict) else None
    return nested if isinstance(nested, dict) else body


def _code_and_message(body: object) -> tuple[str | int | None, str | None]:
    """Of an object by the names of its fields, of ``["error", code, message]`` by their places."""
    if isinstance(body, list):
        code, message = (*body[1:3], None, None)[:2]
    elif isinstance(body, dict):
        code = next((body[key] for key in CODE_KEYS if isinstance(body.get(key), str | int)), None)
        message = next((body[key] for key in MESSAGE_KEYS if isinstance(body.get(key), str)), None)
    else:
        return None, None
    return (
        code if isinstance(code, str | int) else None,
        message if isinstance(message, str) else None,
    )
