"""What a case cannot say of dYdX: derived addresses, the documented formula, funds in turn."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.position import ContractKind, ScopeReading
from app.risk.liquidation_estimate import prices
from app.risk.margin import share_margin
from app.venues import dydx_account as account
from app.venues import dydx_market as market
from app.venues.dydx_address import bech32, fund_address
from app.venues.markets import Contract
from tests.support.case import case
from tests.support.exchange import Exchange, without_waiting

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
NODE = "https://dydx-rest.publicnode.com"
USDC = [{"denom": market.DENOM, "amount": "1000000"}]


def test_the_shared_fund_has_its_published_address() -> None:
    assert fund_address() == "dydx1c7ptc87hkd54e3r7zjy92q29xkq7t79w64slrq"


def test_the_fund_of_an_isolated_market_has_the_address_of_dydxs_own_tests() -> None:
    assert fund_address(37) == "dydx10mlrxmaquwjwsj59ywp8xttc8rfxn9jfvzswtn"


def test_bech32_agrees_with_the_published_example() -> None:
    """BIP 173: the 32 values 0 to 31, packed."""
    packed = bytes.fromhex("00443214c74254b635cf84653a56d7c675be77df")

    assert bech32("abcdef", packed) == "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"


@pytest.mark.parametrize(
    ("scope", "symbol"),
    [
        ("subaccount:0", "BTC-USD"),
        ("subaccount:1", "BTC-USD"),
        ("subaccount:1", "ETH-USD"),
        ("subaccount:128", "ETH-USD"),
        ("subaccount:256", "PENGU-USD"),
    ],
)
def test_the_estimate_is_the_formula_dydx_publishes(scope: str, symbol: str) -> None:
    """p' = (e - s p - MMR of the others) / (|s| MMF - s)"""
    listed, readings = _read()
    reading = next(one for one in readings if one.scope == scope)
    position = next(one for one in reading.positions if one.native_symbol == symbol)
    others = sum(p.maintenance_margin or 0 for p in reading.positions if p is not position)
    equity = reading.margin.margin_balance if reading.margin else position.collateral
    assert equity is not None
    signed = position.side.sign * position.size
    oracle, rate = listed[symbol].oracle, listed[symbol].maintenance_rate
    assert oracle is not None
    expected = (equity - signed * oracle - others) / (abs(signed) * rate - signed)

    found = prices(position, shared=share_margin(reading.positions, reading.margin))

    if expected > 0:
        assert found.liquidation.price == pytest.approx(expected)
    else:
        assert found.liquidation.price is None
        assert found.covered


def test_dydxs_own_example_of_an_isolated_position() -> None:
    """1,000 of equity, short 3 ETH at 3,000 with 5 %: liquidated at 3,174.60."""
    reading = _example(128, {"ETH-USD": ("-3", "3000", "0.05")})
    (position,) = reading.positions

    found = prices(position, shared=share_margin(reading.positions, reading.margin))

    assert found.liquidation.price == pytest.approx(3174.60, abs=0.01)


def test_dydxs_own_example_of_a_cross_position() -> None:
    """Beside 1,000 STRK at 1.75 with 10 %, short 1.5 ETH at 3,000 with 5 %: 3,380.95."""
    reading = _example(
        0, {"ETH-USD": ("-1.5", "3000", "0.05"), "STRK-USD": ("1000", "1.75", "0.10")}
    )

    found = prices(reading.positions[0], shared=share_margin(reading.positions, reading.margin))

    assert found.liquidation.price == pytest.approx(3380.95, abs=0.01)


def test_every_isolated_fund_is_read_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_waiting(monkeypatch)
    exchange = Exchange("dydx", tmp_path, tmp_path)
    listed = [_perpetual(0, "BTC-USD", "CROSS")]
    listed += [_perpetual(number, f"M{number}-USD", "ISOLATED") for number in range(1, 11)]
    exchange.answers("perpetuals", {"perpetual": listed, "pagination": {"next_key": None}})
    exchange.answers("markets", {"markets": {}})
    for number in (None, *range(1, 11)):
        url = f"{NODE}/cosmos/bank/v1beta1/balances/{fund_address(number)}"
        exchange.adapter.register_uri("GET", url, json={"balances": USDC})
    reader = exchange.public()

    read = [len(reader.read_funds()) for _ in range(3)]

    assert read == [5, 9, 11]
    assert reader.all_funds_asked
    balances = [r for r in exchange.adapter.request_history if "/balances/" in r.path]
    assert len(balances) == 15, "the shared fund each time, four others a turn"


def _read() -> tuple[dict[str, account.Market], tuple[ScopeReading, ...]]:
    bodies = {
        entry.url.split("/")[4]: entry.body
        for entry in case("dydx", "positions_of_every_subaccount").bundle.entries
    }
    listed = account.markets(bodies["perpetualMarkets"])
    contracts = {ticker: _contract(ticker) for ticker in listed}
    return listed, tuple(
        account.reading(one, listed=listed, contracts=contracts, as_of=NOW)
        for one in account.subaccounts(bodies["addresses"])
    )


def _example(number: int, held: dict[str, tuple[str, str, str]]) -> ScopeReading:
    """A subaccount of 1,000 with positions of (size, oracle price, maintenance fraction)."""
    rows = {
        ticker: {"market": ticker, "size": size, "side": "SHORT" if "-" in size else "LONG"}
        for ticker, (size, _, _) in held.items()
    }
    subaccount = {
        "subaccountNumber": number,
        "equity": "1000",
        "openPerpetualPositions": rows,
    }
    markets = {
        ticker: {
            "ticker": ticker,
            "marketType": "CROSS",
            "oraclePrice": oracle,
            "maintenanceMarginFraction": fraction,
        }
        for ticker, (_, oracle, fraction) in held.items()
    }
    (found,) = account.subaccounts({"subaccounts": [subaccount]})
    return account.reading(
        found,
        listed=account.markets({"markets": markets}),
        contracts={ticker: _contract(ticker) for ticker in held},
        as_of=NOW,
    )


def _contract(ticker: str) -> Contract:
    base = ticker.partition("-")[0]
    return Contract(
        native_symbol=ticker,
        symbol=f"{base}/USDC:USDC",
        kind=ContractKind.LINEAR,
        contract_size=1.0,
        base=base,
        quote="USDC",
        settle="USDC",
        expires_at=None,
    )


def _perpetual(number: int, ticker: str, kind: str) -> dict[str, object]:
    params = {"id": number, "ticker": ticker, "market_type": f"PERPETUAL_MARKET_TYPE_{kind}"}
    return {"params": params}
