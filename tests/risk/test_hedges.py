"""Positions of one user that offset one another."""

from __future__ import annotations

from collections import defaultdict
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.position import ContractKind, MarginMode, Position, Side
from app.risk.hedges import SMALLEST, Leg, coin_of, find_hedges
from tests.risk.builders import a_position

NAMES = {"binance": "Binance", "bybit": "Bybit", "hyperliquid": "Hyperliquid"}


def a_leg(id: str = "1", *, account: str = "main", touched: bool = True, **fields: Any) -> Leg:
    position = a_position(**fields)
    return Leg(
        id=id,
        position=position,
        account=account,
        venue_name=NAMES[position.venue],
        touched_by_adl=touched,
    )


def a_short(id: str = "2", **fields: Any) -> Leg:
    values: dict[str, Any] = {"venue": "bybit", "side": Side.SHORT, "unrealized_pnl": -500.0}
    return a_leg(id, **(values | fields))


def a_pepe(symbol: str, native: str, mark: float, size: float, **fields: Any) -> Position:
    return a_position(
        symbol=symbol,
        native_symbol=native,
        mark_price=mark,
        size=size,
        notional_usd=mark * size,
        **fields,
    )


def test_a_long_and_a_short_of_one_coin_hedge_each_other_across_venues() -> None:
    found = find_hedges([a_leg(), a_short()])

    assert found["1"].base == "BTC"
    assert found["1"].share == 1.0
    assert found["1"].legs == ("short on Bybit (main)",)
    assert found["1"].venues == ("bybit",)
    assert found["2"].legs == ("long on Binance (main)",)


def test_auto_deleveraging_would_close_the_winning_leg_alone() -> None:
    found = find_hedges([a_leg(), a_short()])

    assert found["1"].lost_to_adl
    assert not found["2"].lost_to_adl


def test_a_venue_that_closes_no_positions_loses_no_leg() -> None:
    assert not find_hedges([a_leg(touched=False), a_short()])["1"].lost_to_adl


def test_profit_that_is_not_known_is_no_lost_leg() -> None:
    unknown = a_leg(unrealized_pnl=None, entry_price=None)
    assert not find_hedges([unknown, a_short()])["1"].lost_to_adl


def test_a_smaller_short_offsets_a_part() -> None:
    found = find_hedges([a_leg(), a_short(notional_usd=8_125.0, size=0.125)])

    assert found["1"].share == pytest.approx(0.25)
    assert found["2"].share == 1.0


def test_two_longs_share_one_short_in_proportion() -> None:
    held = [a_leg("1"), a_leg("3", account="second"), a_short(), a_short("4", side=Side.LONG)]
    found = find_hedges(held)

    assert found["1"].share == found["3"].share == found["4"].share == pytest.approx(1 / 3)
    assert found["2"].share == 1.0
    assert set(found["2"].legs) == {
        "long on Binance (main)",
        "long on Binance (second)",
        "long on Bybit (main)",
    }


def test_both_sides_of_one_contract_in_one_account_hedge_each_other() -> None:
    short = a_leg("2", side=Side.SHORT, unrealized_pnl=-500.0)
    found = find_hedges([a_leg(), short])

    assert found["1"].legs == ("short on Binance (main)",)
    assert found["1"].lost_to_adl


def test_a_venue_that_spares_hedged_positions_closes_only_what_sticks_out() -> None:
    def spared(leg: Leg) -> Leg:
        return Leg(
            id=leg.id,
            position=leg.position,
            account=leg.account,
            venue_name=leg.venue_name,
            touched_by_adl=True,
            spares_hedged=True,
        )

    cross: dict[str, Any] = {"margin_mode": MarginMode.CROSS}
    long, short = a_leg(**cross), a_leg("2", side=Side.SHORT, **cross)
    larger = a_leg(notional_usd=65_000.0, size=1.0, **cross)

    assert not find_hedges([spared(long), spared(short)])["1"].lost_to_adl
    assert find_hedges([spared(larger), spared(short)])["1"].lost_to_adl
    assert find_hedges([spared(a_leg()), spared(short)])["1"].lost_to_adl
    assert find_hedges([spared(long), a_short(**cross)])["1"].lost_to_adl


def test_legs_under_a_tenth_are_no_hedge() -> None:
    small = a_short(notional_usd=3_000.0, size=3_000 / 65_000)
    found = find_hedges([a_leg(), small])

    assert "1" not in found
    assert found["2"].share == 1.0


