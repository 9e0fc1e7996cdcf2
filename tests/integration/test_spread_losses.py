"""Losses that a fund cannot bear: what a person sees of a clawback, and of a loss charged to them."""

from __future__ import annotations

import pytest

from app.store import positions
from tests.support.installation import Installation


def test_a_session_that_is_taxed_stands_beside_the_positions_of_that_currency_alone(
    seawall: Installation,
) -> None:
    seawall.link("deribit")
    seawall.settle()
    assert {one["severity"] for one in seawall.positions().values()} == {"ok"}

    seawall.sandbox.market.play("fund_drain", elapsed=300, still=True)
    seawall.wait(minutes=11)

    held = seawall.positions()
    reasons = {
        symbol: {reason["code"]: reason["text"] for reason in shown["reasons"]}
        for (_, symbol, _), shown in held.items()
    }
    assert "made traders in profit pay" in reasons["BTC-PERPETUAL"]["loss_spread"]
    assert held["deribit", "BTC-PERPETUAL", "long"]["severity"] == "warning"
    for symbol in ("ETH-PERPETUAL", "SOL_USDC-PERPETUAL", "BTC_USDC-PERPETUAL"):
        assert reasons[symbol] == {}
    assert seawall.get("funds/deribit:btc")["balance_usd"] is None


@pytest.fixture
def acknowledged(seawall: Installation) -> tuple[Installation, str]:
    """Crypto.com tells nobody what a key may do: a person has to say that they have looked."""
    account_id = seawall.link("cryptocom")
    seawall.settle()
    assert seawall.account(account_id)["status"] == "unverifiable"
    assert seawall.positions() == {}
    answer = seawall.api.post(
        f"/api/v1/accounts/{account_id}/acknowledge", json={"unverifiable": True}
    )
    assert answer.status_code == 200
    seawall.settle()
    return seawall, account_id


def test_cross_positions_get_an_estimate_and_isolated_ones_the_venues_price(
    acknowledged: tuple[Installation, str],
) -> None:
    seawall, account_id = acknowledged
    assert seawall.account(account_id)["error"] is None
    found = {
        name[1:]: (shown["liquidation_price_source"], shown["liquidation_price"])
        for name, shown in seawall.positions().items()
    }
    # The account has 7 000 + 450 + 100, maintenance is 1 % of 30 000 and of 8 000.
    assert found == {
        ("BTCUSD-PERP", "short"): ("estimated", pytest.approx((30_000 + 7_550 - 80) / 0.303)),
        ("ETHUSD-PERP", "long"): ("estimated", pytest.approx((8_000 - 7_550 + 300) / 1.98)),
        ("BTCUSD-PERP", "long"): ("venue", pytest.approx(2_650 / 0.0495)),
        ("SOLUSD-PERP", "long"): ("venue", pytest.approx(2_180 / 19.5)),
    }


def test_a_fund_at_zero_is_critical_and_a_charge_is_said_beside_the_margin(
    acknowledged: tuple[Installation, str],
) -> None:
    seawall, _ = acknowledged
    assert seawall.get("funds/cryptocom:usd")["balance_usd"] == 6_200_000

    seawall.sandbox.market.play("crash", elapsed=300, still=True)
    seawall.wait(minutes=11)

    fund = seawall.get("funds/cryptocom:usd")
    assert (fund["balance_usd"], fund["health"]) == (0, "critical")
    for shown in seawall.positions().values():
        assert shown["severity"] in {"warning", "critical"}
        assert any("fund" in reason["code"] for reason in shown["reasons"])
    with seawall.database.read() as connection:
        stored = positions.current_for_venue(connection, venue="cryptocom")
    (note,) = {one.margin.note for one in stored if one.margin is not None}
    # A quarter of 6 200 000 over the 31 000 000 that all have won, of 4 110.
    assert "205.50 USD of a socialised loss were charged" in (note or "")
