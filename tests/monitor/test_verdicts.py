"""After a user changed their thresholds every verdict of theirs follows; no exchange is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.reason import Severity
from app.domain.thresholds import Steps, Thresholds
from app.monitor.scheduler import Scheduler
from app.monitor.verdicts import refresh_verdicts
from app.monitor.worker import build_coordinator
from app.store import positions, sources, thresholds
from app.store.database import Database
from app.store.positions import StoredPosition
from app.store.sources import verdicts_source
from app.store.tables import users as user_rows
from tests.support.api import JobList
from tests.support.nouns import NOON, an_assessment
from tests.support.scripted import Worker, a_worker

STRICT = replace(Thresholds(), distance=Steps(watch=0.9, warning=0.8, critical=0.7))


@pytest.fixture
def queue() -> JobList:
    return JobList()


@pytest.fixture
def worker(database: Database, tmp_path: Path, queue: JobList) -> Worker:
    return a_worker(tmp_path, database, queue)


def hold(worker: Worker, venue: str) -> None:
    """A position far from liquidation that was wrongly judged critical, before anything changed."""
    account_id = worker.link(venue=venue, label=f"main {venue}")
    with worker.database.write() as connection:
        positions.record_snapshot(
            connection,
            account_id=account_id,
            user_id=worker.user_id,
            venue=venue,
            scopes={"linear"},
            assessments=(
                an_assessment(
                    Severity.CRITICAL,
                    venue=venue,
                    mark_price=65_000.0,
                    liquidation_price=40_000.0,
                    adl=None,
                ),
            ),
            margins=(),
            taken_at=NOON,
        )


def held(worker: Worker) -> dict[str, StoredPosition]:
    with worker.database.read() as connection:
        found = positions.list_for(connection, user_id=worker.user_id)
    return {one.venue: one for one in found}


def change(worker: Worker, wanted: Thresholds, user_id: str | None = None) -> str:
    """Save and give the name of the source that shall follow."""
    user_id = user_id or worker.user_id
    with worker.database.write() as connection:
        thresholds.save(connection, user_id=user_id, thresholds=wanted, now=worker.time.now)
    return verdicts_source(user_id)


def test_every_venue_where_the_user_holds_something_is_judged_anew(worker: Worker) -> None:
    hold(worker, "binance")
    hold(worker, "okx")
    source = change(worker, replace(Thresholds(), adl_standing=0.9))
    assert build_coordinator(worker.context).run(source)
    codes = {
        venue: {reason.code for reason in one.assessment.verdict.reasons}
        for venue, one in held(worker).items()
    }
    assert codes.keys() == {"binance", "okx"}
    assert all("distance" not in found for found in codes.values())
    assert all(one.severity is not Severity.CRITICAL for one in held(worker).values())


def test_positions_are_judged_by_the_thresholds_of_whose_they_are(worker: Worker) -> None:
    hold(worker, "binance")
    with worker.database.write() as connection:
        connection.execute(user_rows.insert().values(id="other", name="other", created_at=NOON))
    other = replace(worker, user_id="other")
    hold(other, "binance")
    assert build_coordinator(worker.context).run(change(worker, STRICT))
    mine = held(worker)["binance"]
    assert mine.severity is Severity.CRITICAL
    (near,) = [r for r in mine.assessment.verdict.reasons if r.code == "liquidation_near"]
    assert near.threshold == 0.7
    theirs = held(other)["binance"].assessment.verdict.reasons
    assert "liquidation_near" not in {reason.code for reason in theirs}


def test_no_exchange_is_asked_and_the_position_stays_as_old_as_it_is(worker: Worker) -> None:
    hold(worker, "binance")
    source = change(worker, STRICT)
    worker.time.passes(minutes=1)
    build_coordinator(worker.context).run(source)
    assert [script.asked for script in worker.clients.scripts.values() if script.asked] == []
    assert held(worker)["binance"].as_of == NOON


def test_it_is_done_once(worker: Worker) -> None:
    source = change(worker, STRICT)
    coordinator = build_coordinator(worker.context)
    assert coordinator.run(source)
    with worker.database.read() as connection:
        assert sources.all(connection) == ()
    assert not coordinator.run(source)


def test_a_user_who_holds_nothing_costs_nothing(worker: Worker) -> None:
    hold(worker, "binance")
    with worker.database.write() as connection:
        connection.execute(user_rows.insert().values(id="other", name="other", created_at=NOON))
    change(worker, STRICT, "other")
    assert refresh_verdicts(worker.context, "other").done
    assert held(worker)["binance"].severity is Severity.CRITICAL


def test_a_venue_that_is_no_longer_known_does_not_stop_the_others(worker: Worker) -> None:
    hold(worker, "atlantis")
    hold(worker, "okx")
    assert refresh_verdicts(worker.context, worker.user_id).done
    assert held(worker)["atlantis"].severity is Severity.CRITICAL
    assert held(worker)["okx"].severity is not Severity.CRITICAL


def test_the_ticker_queues_it_at_once_and_never_takes_it_for_a_venue_that_is_gone(
    worker: Worker, queue: JobList
) -> None:
    source = change(worker, STRICT)
    Scheduler(worker.context, build_coordinator(worker.context)).tick()
    assert ("refresh", source) in queue.jobs
    with worker.database.read() as connection:
        assert sources.get(connection, source=source)
