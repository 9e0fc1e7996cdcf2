"""The codes of reasons that speak of the insurance fund behind a position."""

from __future__ import annotations

from app.domain.reason import Severity
from app.risk.fund_thresholds import FundThresholds
from app.risk.reason_code import ALWAYS, Group, ReasonCode, begins, share
from app.risk.staleness import MISSED
from app.risk.wording import MINUS

_LIMITS = FundThresholds()

FUND = (
    ReasonCode(
        code="fund_critical",
        group=Group.FUND,
        title="The fund is nearly gone, or at its trigger",
        meaning="The fund is used up or nearly so, or the exchange is at its own trigger for what "
        "comes after it.",
        number="the balance in USD, the way to the trigger or the drawdown (fractions)",
        window="30d for the drawdown",
        steps={
            Severity.CRITICAL: "no balance left, at the trigger, or "
            f"{share(_LIMITS.depleted_drawdown_30d)} or more below the high of 30 days"
        },
        fixed=("trigger_reached", "depleted_drawdown_30d"),
        look_at="What the exchange does when the fund runs out, and where your position stands.",
    ),
    ReasonCode(
        code="fund_draining",
        group=Group.FUND,
        title="The fund is draining",
        meaning="The fund behind the position is losing money fast.",
        number="change of the balance, or drawdown from its high, a fraction",
        window="1h, 8h or 24h",
        steps={
            Severity.WARNING: f"{share(-_LIMITS.draining_24h)} or more lost in 24 hours, "
            f"{share(-_LIMITS.draining_1h)} in 1 hour, or "
            f"{share(_LIMITS.draining_drawdown_8h)} below the high of 8 hours"
        },
        fixed=("draining_24h", "draining_1h", "draining_drawdown_8h"),
        look_at="Whether other exchanges drain too, and how much of the open interest is left "
        "covered.",
    ),
    ReasonCode(
        code="fund_alone",
        group=Group.FUND,
        title="Only this exchange's funds lose",
        meaning="The funds here lose while those of other exchanges hardly do: the problem is the "
        "exchange's own.",
        number="divergence, in robust deviations of the other exchanges",
        window="24h",
        steps={
            Severity.WARNING: f"{MINUS}{-_LIMITS.alone_score:g} or lower, with "
            f"{share(-_LIMITS.alone_change)} or more lost here and less than "
            f"{share(-_LIMITS.alone_others)} elsewhere"
        },
        fixed=("alone_score", "alone_change", "alone_others"),
        look_at="News of the exchange, and whether withdrawals work.",
    ),
    ReasonCode(
        code="coverage_thin",
        group=Group.FUND,
        title="The fund is small for what it stands behind",
        meaning="The fund is a very small part of the open interest it would have to cover.",
        number="coverage, the fund as a fraction of the open interest, one side",
        steps=begins("coverage", "below {}"),
        setting="coverage",
        look_at="What comes after the fund here, since it would not last long.",
    ),
    ReasonCode(
        code="fund_declining",
        group=Group.FUND,
        title="The fund is declining",
        meaning="The fund behind the position is slowly losing money.",
        number="change of the balance, a fraction",
        window="24h or 7d",
        steps={
            Severity.WATCH: f"{share(-_LIMITS.declining_24h)} or more lost in 24 hours, or "
            f"{share(-_LIMITS.declining_7d)} in 7 days"
        },
        fixed=("declining_24h", "declining_7d"),
        look_at="The fund's past, and how many days it would last at this pace.",
    ),
    ReasonCode(
        code="fund_shock",
        group=Group.FUND,
        title="The fund lost much at once",
        meaning="The latest step of the balance is a loss far beyond its usual steps.",
        number="shock, in robust deviations of the steps of a month",
        window="30d",
        steps={
            Severity.WATCH: f"{MINUS}{-_LIMITS.shock:g} or lower, and {share(_LIMITS.shock_share)} or "
            "more of the balance"
        },
        fixed=("shock", "shock_share"),
        look_at="Whether it goes on: one payout, or the first of many.",
    ),
    ReasonCode(
        code="market_cascade",
        group=Group.FUND,
        title="Funds lose everywhere",
        meaning="The funds here lose, and so do those of the other exchanges: a market-wide "
        "cascade of liquidations.",
        number="median change of the other exchanges' funds, a fraction",
        window="24h",
        steps={
            Severity.WATCH: f"{share(-_LIMITS.cascade_others)} or more lost elsewhere, and "
            f"{share(-_LIMITS.alone_change)} here"
        },
        fixed=("cascade_others", "alone_change"),
        look_at="All your accounts: this is not about one exchange.",
    ),
    ReasonCode(
        code="fund_flat",
        group=Group.FUND,
        title="The balance stands still",
        meaning="A balance that usually moves has not moved for long: the figure may be dead.",
        number="updates without a move",
        steps={
            Severity.WATCH: f"{_LIMITS.flat_updates} or more, over "
            f"{_LIMITS.flat_age.total_seconds() / 3600:g} hours at least"
        },
        fixed=("flat_updates", "flat_age"),
        look_at="The exchange's own page of its fund.",
    ),
    ReasonCode(
        code="fund_stale",
        group=Group.FUND,
        title="The balance is old",
        meaning="The exchange has not given a new balance of the fund for longer than it usually "
        "does. What was last said against the fund goes on counting.",
        number="age, seconds; none where the time is not known",
        steps={
            Severity.WATCH: f"older than {MISSED} of the exchange's own refreshes, {MISSED} days "
            "where it names no interval"
        },
        look_at="The exchange's own page of its fund.",
    ),
    ReasonCode(
        code="fund_unknown",
        group=Group.FUND,
        title="The fund's balance is not known",
        meaning="A fund stands behind the position, and its balance could not be read.",
        number=None,
        steps={Severity.WATCH: ALWAYS},
        look_at="The note beside the fund: it says what is missing.",
    ),
)