def test_small_legs_of_one_account_count_together() -> None:
    held = [a_short(str(n), notional_usd=3_000.0, size=3_000 / 65_000) for n in range(5)]
    found = find_hedges([a_leg("long"), *held])

    assert found["long"].share == pytest.approx(15_000 / 32_500)
    assert found["long"].legs == ("short on Bybit (main)",)


def test_the_largest_leg_is_named_first() -> None:
    held = [
        a_leg(),
        a_short(notional_usd=6_500.0, size=0.1),
        a_short("3", venue="hyperliquid", notional_usd=13_000.0, size=0.2),
    ]
    assert find_hedges(held)["1"].venues == ("hyperliquid", "bybit")


def test_an_inverse_contract_and_a_dated_one_are_the_same_coin() -> None:
    inverse = a_short(
        symbol="BTC/USD:BTC", native_symbol="BTCUSD", kind=ContractKind.INVERSE, settle_asset="BTC"
    )
    dated = a_short("3", symbol="BTC/USDT:USDT-261225", native_symbol="BTCUSDT-25DEC26")

    assert find_hedges([a_leg(), inverse])["1"].share == 1.0
    assert find_hedges([a_leg(), dated])["1"].share == 1.0


def test_coins_are_compared_where_a_value_in_usd_is_not_known() -> None:
    found = find_hedges([a_leg(notional_usd=None), a_short(size=0.25)])
    assert found["1"].share == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("symbol", "native", "coin"),
    [
        ("BTC/USDT:USDT", "BTCUSDT", ("BTC", 1.0)),
        ("XBT/USDT:USDT", "XBTUSDTM", ("BTC", 1.0)),
        ("1000PEPE/USDT:USDT", "1000PEPEUSDT", ("PEPE", 1e3)),
        ("KPEPE/USDC:USDC", "kPEPE", ("PEPE", 1e3)),
        ("10000000AIDOGE/USDT:USDT", "10000000AIDOGEUSDT", ("AIDOGE", 1e7)),
        ("1MBABYDOGE/USDT:USDT", "1MBABYDOGEUSDT", ("BABYDOGE", 1e6)),
        ("SHIB1000/USDT:USDT", "SHIB1000USDT", ("SHIB", 1e3)),
        ("KSM/USDT:USDT", "KSMUSDT", ("KSM", 1.0)),
        ("KAS/USD:USD", "pf_kasusd", ("KAS", 1.0)),
        ("1INCH/USDT:USDT", "1INCHUSDT", ("1INCH", 1.0)),
        ("1000X/USDT:USDT", "1000XUSDT", ("1000X", 1.0)),
        ("XYZ-TSLA/USDC:USDC", "xyz:TSLA", ("XYZ-TSLA", 1.0)),
        ("ETH/BTC:BTC", "ETHBTC", None),
        ("BTC/EUR:EUR", "BTCEUR", None),
        ("BTC/USD:BTC-261225-100000-C", "BTC-25DEC26-100000-C", None),
        ("", "?", None),
    ],
)
def test_the_coin_of_a_contract(symbol: str, native: str, coin: tuple[str, float] | None) -> None:
    assert coin_of(a_position(symbol=symbol, native_symbol=native)) == coin


def test_contracts_of_a_thousand_coins_pair_with_contracts_of_one() -> None:
    thousand = a_pepe("1000PEPE/USDT:USDT", "1000PEPEUSDT", 0.008, 1e6)
    small_k = a_pepe("KPEPE/USDC:USDC", "kPEPE", 0.00802, 5e5, side=Side.SHORT)
    single = a_pepe("PEPE/USDT:USDT", "PEPE-USDT-SWAP", 0.00000799, 5e8, side=Side.SHORT)
    held = [
        Leg(id=str(n), position=p, account="main", venue_name="V", touched_by_adl=True)
        for n, p in enumerate((thousand, small_k, single))
    ]
    found = find_hedges(held)

    assert found["0"].base == "PEPE"
    assert found["0"].share == pytest.approx(1.0, abs=0.01)
    assert found["1"].share == found["2"].share == pytest.approx(1.0, abs=0.01)


def test_a_hedge_in_one_contract_keeps_the_name_its_traders_know() -> None:
    pepe: dict[str, Any] = {"symbol": "1000PEPE/USDT:USDT", "native_symbol": "1000PEPEUSDT"}
    assert find_hedges([a_leg(**pepe), a_short(**pepe)])["1"].base == "1000PEPE"


def test_one_name_with_two_prices_is_not_one_coin() -> None:
    neiro = a_leg(symbol="NEIRO/USDT:USDT", mark_price=0.1)
    other = a_short(symbol="NEIRO/USDT:USDT", mark_price=0.001)
    assert find_hedges([neiro, other]) == {}


