"""What ``docs/fund-health.md`` says around its tables."""

from __future__ import annotations

from app.risk.fund_thresholds import FundThresholds
from app.risk.wording import percent

HEAD = """\
# How well failing funds are found

Seawall reads the insurance funds of exchanges and says of each how healthy it is ([how](figures.md#health)). This page measures those rules: on {histories} made-up histories of which the truth is known, {years} venue-years in all, and on the falls of real funds whose figures were published. It is made by `scripts/fund_health_report.py`, and a test compares it; `seawall backtest` prints the same figures.

Every history is replayed through the very code that judges funds live, with what was known at each time and no more: updates come late, twice or not at all, as from real exchanges. An **alarm** is anything that says the fund lost money: *declining*, *draining*, *critical*, a sudden loss, or a loss beside the other exchanges. Alarms less than a day apart count as one. A **false alarm** is one while nothing was lost but what a fund pays on ordinary days.

The **naive rule** it is compared with is what anybody would write first: the fund's value in USD, as it was read last, is more than 5 % below what was read 24 hours before.
"""

AHEAD = """\
A cascade's updates are counted from the first that shows 1 % of the fund gone, which is more than an ordinary payout ever takes in these histories; the update that shows it counts as the first.
"""

PICTURE_TEXT = """\
![A fund losing 30 % in eight hours, what Seawall says on the way, and the naive rule after it](images/cascade.svg)

Balances every minute, 30 % lost in eight hours. The line is the fund; the marks are what was said from then on.
"""

KINDS_NOTE = """\
*Steady growth* and *seasonal* funds earn and pay as funds do on ordinary days, up to 0.75 % of the fund at a time; a seasonal one breathes with the day and the week. *Price swings*: the fund is held in a coin, wholly or by half, that moves by 4 % a day and now and then crashes by a quarter or more, while not a coin is lost. *Regrouping*: contracts move to another pool, and their money with them. *Stale feed*: the exchange falls silent, repeats one balance under new times, or serves old answers again.
"""

CASCADES_NOTE = """\
"Gone by then" is the median part of the fund lost when the first alarm came. The cascades take 15 to 85 % of the fund; those of several exchanges at once, 6 to 20 %. Where a cascade is over before the next update comes, one update shows all of it, whatever rule reads it: Seawall is ahead where there is something to be ahead of.
"""

BLEEDS_NOTE = """\
A day of such a bleed never comes near 5 %, so the naive rule sees a bleed only if a gap in the updates makes several days of it look like one.
"""

STALE_NOTE = """\
A silent fund is stale after three missed updates. One that repeats a balance is called stale after 24 updates and 24 hours without a move, if it usually moves. The naive rule has no word for either: a dead feed is a calm fund to it.
"""

INCIDENTS_HEAD = """\
Of most falls only two balances were published, days apart: before and after. They are joined by straight lines with one balance a day, the fund is taken to have stood still for five weeks before, and anything else that had to be assumed is listed below. So this shows what the rules make of falls of that size, not how early they would have been: that depends on how often the exchange published.
"""

INCIDENTS_NOTE = """\
- **OKEx 2018** is not found early by any rule that watches a balance: the fund was small beside one position from the start. That is what coverage is for.
- **Binance, 19 May 2021** and **Hyperliquid, 12 March 2025** were small beside the funds: at most about 1 %. Nothing is said, or *declining*, and that is right.
- **Hyperliquid, 10 October 2025** is missing because the vault did not lose.
"""

RESTLESS_HEAD = """\
Made-up funds behave as they were made. In the suite no ordinary payout takes more than 0.75 % of a fund, and *declining* begins at 1 %. A fund that pays more on ordinary days is called *declining* more often, each time over a loss that did happen:
"""

LIMITS = """\
- Nobody has published the balances of a fund that failed, minute by minute. The thresholds are judgement, chosen from the events above, and measured here for what they cost and what they find.
- Auto-deleveraging and clawbacks can come while the fund looks well. A healthy word on this page is about the balance and nothing else.

## Try it

    seawall backtest                     the made-up histories and the incidents
    seawall backtest --venue binance     what would have been said of the stored history of a venue
    seawall backtest --csv FILE          the same of a file, as `seawall funds export` writes it
"""


def thresholds(limits: FundThresholds) -> list[tuple[str, str, str]]:
    """Every threshold in words, and what it rests on."""
    return [
        (
            "*declining*",
            f"{percent(limits.declining_24h)} in 24 h",
            "Binance's BTC and ETH fund lost 1.1 % on 19 May 2021, a loss worth knowing of and no "
            "more. An ordinary payout takes less.",
        ),
        (
            "*declining*",
            f"{percent(limits.declining_7d)} in 7 days",
            "No event, but arithmetic: half a per cent a day is 14 % in a month and never 1 % in "
            "a day. With 3 % a week such a bleed is found in about a week; with 5 % it mostly was not.",
        ),
        (
            "a sudden loss",
            f"a step of {-limits.shock:g} usual deviations that takes "
            f"{percent(limits.shock_share)} of the fund",
            "It finds a loss that growth of the same day hides from the 24 h figure. With half a "
            "per cent, ordinary payouts set it off.",
        ),
        (
            "*draining*",
            f"{percent(limits.draining_24h)} in 24 h",
            "BitMEX's fund lost 4.6 % on 12 March 2020 and was at a record the day after. "
            "Hyperliquid's vault stood 5.2 % lower over JELLY, and the market was settled by "
            "decision; Binance's lost 15 % on 10 October 2025 and Deribit's 53 % in three days of "
            "March 2020.",
        ),
        (
            "*draining*",
            f"{percent(limits.draining_1h)} in 1 h, or {percent(limits.draining_drawdown_8h)} "
            "below the high of 8 h",
            "Exchanges deleverage at 30 % below the high of 8 h (Bybit by contract, OKX in earlier "
            "texts): a third of the way leaves time to act. On 10 October 2025 Hyperliquid's first "
            "deleveraging came a minute after the first liquidation, so the hour counts as well.",
        ),
        (
            "*critical*",
            f"{percent(limits.depleted_drawdown_30d)} below the high of 30 days",
            "Binance's fund lost 63 % by 10 May 2020 and was then refilled by the exchange. A fund "
            "further down is treated as used up, as OKEx's was in August 2018.",
        ),
        (
            "alone",
            f"{percent(limits.alone_change)} in 24 h while half of the others lost no more than "
            f"{percent(-limits.alone_others)}",
            "OKEx in 2018, YFI on dYdX in 2023 and JELLY in 2025 were contracts of one exchange; "
            "March 2020 and October 2025 were crashes of the whole market.",
        ),
        (
            "better again",
            f"at {percent(limits.recovered)} of the threshold",
            "A figure that trembles at its threshold does not make the word flap.",
        ),
    ]
