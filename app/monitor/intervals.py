"""How long until a source is asked again: demand and danger tighten it, limits bound it.

All times are seconds. Nothing here reads a clock; randomness comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.errors import ClockSkew, VenueError, VenueRateLimited, VenueRejected
from app.domain.fund import FundHealth
from app.domain.reason import Severity
from app.venues.facts import Read, VenueFacts

IDLE, CALM, NEAR, URGENT = 60.0, 20.0, 10.0, 5.0
LOOKED_AT = 90.0
"""Somebody counts as looking for this long after their last request."""

FUND_FASTEST, FUND_SLOWEST = 60.0, 3600.0
MARKET_CALM, MARKET_NEAR = 60.0, 15.0
MARKET_UNLINKED = 900.0
"""Nobody has an account there: its open interest is needed only beside its fund."""
CANDLES_FASTEST = 2.0
LONGEST_BACK_OFF = 300.0
LEAST_QUIET = 30.0
"""After a venue asked for fewer requests, even if it names a shorter time or none."""
REJECTED_BACK_OFF = 600.0
ALARMING = frozenset({FundHealth.DRAINING, FundHealth.CRITICAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Danger:
    """The worst that is known of what a source stands for.

    ``worsened`` says that a fund came to lose within the last hour, ``moving`` that the
    venue's marks moved hard within it.
    """

    severity: Severity = Severity.OK
    nearest_distance: float | None = None
    fund: FundHealth | None = None
    worsened: bool = False
    moving: bool = False

    @property
    def urgent(self) -> bool:
        return self.severity is Severity.CRITICAL or self.fund in ALARMING

    @property
    def near(self) -> bool:
        close = self.nearest_distance is not None and self.nearest_distance < 0.10
        return close or self.severity is Severity.WARNING

    @property
    def pressing(self) -> bool:
        """Whether what a venue publishes is to be followed as closely as its limit allows."""
        return self.urgent or self.near or self.worsened or self.moving


def account_interval(
    danger: Danger, *, seconds_since_looked: float | None, has_positions: bool, floor: float
) -> float:
    """Seconds until an account is read again, never under ``floor`` (see ``budget_floor``)."""
    if has_positions and danger.urgent:
        wanted = URGENT
    elif has_positions and danger.near:
        wanted = NEAR
    elif seconds_since_looked is not None and seconds_since_looked < LOOKED_AT:
        wanted = CALM if has_positions else IDLE
    else:
        wanted = IDLE
    return max(wanted, floor)


def fund_interval(cadence: float | None, danger: Danger, *, all_asked: bool, floor: float) -> float:
    """Seconds until a venue's funds are read again, never under ``floor``.

    Half the venue's own cadence, so that no update is seen later than half of one after it
    was published. At the fastest while danger presses, whatever the cadence: it is then that
    venues publish out of turn; and as long as some pools were never asked for (``all_asked``).
    """
    if danger.pressing or not all_asked:
        return max(FUND_FASTEST, floor)
    wanted = min(max((cadence or 2 * FUND_FASTEST) / 2, FUND_FASTEST), FUND_SLOWEST)
    return max(wanted, floor)


def market_interval(danger: Danger, *, linked: bool, floor: float) -> float:
    """Seconds until a venue's marks and open interest are read again."""
    if not linked:
        return max(MARKET_UNLINKED, floor)
    return max(MARKET_NEAR if danger.pressing else MARKET_CALM, floor)


def candle_interval(*, behind: bool, wait: float, floor: float) -> float:
    """Seconds until candles are read again: in ``wait``, at once while some lag ``behind``."""
    return max(CANDLES_FASTEST if behind else wait, floor)


def budget_floor(reads: Iterable[Read], *, facts: VenueFacts, sharers: int = 1) -> float:
    """The shortest interval at which ``sharers`` sources making ``reads`` stay within bounds.

    Accounts, funds and markets of a venue each get a third of the weight a minute that
    Seawall allows itself there (``Limits.ours``, a tenth of what the venue publishes).
    """
    if facts.limits is None:
        return 0.0
    weight = sum(read.weight for read in reads if read.cached_seconds is None)
    return weight * max(sharers, 1) / (facts.limits.ours / 3) * 60.0


def account_floor(facts: VenueFacts, *, sharers: int) -> float:
    """The same for a refresh of every scope of an account, of ``sharers`` at the venue.

    Where the venue counts by user, accounts take nothing from one another.
    """
    by_user = facts.limits is not None and facts.limits.scope == "uid"
    reads = (read for scope in facts.scopes for read in facts.reads_of(scope.id))
    return budget_floor(reads, facts=facts, sharers=1 if by_user else sharers)


def within_budget(interval: float, load: float) -> float:
    """``interval`` stretched by as much as was asked beyond our share in the last minute.

    ``load`` is what was used of it. For what a venue publishes, which can wait and where the
    number of requests depends on the answers; accounts keep to their floor.
    """
    return interval * max(load, 1.0)


def back_off(error: Exception, *, failures: int, interval: float, jitter: float) -> float:
    """Seconds to wait after the ``failures``-th failure in a row (1 for the first).

    Doubles from half the interval up to five minutes; ``jitter`` in 0..1 spreads sources that
    failed together over the upper half of the wait. A venue that said how long to wait is
    obeyed; a rejected credential is tried rarely, since only a person can mend it.
    """
    if isinstance(error, VenueRejected | ClockSkew):
        wait = REJECTED_BACK_OFF if failures > 1 else interval
    else:
        wait = min(max(interval, 4.0) / 4 * 2.0 ** min(failures, 12), LONGEST_BACK_OFF)
    wait *= 0.5 + 0.5 * jitter
    asked = error.retry_after if isinstance(error, VenueError) else None
    if isinstance(error, VenueRateLimited):
        asked = max(asked or 0.0, LEAST_QUIET)
    return max(wait, asked or 0.0)
