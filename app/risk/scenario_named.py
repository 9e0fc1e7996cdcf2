"""Named scenarios: crashes that happened, and plain falls and rises of today's market.

The moves are those of prices alone. They are applied to today's open interest, funds and
positions; docs/scenarios.md sets the figures of that time beside what the model makes of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import NotFound
from app.domain.scenario import REST, Assumption, AssumptionKind, ScenarioEvent
from app.risk.wording import percent

LOW_2025 = "https://www.binance.bh/en-TR/square/post/30859434163882"
COINS = "https://www.aicoin.com/article/493630"
RIPPLE_2025 = "https://ts2.tech/en/crypto-carnage-20b-vanishes-as-bitcoin-plummets-will-it-rebound"
SOLANA_2025 = "https://forklog.com/en/bitcoin-slumps-to-about-111000"
LOW_2020 = "https://www.research.ledgerprime.com/p/cryptos-black-thursday-the-market"
ETHER_2020 = "https://api.blankvar.com/en/p/1gx7bf"
LOW_2021 = "https://www.mtwwr.com/2914.html"
DOGE_2021 = "https://www.open-lib.com/1941.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedScenario:
    """``figures`` says of every move where it is from, in the order of the event's."""

    name: str
    title: str
    text: str
    event: ScenarioEvent
    figures: tuple[Assumption, ...]


def named(name: str) -> NamedScenario:
    """Raises ``NotFound``."""
    found = next((one for one in NAMED if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in NAMED)
        raise NotFound(f"There is no scenario of this name. There are: {names}.")
    return found


def _figure(
    base: str, move: float, why: str, source: str | None = None
) -> tuple[str, float, Assumption]:
    name = "every other coin" if base == REST else base
    told = Assumption(
        name=f"Move of {name}",
        value=percent(move, signed=True),
        unit="",
        kind=AssumptionKind.ASSUMED if source is None else AssumptionKind.DATA,
        why=why,
        source=source,
    )
    return base, move, told


def _crash(
    name: str, title: str, text: str, *figures: tuple[str, float, Assumption]
) -> NamedScenario:
    """A crash whose lows are known: they hold what liquidations did to prices already."""
    moves = {base: move for base, move, _ in figures}
    return NamedScenario(
        name=name,
        title=title,
        text=text,
        event=ScenarioEvent(moves=moves, final=True),
        figures=tuple(told for _, _, told in figures),
    )


def _today(name: str, move: float) -> NamedScenario:
    direction = "falls" if move < 0 else "rises"
    chosen = Assumption(
        name="Move of BTC",
        value=percent(move, signed=True),
        unit="",
        kind=AssumptionKind.GIVEN,
        why="Other coins follow by their betas.",
    )
    return NamedScenario(
        name=name,
        title=f"BTC {direction} by {abs(move):.0%}",
        text=f"BTC {direction} by {abs(move):.0%} and the other coins with it: these funds, this "
        "open interest.",
        event=ScenarioEvent(move=move),
        figures=(chosen,),
    )


NAMED = (
    _crash(
        "2025-10-10",
        "10 October 2025",
        "The largest liquidation so far: prices fell for minutes while order books emptied.",
        _figure("BTC", -0.148, "From 122,000 to 103,900 within a day.", LOW_2025),
        _figure("ETH", -0.205, "From 4,363 to 3,468.", LOW_2025),
        _figure("DOGE", -0.50, "About half, as reported.", LOW_2025),
        _figure("XRP", -0.31, "As reported.", RIPPLE_2025),
        _figure("SOL", -0.20, "Over 24 hours; its low was deeper.", SOLANA_2025),
        _figure(
            REST,
            -0.63,
            "Mean over the coins of Binance, from the day's opening to its low. Small coins, "
            "which fell most, count as much as large ones there.",
            COINS,
        ),
    ),
    _crash(
        "2021-05-19",
        "19 May 2021",
        "Bitcoin lost nearly a third in a day, most other coins more; exchanges went down.",
        _figure("BTC", -0.30, "Nearly 30 % within 24 hours, to about 30,000.", LOW_2021),
        _figure("ETH", -0.46, "Nearly 46 %, to about 1,900.", LOW_2021),
        _figure("DOGE", -0.40, "40 %, as reported.", DOGE_2021),
        _figure(
            REST, -0.41, "Mean over the coins of Binance, from the day's opening to its low.", COINS
        ),
    ),
    _crash(
        "2020-03-12",
        "12 March 2020",
        "Bitcoin halved within a day while BitMEX, then the largest exchange, stood still.",
        _figure("BTC", -0.511, "From 7,353 to 3,596 on BitMEX.", LOW_2020),
        _figure("ETH", -0.54, "From 195.64 before the first fall to about 90.", ETHER_2020),
        _figure(REST, -0.50, "Taken like bitcoin and ether: no list of all coins was found."),
    ),
    _today("fall-10", -0.10),
    _today("fall-20", -0.20),
    _today("fall-30", -0.30),
    _today("rise-10", 0.10),
    _today("rise-20", 0.20),
    _today("rise-30", 0.30),
)