def test_without_a_price_only_the_same_contract_pairs() -> None:
    bare: dict[str, Any] = {"mark_price": None, "notional_usd": None}
    long, same = a_leg(**bare), a_leg("2", side=Side.SHORT, **bare)

    assert find_hedges([long, a_short(**bare)]) == {}
    assert find_hedges([long, a_short()]) == {}
    assert find_hedges([long, same])["1"].share == 1.0


def test_a_price_follows_from_value_and_size_where_there_is_no_mark() -> None:
    assert find_hedges([a_leg(mark_price=None), a_short()])["1"].share == 1.0


def test_positions_on_one_side_or_in_other_coins_stand_alone() -> None:
    eth = a_short(symbol="ETH/USDT:USDT", native_symbol="ETHUSDT", mark_price=3_000.0)
    assert find_hedges([a_leg(), a_leg("3", account="second"), eth]) == {}


LEGS = st.lists(
    st.tuples(
        st.sampled_from(Side),
        st.sampled_from(sorted(NAMES)),
        st.sampled_from(("main", "second")),
        st.sampled_from((("BTC", 65_000.0), ("ETH", 3_000.0))),
        st.floats(1.0, 1e6),
    ),
    max_size=30,
)


def legs_of(drawn: list[tuple[Side, str, str, tuple[str, float], float]]) -> list[Leg]:
    return [
        a_leg(
            str(number),
            account=account,
            side=side,
            venue=venue,
            symbol=f"{coin}/USDT:USDT",
            mark_price=price,
            size=usd / price,
            notional_usd=usd,
        )
        for number, (side, venue, account, (coin, price), usd) in enumerate(drawn)
    ]


@given(LEGS)
def test_offsets_never_exceed_the_other_side(
    drawn: list[tuple[Side, str, str, tuple[str, float], float]],
) -> None:
    held = legs_of(drawn)
    found = find_hedges(held)
    totals: defaultdict[tuple[str, Side], float] = defaultdict(float)
    offset: defaultdict[tuple[str, Side], float] = defaultdict(float)
    for leg in held:
        usd, key = leg.position.notional_usd or 0.0, (leg.position.symbol, leg.position.side)
        totals[key] += usd
        if leg.id in found:
            offset[key] += usd * found[leg.id].share
    for (symbol, side), amount in offset.items():
        other = Side.SHORT if side is Side.LONG else Side.LONG
        assert amount <= totals[(symbol, other)] * (1 + 1e-9)


@given(LEGS)
def test_a_hedge_is_of_the_other_side_and_no_less_than_a_tenth(
    drawn: list[tuple[Side, str, str, tuple[str, float], float]],
) -> None:
    held = legs_of(drawn)
    for id, hedge in find_hedges(held).items():
        side = held[int(id)].position.side
        assert hedge.share * (1 + 1e-9) >= SMALLEST
        assert hedge.share <= 1.0
        assert hedge.legs
        assert all(not leg.startswith(f"{side} ") for leg in hedge.legs)


@given(LEGS, st.randoms())
def test_the_order_of_positions_does_not_matter(
    drawn: list[tuple[Side, str, str, tuple[str, float], float]], random: Any
) -> None:
    held = legs_of(drawn)
    mixed = list(held)
    random.shuffle(mixed)
    one, other = find_hedges(held), find_hedges(mixed)
    assert one.keys() == other.keys()
    for id, hedge in one.items():
        assert hedge.share == pytest.approx(other[id].share)
        assert sorted(hedge.legs) == sorted(other[id].legs)


def test_a_thousand_positions_take_no_time_to_speak_of() -> None:
    """Linear work: ten times the positions take about ten times as long, not a hundred."""

    def seconds(count: int) -> float:
        drawn = [
            ((Side.LONG, Side.SHORT)[n % 2], "binance", f"account {n}", ("BTC", 65_000.0), 100.0)
            for n in range(count)
        ]
        held = legs_of(drawn)
        best = 1.0
        for _ in range(3):
            start = perf_counter()
            find_hedges(held)
            best = min(best, perf_counter() - start)
        return best

    assert seconds(10_000) < 40 * seconds(1_000)


@pytest.mark.parametrize("broken", [float("inf"), float("nan"), 1e300])
def test_a_size_or_value_that_can_be_none_is_no_part_of_a_hedge(broken: float) -> None:
    assert find_hedges([a_leg(size=broken), a_short()]) == {}
    found = find_hedges([a_leg(notional_usd=broken), a_short()])
    assert found["1"].share == 1.0, "coins are counted where a value is not known"
