"""Somebody looks: what they look at is due sooner."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from app.domain.account import AccountStatus
from app.domain.permissions import KeyVerdict
from app.monitor.accounts import refresh_account
from app.monitor.demand import early_for_lookers
from app.store import accounts, sources, users
from app.store.database import Database
from app.store.sources import account_source
from tests.support.nouns import NOON, later
from tests.support.scripted import Worker, a_verdict, a_worker


@pytest.fixture
def worker(database: Database, tmp_path: Path) -> Worker:
    return a_worker(tmp_path, database)


def planned_for_nobody(worker: Worker, venue: str) -> str:
    """An account that was read at noon and is due in ten minutes; the name of its source."""
    account = worker.link(venue=venue)
    source = account_source(account)
    with worker.database.write() as connection:
        accounts.set_checked(
            connection, account_id=account, status=AccountStatus.ACTIVE, permissions=None,
            message=None, now=NOON, erase_secret=False,
        )  # fmt: skip
        sources.ensure(connection, source=source, interval=600, due_at=NOON)
        sources.claim(connection, source=source, owner="w", now=NOON, lease_seconds=60)
        sources.finish_success(connection, source=source, owner="w", now=NOON, interval=600)
    return source


def early(worker: Worker) -> dict[str, datetime]:
    with worker.database.write() as connection:
        users.saw(connection, user_id=worker.user_id, now=later(seconds=30))
        return early_for_lookers(connection, worker.context.catalogue, now=later(seconds=31))


@pytest.mark.parametrize("venue", ["binance", "ccxt-blofin"])
def test_an_account_is_due_sooner_whether_or_not_its_venue_has_facts(
    worker: Worker, venue: str
) -> None:
    source = planned_for_nobody(worker, venue)
    assert early(worker)[source] < later(seconds=600)


def test_an_account_of_a_venue_that_is_gone_is_left_alone(worker: Worker) -> None:
    planned_for_nobody(worker, "atlantis")
    assert early(worker) == {}


@pytest.mark.parametrize(
    ("venue", "told"),
    [
        ("okx", "OKX has no way to say what this key may do. Check on"),
        ("ccxt-blofin", "Seawall does not know how to ask BloFin what this key may do. Check on"),
    ],
)
def test_of_a_venue_nobody_gathered_it_is_not_claimed_that_it_cannot_say(
    worker: Worker, venue: str, told: str
) -> None:
    account = worker.link(venue=venue)
    worker.clients.script(account).permissions = a_verdict(KeyVerdict.UNVERIFIABLE, NOON)
    refresh_account(worker.context, account)
    assert (worker.account(account).message or "").startswith(told)
