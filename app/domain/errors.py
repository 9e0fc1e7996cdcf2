"""The one error tree. A message says what happened, to what, and what to do about it."""

from __future__ import annotations


class SeawallError(Exception):
    """Base of everything Seawall raises on purpose.

    ``code`` is stable and machine-readable; ``str(error)`` is for a person and never
    holds a secret.
    """

    code = "error"


class InvalidInput(SeawallError):
    """What a person or a program gave cannot be used; nothing was changed."""

    code = "invalid_input"


class NotFound(SeawallError):
    """There is no such thing, or it belongs to another user."""

    code = "not_found"


class Conflict(SeawallError):
    """The thing exists already or is in a state that does not allow this."""

    code = "conflict"


class VaultError(SeawallError):
    """A sealed credential cannot be opened: wrong key, wrong account, or damaged."""

    code = "vault"


class RequestRefused(SeawallError):
    """The read-only guard stopped a request that no facts file names.

    Raised before a socket opens. Deliberately not a ``VenueError``: it is a fault of
    ours, never of the venue, and is never retried.
    """

    code = "request_refused"


class VenueError(SeawallError):
    """A venue did not give what was asked.

    ``venue`` is the venue's id, ``retry_after`` the seconds the venue asked to wait and
    ``venue_code`` its own code for what went wrong, where it said so.
    """

    code = "venue_error"

    def __init__(
        self,
        message: str,
        *,
        venue: str,
        retry_after: float | None = None,
        venue_code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.venue = venue
        self.retry_after = retry_after
        self.venue_code = venue_code


class VenueUnreachable(VenueError):
    """No answer, a dropped connection, a time-out, or a 5xx."""

    code = "venue_unreachable"


class VenueRateLimited(VenueError):
    """The venue asked for fewer requests (429, 418, or its own code)."""

    code = "venue_rate_limited"


class VenueRejected(VenueError):
    """The venue does not accept the credential: revoked, expired, wrong address, no read power."""

    code = "venue_rejected"


class ClockSkew(VenueError):
    """This machine's clock differs from the venue's by more than the venue accepts."""

    code = "clock_skew"


class VenueGarbled(VenueError):
    """An answer that is not what the venue documents: truncated, wrong types, missing fields."""

    code = "venue_garbled"


class VenueUnsupported(VenueError):
    """The venue has no way to say this."""

    code = "venue_unsupported"
