"""Crashes of which figures were published: what goes into the model, what is set beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.scenario import (
    AfterFund,
    Assumption,
    AssumptionKind,
    ScenarioContract,
    ScenarioPool,
    ScenarioVenue,
)
from app.risk.scenario_named import LOW_2020
from app.risk.scenario_parameters import BUSY_VOLUME, THIN_VOLUME

REPLAY = "https://github.com/ConejoCapital/HyperMultiAssetedADL"
LOSERS = "https://github.com/pluriholonomic/autodeleveraging-analysis"
VAULT = "http://bitchainhorizon.com/understanding-hyperliquids-hlp-vault"
FUND_2025 = "https://www.binance.bh/en/square/post/30856400292745"
FEED_2025 = "https://www.binance.bh/en-TR/square/post/31136358766305"
FUTURES_2025 = (
    "https://www.brief.news/bitcoin-maxi/2025/10/15/bitcoin-futures-crash"
    "?briefFormat=TopStories&categories=Science&source=%2Fbitcoin-maxi"
)
FUND_2021 = (
    "https://bitcointalksearch.org/topic/"
    "binance-announces-crypto-industry-recovery-fundftx-question-5422355"
)
ETHER_2021 = "https://www.altcoinstalks.com/index.php?action=printpage&topic=216605.0"
FUND_2020 = (
    "https://cointelegraph.com.cach3.com/news/"
    "bitmex-insurance-fund-tags-ath-binance-and-deribit-inject-millions/amp.html"
)
INTEREST_2020 = (
    "https://www.cryptoiqtrading.com/"
    "crypto-derivatives-markets-speculation-smashed-by-this-months-crypto-crash/"
)
PRICE_2020 = 7_353.0
MIDDLE_2020 = (7_353.0 + 3_596.0) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A figure from the crash, beside which field of a pool's outcome, and what is odd with it."""

    field: str
    words: str
    usd: float
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """``scenario`` names the moves; ``inputs`` say where everything else put in is from."""

    title: str
    short: str
    scenario: str
    venue: ScenarioVenue
    inputs: tuple[Assumption, ...]
    published: tuple[Published, ...]


def _venue(
    name: str, interest: Mapping[str, float], fund: float, turnover: float | None = None
) -> ScenarioVenue:
    """One fund behind contracts in these coins; ``turnover`` is daily volume / open interest."""
    contracts = tuple(
        ScenarioContract(
            native_symbol=base,
            base=base,
            open_interest_usd=usd,
            daily_volume_usd=None if turnover is None else turnover * usd,
        )
        for base, usd in interest.items()
    )
    pool = ScenarioPool(key="fund", name="Fund", balance_usd=fund, contracts=contracts)
    return ScenarioVenue(venue=name, name=name, pools=(pool,), after_fund=AfterFund.ADL)


def _data(name: str, value: str, why: str, source: str) -> Assumption:
    return Assumption(
        name=name, value=value, unit="", kind=AssumptionKind.DATA, why=why, source=source
    )


def _assumed(name: str, value: str, why: str) -> Assumption:
    return Assumption(name=name, value=value, unit="", kind=AssumptionKind.ASSUMED, why=why)


def _hyperliquid(sides: int) -> ScenarioVenue:
    total = 13.8e9 / sides
    shares = {"BTC": 0.35, "ETH": 0.20, "SOL": 0.08, "other coins": 0.37}
    interest = {base: share * total for base, share in shares.items()}
    return _venue("hyperliquid", interest, 3e8, turnover=10e9 / total)


_HYPERLIQUID_INPUTS = (
    _data("open interest", "$13.8 B", "Before the crash.", THIN_VOLUME),
    _data("daily volume", "$10 B", "The mean of the week before.", THIN_VOLUME),
    _data("fund: the HLP vault", "about $300 M", "In October 2025, day not given.", VAULT),
    _assumed(
        "shares of coins",
        "BTC 35 %, ETH 20 %, SOL 8 %, others 37 %",
        "Published is only that more than a third was in other coins than these three.",
    ),
)
_HYPERLIQUID_PUBLISHED = (
    Published(
        field="forced_usd",
        words="liquidated within 12 minutes",
        usd=5_511_042_925.05,
        source=REPLAY,
        note="deleveraged positions not counted in",
    ),
    Published(
        field="shortfall_usd",
        words="sum of the losers' negative equity",
        usd=100.06e6,
        source=LOSERS,
        note="another count of the same data says $23 M",
    ),
    Published(
        field="adl_usd",
        words="positions deleveraged",
        usd=2_103_111_430.86,
        source=REPLAY,
    ),
)

