"""What nobody publishes and a scenario needs all the same: ranges, and where they come from.

docs/scenarios.md, "What is assumed". None of it was fitted to the events that page compares with.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.scenario import Assumption, AssumptionKind

ORDINARY_DAY = "https://arxiv.org/abs/2102.04591"
IMPACT_LAW = "https://arxiv.org/abs/1105.1694"
DEPTH = (
    "https://blog.amberdata.io/"
    "how-3.21b-vanished-in-60-seconds-october-2025-crypto-crash-explained-through-7-charts"
)
THIN_VOLUME = "https://moneycheck.com/hyperliquid-volume-rises-17-despite-major-open-interest-crash"
BUSY_VOLUME = (
    "https://mondovisione.com/media-and-resources/news/"
    "cryptocompare-may-exchange-review-derivatives-and-spot-volumes-soared-as-cmes-202167"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """Any value of a range, all alike likely."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Log-normal: half of the draws are below ``median``; ``spread`` is of the logarithm."""

    median: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Each is drawn once a draw: per venue, but for ``impact`` and ``depth_left``, which are the
    market's, and the spread of betas, which is a coin's.

    ``unlevered`` is the share of open interest that no move liquidates. Of the rest, the way to
    liquidation (of the logarithm of the price) is log-logistic with median ``way`` and shape
    ``shape``: the part closer than y is (y/way)^shape / (1 + (y/way)^shape).
    """

    unlevered: Between = Between(low=0.2, high=0.5)
    way: Around = Around(median=0.2, spread=0.35)
    shape: Between = Between(low=1.3, high=2.0)
    buffer: Between = Between(low=0.004, high=0.025)
    impact: Around = Around(median=1.0, spread=0.4)
    depth_left: Between = Between(low=0.02, high=1.0)
    """Drawn evenly on a logarithmic scale."""
    volume: Around = Around(median=2.5, spread=0.8)
    """Daily volume over open interest."""
    feedback: Between = Between(low=0.0, high=0.5)
    beta: float = 1.2
    beta_spread: float = 0.35
    volatility: float = 0.05


def assumptions(parameters: Parameters, *, feedback: bool) -> tuple[Assumption, ...]:
    """Everything of ``parameters`` in words."""
    p = parameters
    return (
        _assumed(
            "Open interest that no move liquidates",
            _between(p.unlevered),
            "of open interest",
            "Hedged or hardly levered. Nobody publishes it; of the positions Hyperliquid "
            "deleveraged on 10 October 2025 the median leverage was 0.2.",
            "https://github.com/ConejoCapital/HyperMultiAssetedADL",
        ),
        _assumed(
            "Way to liquidation of the rest",
            f"{_around(p.way)}, log-logistic, shape {_between(p.shape)}",
            "of the price",
            "About fivefold leverage in the middle. So chosen that a move of 3 %, an ordinary "
            "day's, forces out about 3 % of one side: on an average day 3.51 % of longs and "
            "1.89 % of shorts were found liquidated. Longs and shorts are taken alike.",
            ORDINARY_DAY,
        ),
        _assumed(
            "Buffer between liquidation and bankruptcy price",
            _between(p.buffer),
            "of the price",
            "The usual maintenance margin of large contracts; that of every position open at "
            "a venue is not published.",
        ),
        _assumed(
            "Constant of the impact law: slippage = constant × volatility × √(forced / volume)",
            _around(p.impact),
            "",
            "Of order one in every market measured, in calm times.",
            IMPACT_LAW,
        ),
        _assumed(
            "Depth left in the order books",
            f"{_between(p.depth_left)}, even in the logarithm",
            "of the ordinary",
            "The volume above counts for so much less. At worst on 10 October 2025 depth had "
            "fallen by about 98 %.",
            DEPTH,
        ),
        _assumed(
            "Daily volume, where not given",
            _around(p.volume),
            "× open interest",
            "0.7 at Hyperliquid before 10 October 2025, about 9 at Binance in May 2021 "
            f"({BUSY_VOLUME}).",
            THIN_VOLUME,
        ),
        _assumed(
            "Share of the slippage that stays in the price and liquidates more, once"
            if feedback
            else "Liquidations push the price no further",
            _between(p.feedback) if feedback else "0",
            "of the slippage",
            "One round; nobody has measured it in a cascade."
            if feedback
            else "The moves of this scenario already hold what liquidations did to the price.",
        ),
        _assumed(
            "Beta to BTC, where not measured",
            f"{p.beta:g}",
            "× BTC's move (of logarithms)",
            "Other coins fall further than BTC as a rule; how much depends on the coin.",
        ),
        _assumed(
            "How far a coin's move strays from its beta",
            f"× or ÷ {2.718281828459045**p.beta_spread:.2f} in two of three draws",
            "",
            "Betas of quiet hours hold badly in a crash. The same coin moves alike at every venue.",
        ),
        _assumed(
            "Daily volatility, where not measured",
            f"{p.volatility:g}",
            "per √day",
            "Usual of large coins other than BTC.",
        ),
        _assumed(
            "What is left out",
            "surplus of good liquidations, money of the venue's own, earlier profit of others",
            "",
            "A fund is not credited with what liquidations better than bankruptcy bring it, no "
            "venue is counted on to top up its fund, and only profit made by the move itself can "
            "pay a haircut. All three make the answer darker, not brighter. A price that jumps "
            "over many liquidation prices at once is left out too, and makes it brighter.",
        ),
    )


def _assumed(name: str, value: str, unit: str, why: str, source: str | None = None) -> Assumption:
    return Assumption(
        name=name, value=value, unit=unit, kind=AssumptionKind.ASSUMED, why=why, source=source
    )


def _between(range_: Between) -> str:
    return f"{range_.low:g} to {range_.high:g}"


def _around(range_: Around) -> str:
    """Median, and where nine of ten draws lie."""
    factor = 2.718281828459045 ** (1.6449 * range_.spread)
    return f"{range_.median:g} ({range_.median / factor:.2g} to {range_.median * factor:.2g})"
