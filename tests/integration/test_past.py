"""The past of funds, read from the sandbox's venues that give one by a whole worker."""

from __future__ import annotations

from structlog.testing import capture_logs

from app.store import backfills
from app.store.backfills import Backfill
from app.store.tables import fund_backfills
from tests.support.installation import Installation

GIVE_A_PAST = {"hyperliquid", "okx"}


def progress(seawall: Installation) -> dict[str, Backfill]:
    with seawall.database.read() as connection:
        return {one.venue: one for one in backfills.progress(connection)}


def begin(seawall: Installation) -> None:
    """As on the first start of all."""
    with seawall.database.write() as connection:
        connection.execute(fund_backfills.delete())


def test_every_past_is_read_to_its_end_beside_the_rest_and_only_once(
    seawall: Installation,
) -> None:
    begin(seawall)
    with capture_logs() as log:
        for _ in range(120):
            seawall.wait(minutes=1)
            found = progress(seawall)
            ended = {venue for venue, one in found.items() if one.finished_at is not None}
            if ended >= GIVE_A_PAST:
                break
    assert ended >= GIVE_A_PAST
    assert not [line for line in log if line["log_level"] not in {"info", "debug"}]
    events = [(line["event"], line["venue"]) for line in log if line.get("venue") in GIVE_A_PAST]
    for venue in GIVE_A_PAST:
        assert events.count(("reading the past of the fund", venue)) == 1
        assert events.count(("the past of the fund is read", venue)) == 1

    assert all(found[venue].samples for venue in GIVE_A_PAST)
    assert not [one for one in seawall.sources() if one.source.startswith("history:okx")]
    seawall.wait(seconds=30)
    seawall.wait(seconds=30)
    assert not [one for one in seawall.sources() if one.source.startswith("history:okx")]
    assert {venue: progress(seawall)[venue] for venue in GIVE_A_PAST} == {
        venue: found[venue] for venue in GIVE_A_PAST
    }


def test_a_past_that_cannot_be_read_now_is_read_later_and_spoils_nothing(
    seawall: Installation,
) -> None:
    seawall.settle()
    begin(seawall)
    seawall.sandbox.faults.add("server_error", "okx", endpoint="/api/v5/public/insurance-fund")
    seawall.wait(minutes=1)
    assert progress(seawall).get("okx") is None
    seawall.sandbox.faults.clear()
    for _ in range(120):
        seawall.wait(minutes=5)
        found = progress(seawall).get("okx")
        if found is not None and found.finished_at is not None:
            break
    assert found is not None
    assert found.finished_at is not None