CASES = (
    Case(
        title="10 October 2025, Hyperliquid",
        short="Hyperliquid 2025",
        scenario="2025-10-10",
        venue=_hyperliquid(1),
        inputs=_HYPERLIQUID_INPUTS,
        published=_HYPERLIQUID_PUBLISHED,
    ),
    Case(
        title="The same, if the published open interest counts both sides",
        short="the same, halved",
        scenario="2025-10-10",
        venue=_hyperliquid(2),
        inputs=(
            _assumed(
                "open interest",
                "$6.9 B",
                "The source does not say whether it counts one side or both.",
            ),
        ),
        published=_HYPERLIQUID_PUBLISHED,
    ),
    Case(
        title="10 October 2025, Binance: the fund behind BTC, ETH and BNB",
        short="Binance 2025",
        scenario="2025-10-10",
        venue=_venue("binance", {"BTC": 16e9, "ETH": 8e9}, 1.23e9),
        inputs=(
            _data("open interest, BTC", "$16 B", "Before the crash.", FUTURES_2025),
            _assumed("open interest, ETH", "$8 B", "Half of that of BTC; BNB is left out."),
            _data("fund", "$1.23 B", "The day before.", FUND_2025),
        ),
        published=(
            Published(field="paid_usd", words="paid by the fund", usd=188e6, source=FUND_2025),
            Published(
                field="forced_usd",
                words="liquidated, all contracts, as its feed shows it",
                usd=2.41e9,
                source=FEED_2025,
                note="the feed shows one liquidation a second and contract, so far too little",
            ),
        ),
    ),
    Case(
        title="19 May 2021, Binance: the fund behind BTC and ETH",
        short="Binance 2021",
        scenario="2021-05-19",
        venue=_venue(
            "binance", {"BTC": 3e9, "ETH": 1.5e9}, 291_853_183.0, turnover=2.5e12 / 31 / 9.1e9
        ),
        inputs=(
            _data("open interest, ETH", "$1.5 B", "Mean of the month, perpetuals.", ETHER_2021),
            _assumed("open interest, BTC", "$3 B", "A third of the $9.1 B of all its derivatives."),
            _data(
                "daily volume",
                "8.9 × open interest",
                "$2.5 trillion in the month on $9.1 B.",
                BUSY_VOLUME,
            ),
            _data("fund", "$292 M", "On the day.", FUND_2021),
        ),
        published=(
            Published(
                field="paid_usd",
                words="fund smaller a day later by",
                usd=291_853_183.0 - 288_718_799.0,
                source=FUND_2021,
                note="what good liquidations brought it is counted in",
            ),
        ),
    ),
    Case(
        title="12 March 2020, BitMEX",
        short="BitMEX 2020",
        scenario="2020-03-12",
        venue=_venue("bitmex", {"BTC": 1.2e9}, 35_508 * PRICE_2020),
        inputs=(
            _data("open interest, BTC", "$1.2 B", "Before the crash.", INTEREST_2020),
            _data("fund", "35,508 BTC", "The day before, at the price before.", FUND_2020),
            _data("price before", "$7,353", "On BitMEX itself.", LOW_2020),
        ),
        published=(
            Published(
                field="forced_usd",
                words="fall of open interest",
                usd=700e6,
                source=INTEREST_2020,
                note="$1.6 B were counted as liquidated: positions opened on the way down were "
                "liquidated as well",
            ),
            Published(
                field="paid_usd",
                words="used of the fund",
                usd=1_627 * MIDDLE_2020,
                source=FUND_2020,
                note="1,627 BTC, at the middle of that day's prices",
            ),
        ),
    ),
)
