"""Answers that are used again: how long, by whom, and over a restart."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.domain.errors import VenueUnreachable
from app.venues.kept import KeptAnswers
from tests.support.exchange import NOW

HOUR = timedelta(hours=1)


class Venue:
    """Answers with the number of times it was asked."""

    def __init__(self) -> None:
        self.now = NOW
        self.asked = 0

    def clock(self) -> datetime:
        return self.now

    def __call__(self) -> dict[str, int]:
        self.asked += 1
        return {"asked": self.asked}


@pytest.fixture
def venue() -> Venue:
    return Venue()


def test_an_answer_is_used_again_until_it_is_too_old(venue: Venue) -> None:
    kept = KeptAnswers(venue.clock)
    for minutes, asked in ((0, 1), (59, 1), (60, 2), (61, 2)):
        venue.now = NOW + timedelta(minutes=minutes)
        assert kept.get("tiers", HOUR, venue) == {"asked": asked}
    assert kept.get("other tiers", HOUR, venue) == {"asked": 3}


def test_an_answer_from_the_future_is_asked_for_again(venue: Venue) -> None:
    kept = KeptAnswers(venue.clock)
    kept.get("tiers", HOUR, venue)
    venue.now = NOW - timedelta(minutes=1)
    assert kept.get("tiers", HOUR, venue) == {"asked": 2}


def test_with_a_folder_it_outlives_a_restart_for_as_long_as_it_is_young(
    venue: Venue, tmp_path: Path
) -> None:
    KeptAnswers(venue.clock, tmp_path).get("tiers", HOUR, venue)
    venue.now = NOW + timedelta(minutes=59)
    assert KeptAnswers(venue.clock, tmp_path).get("tiers", HOUR, venue) == {"asked": 1}
    venue.now = NOW + timedelta(minutes=60)
    assert KeptAnswers(venue.clock, tmp_path).get("tiers", HOUR, venue) == {"asked": 2}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"at": "noon", "answer": 1}', "null"])
def test_a_damaged_file_is_no_answer(venue: Venue, tmp_path: Path, content: str) -> None:
    KeptAnswers(venue.clock, tmp_path).get("tiers", HOUR, venue)
    (path,) = tmp_path.iterdir()
    path.write_text(content, encoding="utf-8")
    assert KeptAnswers(venue.clock, tmp_path).get("tiers", HOUR, venue) == {"asked": 2}


def test_what_was_cleared_is_gone_from_memory_and_disk(venue: Venue, tmp_path: Path) -> None:
    kept = KeptAnswers(venue.clock, tmp_path)
    kept.get("tiers", HOUR, venue)
    kept.clear()
    assert list(tmp_path.iterdir()) == []
    assert kept.get("tiers", HOUR, venue) == {"asked": 2}


def test_a_folder_that_cannot_be_written_costs_only_the_restart(
    venue: Venue, tmp_path: Path
) -> None:
    taken = tmp_path / "a file"
    taken.touch()
    kept = KeptAnswers(venue.clock, taken / "folder")
    assert kept.get("tiers", HOUR, venue) == {"asked": 1}
    assert kept.get("tiers", HOUR, venue) == {"asked": 1}


def together(
    kept: KeptAnswers, ask: object, waiting: threading.Event, threads: int
) -> list[object]:
    """What so many threads got that wanted the same at once."""
    found: list[object] = []

    def want() -> None:
        try:
            found.append(kept.get("tiers", HOUR, ask))  # type: ignore[arg-type]
        except VenueUnreachable as error:
            found.append(error)

    first = threading.Thread(target=want)
    first.start()
    assert waiting.wait(10)
    others = [threading.Thread(target=want) for _ in range(threads - 1)]
    for thread in others:
        thread.start()
    while kept._turns < threads:
        time.sleep(0)
    go_on.set()
    for thread in (first, *others):
        thread.join(10)
    return found


go_on = threading.Event()


@pytest.mark.parametrize("fails", [False, True])
def test_of_many_threads_one_asks_for_all(venue: Venue, fails: bool) -> None:
    waiting = threading.Event()
    go_on.clear()

    def ask() -> object:
        venue()
        waiting.set()
        go_on.wait(10)
        if fails:
            raise VenueUnreachable("gone", venue="hyperliquid")
        return "tiers"

    kept = KeptAnswers(venue.clock)
    found = together(kept, ask, waiting, threads=5)
    assert venue.asked == 1
    assert len(found) == 5
    assert all(isinstance(one, VenueUnreachable) for one in found) is fails
    if fails:
        with pytest.raises(VenueUnreachable):
            kept.get("tiers", HOUR, ask)
        assert venue.asked == 2, "who comes later asks anew"
