"""Replays say what would have been said live, and with what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from app.domain.errors import InvalidInput, NotFound
from app.domain.fund import DivergenceKind, FundBalance, FundHealth
from app.domain.fund_series import micros, when
from app.monitor.backtest import ALARM, Replayed, replay
from app.monitor.backtest_figures import naive_alarms, score
from app.monitor.backtest_incidents import incidents, tell
from app.monitor.backtest_stored import imported_histories, stored_histories
from app.risk.fund_histories import DAY, HOUR, SECOND, START, Feed, FundHistory, Kind, Truth, event
from app.risk.fund_histories_suite import suite
from app.store import funds
from app.store.database import Database
from tests.support.nouns import a_pool_reading

CHEERLESS = (FundHealth.DECLINING, FundHealth.DRAINING, FundHealth.CRITICAL)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def hourly(
    amounts: Sequence[float] | np.ndarray, *, late: dict[int, int] | None = None, **fields: Any
) -> FundHistory:
    """A fund of dollars with one balance an hour, read at once but for those that are ``late``."""
    amount = np.asarray(amounts, dtype=np.float64)
    at = START + HOUR * np.arange(len(amount))
    known_at = at + SECOND
    for index, delay in (late or {}).items():
        known_at[index] += delay
    order = np.argsort(known_at, kind="stable")
    feed = Feed(
        asset="USDT",
        at=at[order],
        known_at=known_at[order],
        amount=amount[order],
        usd=amount[order],
    )
    return FundHistory(
        name="fund", feeds=(feed,), **{"venue": "one", "cadence_seconds": 3600} | fields
    )


def growing(hours: int, *, start: float = 1e6) -> np.ndarray:
    return start * np.exp(np.arange(hours) * 1e-5)


def falling(days: int = 40, *, at_hour: int, to: float) -> np.ndarray:
    amounts = growing(24 * days)
    amounts[at_hour:] *= to
    return amounts


def one(history: FundHistory, **fields: Any) -> Replayed:
    (replayed,) = replay((history,), **fields)
    return replayed


def alarms(replayed: Replayed) -> list[tuple[int, FundHealth, frozenset[str]]]:
    return [(said.at, said.state.health, said.codes & ALARM) for said in replayed.said]


def made(name: str) -> FundHistory:
    return next(plan for plan in suite() if plan.name == name).market()[0]


def test_a_fall_is_said_when_the_balance_that_shows_it_is_known() -> None:
    history = hourly(falling(at_hour=500, to=0.8))
    first = next(said for said in one(history).said if said.codes & ALARM)
    assert first.at == START + 500 * HOUR + SECOND
    assert first.state.health is FundHealth.DRAINING


def test_a_balance_that_arrives_late_is_not_known_before() -> None:
    amounts = falling(at_hour=500, to=0.8)
    history = hourly(amounts[:502], late={500: 2 * HOUR, 501: 2 * HOUR})
    first = next(said for said in one(history).said if said.codes & ALARM)
    assert first.at == START + 502 * HOUR + SECOND


def test_a_fall_that_was_never_read_is_never_said() -> None:
    amounts = growing(24 * 40)
    amounts[500] *= 0.8
    read = hourly(amounts)
    unread = hourly(np.delete(amounts, 500))
    assert any(said.codes & ALARM for said in one(read).said)
    assert not any(said.codes & ALARM for said in one(unread).said)


@pytest.mark.parametrize(
    "name",
    [
        "cascade of 20% in 8 h, hourly",
        "cascade with top-up (unlabelled) of 30%, daily",
        "slow bleed of 1.5 % a day, daily",
        "stale feed, served again, hourly, 1",
        "regrouping to 30%, hourly",
    ],
)
def test_what_is_left_unjudged_would_have_said_nothing_new(name: str) -> None:
    """Alarms begin at the same balance and with the same words; they may end some hours later."""
    history = made(name)
    quick, whole = one(history), one(history, every=True)
    assert quick.judged < whole.judged
    for health in (*CHEERLESS, FundHealth.STALE):
        times = [
            [said.at for said in replayed.said if said.state.health is health]
            for replayed in (quick, whole)
        ]
        assert bool(times[0]) == bool(times[1]), health
        if times[0] and health in (FundHealth.DRAINING, FundHealth.CRITICAL):
            assert times[0][0] == times[1][0]
    beginnings = [
        next((at for at, _, codes in alarms(replayed) if codes), None)
        for replayed in (quick, whole)
    ]
    assert beginnings[0] == beginnings[1]
    assert score(quick).false_alarms == score(whole).false_alarms


def test_a_regrouping_is_no_fall() -> None:
    history = hourly(falling(at_hour=500, to=0.4), events=(event("regrouped", START + 500 * HOUR),))
    assert not any(said.codes & ALARM for said in one(history).said)
    assert naive_alarms(history)


def test_a_fall_alone_and_a_fall_with_the_others_are_told_apart() -> None:
    calm = [hourly(growing(24 * 40), venue=f"calm-{n}") for n in range(4)]
    falls = [hourly(falling(at_hour=500, to=0.9), venue=f"falls-{n}") for n in range(4)]
    for others, kind in ((calm, DivergenceKind.ALONE), (falls, DivergenceKind.MARKET_WIDE)):
        fallen = hourly(falling(at_hour=500, to=0.85), venue="mine")
        (replayed,) = replay((fallen, *others), only="mine")
        assert kind in {said.divergence for said in replayed.said}


def test_a_fund_that_falls_silent_is_stale_and_not_draining() -> None:
    amounts = growing(24 * 40)
    history = hourly(amounts)
    (feed,) = history.feeds
    heard = (feed.at < START + 500 * HOUR) | (feed.at > START + 600 * HOUR)
    silent = FundHistory(
        name="silent",
        venue="one",
        cadence_seconds=3600,
        feeds=(
            Feed(
                asset="USDT",
                at=feed.at[heard],
                known_at=feed.known_at[heard],
                amount=feed.amount[heard],
                usd=feed.usd[heard],
            ),
        ),
        truth=Truth(kind=Kind.STALE, began=START + 500 * HOUR, ended=START + 600 * HOUR),
    )
    found = score(one(silent))
    assert found.false_alarms == 0
    assert found.called_stale_after is not None
    assert found.called_stale_after <= 4 * HOUR


def test_the_naive_rule_sees_the_price_of_a_coin_as_a_fall() -> None:
    history = hourly(growing(24 * 10))
    (feed,) = history.feeds
    price = np.where(feed.at < START + 100 * HOUR, 1.0, 0.9)
    swung = Feed(
        asset="BTC", at=feed.at, known_at=feed.known_at, amount=feed.amount, usd=feed.usd * price
    )
    coin = hourly(growing(24 * 10))
    assert not naive_alarms(coin)
    ((begin, end),) = naive_alarms(
        FundHistory(name="coin", venue="one", cadence_seconds=3600, feeds=(swung,))
    )
    assert begin == START + 100 * HOUR + SECOND
    assert DAY - 2 * HOUR <= end - begin <= DAY


def test_the_score_counts_updates_and_what_was_lost() -> None:
    began = START + 500 * HOUR - HOUR // 2
    truth = Truth(kind=Kind.CASCADE, began=began, ended=began + HOUR, share=0.2)
    found = score(one(hourly(falling(at_hour=500, to=0.8), truth=truth)))
    assert found.flagged is not None
    assert found.flagged.samples == 1
    assert found.flagged.lost == pytest.approx(0.2, abs=1e-4)
    assert found.flagged.after == HOUR // 2 + SECOND
    assert found.naive_flagged == found.flagged
    assert found.false_alarms == found.naive_false_alarms == 0


def test_an_alarm_without_a_loss_is_false_and_one_in_a_day_is_counted_once() -> None:
    amounts = growing(24 * 60)
    for hour in (400, 402, 900):
        amounts[hour] *= 0.9
    found = score(one(hourly(amounts, truth=Truth(kind=Kind.STEADY))))
    assert found.false_alarms == 2


@pytest.mark.parametrize("incident", incidents(), ids=lambda incident: incident.case)
def test_every_incident_has_sources_and_falls(incident: Any) -> None:
    assert all(source.startswith("http") for source in incident.sources)
    (feed,) = incident.history.feeds
    after = feed.amount[feed.at > incident.began]
    assert after[0] < feed.amount[feed.at == incident.began][0]


@pytest.mark.parametrize(
    ("case", "day", "word"),
    [
        ("okx-2018", "2018-08-04", FundHealth.CRITICAL),
        ("bitmex-2020", "2020-03-12", FundHealth.DECLINING),
        ("deribit-2020", "2020-03-11", FundHealth.DRAINING),
        ("binance-2020", "2020-05-10", FundHealth.DRAINING),
        ("dydx-2023", "2023-11-17", FundHealth.DRAINING),
        ("hyperliquid-2025-jelly", "2025-03-26", FundHealth.DRAINING),
        ("binance-2025", "2025-10-11", FundHealth.DRAINING),
    ],
)
def test_a_fall_that_happened_is_named_on_its_first_balance(
    case: str, day: str, word: FundHealth
) -> None:
    told = tell(next(one for one in incidents() if one.case == case))
    assert told.first_alarm is not None
    assert f"{when(told.first_alarm.at):%Y-%m-%d}" == day
    assert told.first_alarm.state.health is word


def test_a_loss_below_one_per_cent_of_a_vault_is_no_alarm() -> None:
    told = tell(next(one for one in incidents() if one.case == "hyperliquid-2025-eth"))
    assert told.first_alarm is None
    assert told.naive_at is None


def test_a_stored_history_is_replayed_beside_those_of_other_venues(database: Database) -> None:
    for venue in ("binance", "okx"):
        balances = tuple(
            FundBalance(
                asset="USDT",
                amount=100.0 if hour < 900 else 80.0,
                usd=100.0 if hour < 900 else 80.0,
                at=NOW - timedelta(hours=1000 - hour),
            )
            for hour in range(1000)
        )
        reading = a_pool_reading(
            venue=venue, key="usdm", balances=balances, cadence_seconds=3600, events=()
        )
        with database.write() as connection:
            funds.record_pool_reading(connection, reading=reading, now=NOW)
    with database.read() as connection:
        histories = stored_histories(connection, venue="okx", now=NOW)
    assert {history.venue for history in histories} == {"binance", "okx"}
    (replayed,) = replay(histories, only="okx")
    first = next(said for said in replayed.said if said.codes & ALARM)
    assert first.at == micros(NOW - timedelta(hours=100))
    assert first.state.health is FundHealth.DRAINING


def test_a_venue_without_a_history_is_an_error_that_says_so(database: Database) -> None:
    with database.read() as connection, pytest.raises(NotFound, match="deribit"):
        stored_histories(connection, venue="deribit", now=NOW)


def test_a_csv_file_is_replayed_without_being_kept() -> None:
    rows = [
        f"okx,usdm,USDT,{NOW - timedelta(hours=200 - hour):%Y-%m-%dT%H:%M:%SZ},{amount},{amount}\n"
        for hour, amount in enumerate([100.0] * 150 + [80.0] * 50)
    ]
    (history,) = imported_histories(["venue,pool,asset,at,amount,usd\n", *rows], now=NOW)
    assert history.cadence_seconds == 3600
    first = next(said for said in one(history).said if said.codes & ALARM)
    assert first.at == micros(NOW - timedelta(hours=50))


def test_a_bad_line_of_a_csv_file_is_named() -> None:
    lines = ["venue,pool,asset,at,amount\n", "okx,usdm,USDT,yesterday,1\n"]
    with pytest.raises(InvalidInput, match="2"):
        imported_histories(lines, now=NOW)
