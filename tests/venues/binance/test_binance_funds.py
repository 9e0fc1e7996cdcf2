"""Binance's insurance pools and ADL risk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.errors import VenueGarbled, VenueUnreachable
from app.domain.fund import PoolKind, PoolReading
from tests.support.exchange import Exchange

AT = datetime(2025, 4, 23, 0, 0, 2, tzinfo=UTC)


def pools(exchange: Exchange) -> dict[str, PoolReading]:
    return {pool.key: pool for pool in exchange.public().read_funds()}


def test_every_pool_is_read_with_the_contracts_it_stands_behind(binance: Exchange) -> None:
    found = pools(binance)

    assert list(found) == ["usdm:btc-eth-bnb", "usdm:adausdt", "usdm:actusdt"]
    main = found["usdm:btc-eth-bnb"]
    assert main.id == "binance:usdm:btc-eth-bnb"
    assert main.kind is PoolKind.SHARED
    assert "BTCUSDT" in main.symbols
    assert main.scopes == (), "it stands behind the contracts it lists and no others"
    assert found["usdm:actusdt"].symbols == ("ACTUSDT", "MUBARAKUSDT", "OMUSDT", "TSTUSDT")


def test_each_asset_keeps_its_own_amount_and_binances_own_time(binance: Exchange) -> None:
    balances = {b.asset: b for b in pools(binance)["usdm:btc-eth-bnb"].balances}

    assert balances["USDT"].amount == balances["USDT"].usd == 793930579.315848
    assert balances["USDC"].usd == 299999998.6497832
    assert balances["BTC"].amount == 61.73143554
    assert balances["BTC"].usd == pytest.approx(61.73143554 * 11793.63104562)
    assert {b.at for b in balances.values()} == {AT}


def test_an_asset_without_a_price_has_no_value_and_the_pool_says_so(binance: Exchange) -> None:
    main = pools(binance)["usdm:btc-eth-bnb"]
    bnfcr = next(b for b in main.balances if b.asset == "BNFCR")

    assert bnfcr.usd is None
    assert bnfcr.amount == 633223.99396922
    assert main.note is not None
    assert "BNFCR" in main.note
    assert "1 USD" in main.note


def test_a_pool_of_one_contract_is_isolated(binance: Exchange) -> None:
    only = {
        "symbols": ["OMUSDT"],
        "assets": [{"asset": "USDT", "marginBalance": "-5421.25", "updateTime": 1745366402000}],
    }
    binance.answers("fund_pools", [only])

    pool = pools(binance)["usdm:omusdt"]

    assert pool.kind is PoolKind.ISOLATED
    assert pool.balances[0].usd == -5421.25, "a pool in debt is a real value"


def test_marks_read_for_the_markets_serve_to_value_the_fund(binance: Exchange) -> None:
    reader = binance.public()
    reader.read_markets(())
    binance.forget()
    reader.read_funds()
    assert binance.asked() == ["fund_pools"]

    binance.forget()
    binance.now += timedelta(minutes=6)
    reader.read_funds()
    assert binance.asked() == ["fund_pools", "marks_linear"]


@pytest.mark.parametrize(
    "answer",
    [
        {"symbols": ["BTCUSDT"], "assets": []},
        [{"symbols": [], "assets": []}],
        [{"symbols": "BTCUSDT", "assets": []}],
        [{"symbols": ["BTCUSDT"], "assets": [{"asset": "USDT"}]}],
        [{"symbols": ["BTCUSDT"], "assets": []}, {"symbols": ["BTCUSDT"], "assets": []}],
        [{"symbols": ["BTCUSDT"], "assets": [
            {"asset": "USDT", "marginBalance": "NaN", "updateTime": 1745366402000}]}],
    ],
)  # fmt: skip
def test_pools_of_the_wrong_shape_are_garbled_and_never_an_empty_fund(
    binance: Exchange, answer: object
) -> None:
    binance.answers("fund_pools", answer)

    with pytest.raises(VenueGarbled):
        binance.public().read_funds()


def test_the_adl_risk_of_every_contract_is_read_in_one_call(binance: Exchange) -> None:
    found = {signal.native_symbol: signal for signal in binance.public().read_adl_signals()}

    assert found["BTCUSDT"].rating == "low"
    assert found["ETHUSDT"].rating == "high", "the live interface writes it in capitals"
    assert found["BTCUSDT"].progress is None, "Binance gives no figure"
    assert binance.asked() == ["adl_risk"]


def test_a_rating_that_is_not_known_is_none_with_a_note(binance: Exchange) -> None:
    row = {"symbol": "BTCUSDT", "adlRisk": "extreme", "updateTime": 1597370495002}
    binance.answers("adl_risk", [row])

    (signal,) = binance.public().read_adl_signals()

    assert signal.rating is None
    assert signal.note is not None


def test_a_fund_that_does_not_answer_is_unreachable(binance: Exchange) -> None:
    binance.answers("fund_pools", text="", status_code=503)

    with pytest.raises(VenueUnreachable):
        binance.public().read_funds()
