"""Every code a reason can have: what it says, on which number, and where it begins.

docs/reasons.md is made from this. Each code is here once; a test reads the sources for codes
that are missing here, or that nothing gives.
"""

from __future__ import annotations

from app.domain.reason import Severity
from app.domain.thresholds import Thresholds
from app.risk.reason_code import ALWAYS, Group, ReasonCode, begins, share
from app.risk.reason_codes_fund import FUND
from app.risk.staleness import MISSED

_QUEUE = share(Thresholds().adl_standing)
_TRIGGER = begins("trigger")

_LIQUIDATION = (
    ReasonCode(
        code="margin_breached",
        group=Group.LIQUIDATION,
        title="The margin is used up",
        meaning="The margin no longer covers what the exchange requires, so liquidation is due.",
        number="margin ratio, a fraction; none where the balance itself is used up",
        steps={Severity.CRITICAL: "100 % or more, or no balance left"},
        look_at="The account at the exchange, now: add margin or reduce, if it still takes orders.",
    ),
    ReasonCode(
        code="liquidation_breached",
        group=Group.LIQUIDATION,
        title="The liquidation price has been passed",
        meaning="The mark price is at or beyond the liquidation price.",
        number="distance, a fraction of the mark price; 0 or less",
        steps={Severity.CRITICAL: "0 % or less"},
        look_at="Whether the position is still open, and what its margin is now.",
    ),
    ReasonCode(
        code="liquidation_near",
        group=Group.LIQUIDATION,
        title="Liquidation is near",
        meaning="A small move of the mark price liquidates this position, other prices held.",
        number="distance, a fraction of the mark price",
        steps=begins("distance", "{} or less"),
        setting="distance",
        look_at="The distance in daily volatilities beside it, and margin that could be added.",
    ),
    ReasonCode(
        code="account_near",
        group=Group.LIQUIDATION,
        title="The account as a whole is near liquidation",
        meaning="If all prices moved together by this much, the margin that this position shares "
        "would be liquidated, though the position alone is farther from it.",
        number="smallest move of all prices by the same percent, a fraction",
        steps=begins("distance", "{} or less"),
        setting="distance",
        look_at="The joint picture of the account: which position breaks it, and which ones hedge.",
    ),
    ReasonCode(
        code="touch_likely",
        group=Group.LIQUIDATION,
        title="An ordinary day could reach liquidation",
        meaning="At its present volatility the price is likely to touch the liquidation price "
        "within a day. That is an ordinary day; a crash is far more than this.",
        number="probability of a touch, a fraction, never below the historical rate",
        window="24h",
        steps=begins("touch_24h"),
        setting="touch_24h",
        look_at="The distance first, then the historical touch rate beside the probability.",
    ),
    ReasonCode(
        code="margin_high",
        group=Group.LIQUIDATION,
        title="Much of the margin is in use",
        meaning="There is no liquidation price to measure a distance to, and the margin ratio is "
        "high; at 100 % the exchange liquidates.",
        number="margin ratio, a fraction",
        steps=begins("margin_ratio"),
        setting="margin_ratio",
        look_at="The margin ratio of the account, and what else uses the same margin.",
    ),
    ReasonCode(
        code="no_mark_price",
        group=Group.LIQUIDATION,
        title="The distance cannot be measured",
        meaning="There is a liquidation price, but no mark price to measure the way from.",
        number=None,
        steps={Severity.WATCH: ALWAYS},
        look_at="The position at the exchange itself.",
    ),
    ReasonCode(
        code="no_liquidation_price",
        group=Group.LIQUIDATION,
        title="Nothing is known of the way to liquidation",
        meaning="Neither a liquidation price nor a margin ratio is known of this position.",
        number=None,
        steps={Severity.WATCH: ALWAYS},
        look_at="The note beside the liquidation price, and the position at the exchange.",
    ),
)

_LOSSES = (
    ReasonCode(
        code="adl_signal",
        group=Group.LOSSES,
        title="The exchange warns of auto-deleveraging",
        meaning="The exchange's own figure for this contract or its fund is on the way to the point "
        "where it closes positions or shares out losses, or it rates that risk high.",
        number="way to the trigger, a fraction; none where the exchange only gives a word",
        steps=_TRIGGER | {Severity.WATCH: f"{_TRIGGER[Severity.WATCH]}, or rated high"},
        setting="trigger",
        look_at="Your standing in the queue, and what happens to your profit if it comes to it.",
    ),
    ReasonCode(
        code="loss_spread",
        group=Group.LOSSES,
        title="Traders in profit paid for a loss",
        meaning="The exchange took from profits to cover a loss its fund did not cover, lately.",
        number="rate taken, a fraction of profits where it is a clawback",
        window="24h or 7d",
        steps={Severity.WARNING: "in the last 24 hours", Severity.WATCH: "in the last 7 days"},
        look_at="The rate, and when the next session is settled.",
    ),
    ReasonCode(
        code="session_profit_at_risk",
        group=Group.LOSSES,
        title="This session's profit could be taken back",
        meaning="The exchange can take back profit of the running session, you have some, and the "
        "fund that should pay instead is draining or worse.",
        number="profit of the session that can be taken back, in the settlement asset",
        steps={Severity.WARNING: "any profit, or more than you set in USD"},
        setting="session_profit_usd",
        look_at="When the session ends, and whether closing or withdrawing before changes it.",
    ),
    ReasonCode(
        code="adl_high",
        group=Group.LOSSES,
        title="Near the front of the auto-deleveraging queue",
        meaning="If the exchange has to close profitable positions, this one is among the first. "
        "Where it is unknown whether it is in profit, it is taken to be.",
        number="standing in the queue, 0 to 1, where the exchange gives one",
        steps={
            Severity.WARNING: f"above {_QUEUE} while the fund is draining or worse",
            Severity.WATCH: f"above {_QUEUE}",
        },
        setting="adl_standing",
        look_at="The fund behind it; less leverage or a part of the profit taken moves you back.",
    ),
    ReasonCode(
        code="adl_hedge",
        group=Group.LOSSES,
        title="Auto-deleveraging would break a hedge",
        meaning="This position is one leg of a hedge. If the exchange closed it, the other legs "
        "would stay open alone, and that is not far off.",
        number="how much of the position the other legs offset, 0 to 1",
        steps={Severity.WATCH: f"above {_QUEUE} in the queue, or the fund is draining or worse"},
        setting="adl_standing",
        look_at="The other legs: what they could cost alone, and whether you would notice in time.",
    ),
)

_DATA = (
    ReasonCode(
        code="data_stale",
        group=Group.DATA,
        title="These figures are old",
        meaning="The position has not been read for longer than it should be; what is shown is the "
        "last that is known, and the market has moved on since.",
        number="age, seconds",
        steps={Severity.WATCH: f"older than {MISSED} refreshes"},
        look_at="The account's error, and the position at the exchange meanwhile.",
    ),
)

REASON_CODES = {
    one.code: one
    for group in (_LIQUIDATION, _LOSSES, FUND, _DATA)
    for one in sorted(group, key=lambda one: -one.worst.rank)
}
"""By code: group by group, in each the worst first."""
