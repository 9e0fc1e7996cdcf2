"""One source, once: who may read it, what is written down, and what is said in the log."""

from __future__ import annotations

import threading
from collections.abc import Callable

from structlog.testing import capture_logs

from app.domain.errors import (
    RequestRefused,
    SeawallError,
    VenueGarbled,
    VenueRateLimited,
    VenueUnreachable,
)
from app.monitor.context import Context
from app.monitor.coordinator import Coordinator, Outcome
from app.store import sources
from app.store.sources import SourceState
from tests.support.nouns import NOON, later
from tests.support.scripted import Worker

SOURCE = "markets:binance"
Refresher = Callable[[Context, str], Outcome]


def well(_context: Context, _subject: str) -> Outcome:
    return Outcome(interval=40)


def fails(error: Exception) -> Refresher:
    def refresh(_context: Context, _subject: str) -> Outcome:
        raise error

    return refresh


def coordinator(worker: Worker, refresh: Refresher) -> Coordinator:
    kinds = dict.fromkeys(("account", "funds", "markets"), refresh)
    return Coordinator(worker.context, kinds)


def plan(worker: Worker, *names: str) -> None:
    """Make these sources due now."""
    with worker.database.write() as connection:
        for name in names:
            sources.ensure(connection, source=name, interval=60, due_at=NOON)
            sources.hasten(connection, source=name, due_at=NOON)


def state(worker: Worker, source: str = SOURCE) -> SourceState:
    with worker.database.read() as connection:
        return sources.get(connection, source=source)


def run(worker: Worker, refresh: Refresher, source: str = SOURCE) -> bool:
    plan(worker, source)
    return coordinator(worker, refresh).run(source)


def test_a_success_is_written_down_and_silent(worker: Worker) -> None:
    with capture_logs() as log:
        assert run(worker, well)
    found = state(worker)
    assert (found.last_success_at, found.next_due_at) == (NOON, later(seconds=40))
    assert (found.interval_seconds, found.leased_by, found.failures) == (40, None, 0)
    assert log == []


def test_a_source_that_is_not_due_or_not_known_is_not_read(worker: Worker) -> None:
    one = coordinator(worker, well)
    assert not one.run(SOURCE)
    plan(worker, SOURCE)
    assert one.run(SOURCE)
    assert not one.run(SOURCE)


def test_of_many_threads_and_processes_one_reads_it(worker: Worker) -> None:
    reading, go_on, reads = threading.Event(), threading.Event(), []

    def slow(_context: Context, subject: str) -> Outcome:
        reads.append(subject)
        reading.set()
        go_on.wait(10)
        return Outcome(interval=40)

    plan(worker, SOURCE)
    mine, theirs = coordinator(worker, slow), coordinator(worker, slow)
    thread = threading.Thread(target=mine.run, args=(SOURCE,))
    thread.start()
    assert reading.wait(10)
    assert not mine.run(SOURCE)
    assert not theirs.run(SOURCE)
    go_on.set()
    thread.join(10)
    assert reads == ["binance"]
    assert state(worker).last_success_at == NOON


def test_the_first_failure_and_the_recovery_are_logged_and_nothing_between(worker: Worker) -> None:
    gone = VenueUnreachable("Binance did not answer.", venue="binance")
    with capture_logs() as log:
        for _ in range(4):
            run(worker, fails(gone))
            worker.time.passes(minutes=10)
        run(worker, well)
        worker.time.passes(minutes=10)
        run(worker, well)
    assert [(entry["event"], entry["log_level"]) for entry in log] == [
        ("source failing", "warning"),
        ("source recovered", "info"),
    ]
    assert log[0]["code"] == "venue_unreachable"
    assert (log[1]["failing_for_seconds"], log[1]["failures"]) == (2400, 4)


def test_what_was_read_last_stays_dated_while_a_source_fails(worker: Worker) -> None:
    run(worker, well)
    worker.time.passes(minutes=1)
    run(worker, fails(VenueUnreachable("Binance did not answer.", venue="binance")))
    found = state(worker)
    assert (found.last_success_at, found.failing_since) == (NOON, later(minutes=1))
    assert (found.last_error_code, found.last_error_message) == (
        "venue_unreachable",
        "Binance did not answer.",
    )
    assert found.next_due_at == later(seconds=60 + 20), "half of the 40 seconds it had"


def test_a_fault_of_our_own_is_logged_whole_and_told_without_detail(worker: Worker) -> None:
    with capture_logs() as log:
        for _ in range(3):
            run(worker, fails(ZeroDivisionError("secret detail")))
            worker.time.passes(minutes=10)
    (entry,) = log
    assert (entry["event"], entry["log_level"]) == ("refresh broke", "error")
    assert isinstance(entry["exc_info"], ZeroDivisionError)
    found = state(worker)
    assert found.last_error_code == "internal"
    assert "secret" not in (found.last_error_message or "")


def test_a_request_the_guard_refused_is_a_failure_like_others(worker: Worker) -> None:
    run(worker, fails(RequestRefused("Seawall only reads.")))
    assert state(worker).last_error_code == "request_refused"


def partly(error: SeawallError) -> Refresher:
    return lambda _context, _subject: Outcome(interval=40, partial=error)


def test_what_failed_in_part_was_read_and_keeps_its_pace(worker: Worker) -> None:
    with capture_logs() as log:
        for _ in range(3):
            run(worker, partly(VenueGarbled("Not read: one part.", venue="binance")))
            worker.time.passes(seconds=40)
    found = state(worker)
    assert found.last_success_at == later(seconds=80)
    assert (found.failing_since, found.last_error_code) == (NOON, "venue_garbled")
    assert found.next_due_at == later(seconds=120)
    assert [entry["event"] for entry in log] == ["source failing"]


def test_a_part_that_was_asked_to_slow_down_slows_the_whole_down(worker: Worker) -> None:
    told = VenueRateLimited("Slow down.", venue="binance", retry_after=90)
    run(worker, partly(told))
    assert state(worker).next_due_at == later(seconds=90)


def test_a_source_that_is_done_is_watched_no_more(worker: Worker) -> None:
    run(worker, lambda _context, _subject: Outcome(interval=0, done=True))
    with worker.database.read() as connection:
        assert sources.all(connection) == ()


def test_a_refresh_that_takes_long_keeps_its_lease_as_long_as_its_worker_lives(
    worker: Worker,
) -> None:
    began = NOON

    def takes_five_minutes(_context: Context, _subject: str) -> Outcome:
        for _ in range(30):
            worker.time.passes(seconds=10)
            mine.renew_leases()
            plan(worker, SOURCE)
            assert not theirs.run(SOURCE)
        return Outcome(interval=40)

    mine, theirs = coordinator(worker, takes_five_minutes), coordinator(worker, well)
    plan(worker, SOURCE)
    assert mine.run(SOURCE)
    assert state(worker).last_success_at == later(minutes=5)
    assert state(worker).last_started_at == began


def test_a_refresh_that_is_stuck_is_given_up_and_comes_to_nothing(worker: Worker) -> None:
    def is_stuck(_context: Context, _subject: str) -> Outcome:
        for _ in range(70):
            worker.time.passes(seconds=10)
            mine.renew_leases()
        plan(worker, SOURCE)
        assert theirs.run(SOURCE)
        return Outcome(interval=99_999)

    mine, theirs = coordinator(worker, is_stuck), coordinator(worker, well)
    plan(worker, SOURCE)
    assert mine.run(SOURCE)
    assert state(worker).interval_seconds == 40


def test_a_worker_that_stops_in_the_middle_gives_back_what_it_had(worker: Worker) -> None:
    def is_left_behind(_context: Context, _subject: str) -> Outcome:
        mine.give_back()
        plan(worker, SOURCE)
        assert theirs.run(SOURCE)
        raise VenueUnreachable("The connection was closed.", venue="binance")

    mine, theirs = coordinator(worker, is_left_behind), coordinator(worker, well)
    plan(worker, SOURCE)
    with capture_logs() as log:
        assert mine.run(SOURCE)
    found = state(worker)
    assert (found.failures, found.last_success_at) == (0, NOON)
    assert log == []


def test_when_a_venue_asks_for_quiet_nothing_more_is_asked_of_it_from_here(worker: Worker) -> None:
    account = f"account:{worker.link()}"
    told = VenueRateLimited("Binance asks for fewer requests.", venue="binance", retry_after=120)
    answers: dict[str, Exception | None] = {"binance": told, "bybit": None}
    asked = []

    def refresh(context: Context, subject: str) -> Outcome:
        asked.append(subject)
        error = answers.get(subject)
        if error is not None:
            raise error
        return well(context, subject)

    one = coordinator(worker, refresh)
    plan(worker, SOURCE, "funds:binance", account, "markets:bybit")
    with capture_logs() as log:
        for source in (SOURCE, "funds:binance", account, "markets:bybit"):
            one.run(source)
    assert asked == ["binance", "bybit"]
    for held in (SOURCE, "funds:binance", account):
        found = state(worker, held)
        assert found.last_error_code == "venue_rate_limited"
        assert found.next_due_at == later(seconds=120)
    assert state(worker, "markets:bybit").failures == 0
    assert len(log) == 3

    answers["binance"] = None
    worker.time.passes(seconds=120)
    plan(worker, account)
    assert one.run(account)
    assert state(worker, account).failing_since is None


def test_a_wish_of_somebody_does_not_break_the_quiet(worker: Worker) -> None:
    told = VenueRateLimited("Slow down.", venue="binance", retry_after=600)
    one = coordinator(worker, fails(told))
    plan(worker, SOURCE)
    one.run(SOURCE)
    worker.time.passes(seconds=60)
    plan(worker, SOURCE)
    one.run(SOURCE)
    assert state(worker).next_due_at == later(seconds=600)


def test_a_venue_that_counts_by_user_is_quiet_for_that_source_alone(worker: Worker) -> None:
    told = VenueRateLimited("Too Many Requests", venue="okx", retry_after=120)
    asked = []

    def refresh(_context: Context, subject: str) -> Outcome:
        asked.append(subject)
        raise told

    one = coordinator(worker, refresh)
    plan(worker, "funds:okx", "markets:okx")
    one.run("funds:okx")
    one.run("markets:okx")
    assert asked == ["okx", "okx"]
