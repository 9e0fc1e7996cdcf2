"""Thresholds of each user: only what was changed is stored, and what is wrong changes nothing."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.domain.errors import InvalidInput
from app.domain.thresholds import FALLING, Steps, Thresholds, overridden, problems
from app.store import revisions, sources, thresholds
from app.store.database import Database
from app.store.tables import thresholds as rows
from tests.support.nouns import NOON, later

WIDE = replace(Thresholds(), distance=Steps(watch=0.3, warning=0.2, critical=0.1))
STEPPED = [f.name for f in fields(Thresholds) if isinstance(f.default, Steps)]
SHARES = st.floats(min_value=0.0001, max_value=1.0)


def save(database: Database, user_id: str, wanted: Thresholds, *, hours: float = 0) -> None:
    with database.write() as conn:
        thresholds.save(conn, user_id=user_id, thresholds=wanted, now=later(hours=hours))


def of(database: Database, user_id: str) -> Thresholds:
    with database.read() as conn:
        return thresholds.of_user(conn, user_id=user_id)


def due(database: Database) -> list[str]:
    with database.read() as conn:
        return [one.source for one in sources.due(conn, now=later(hours=9), limit=9)]


def revision(database: Database, user_id: str) -> int:
    with database.read() as conn:
        scope = revisions.user_scope(user_id)
        return revisions.read(conn, [scope])[scope]


def test_who_changed_nothing_has_the_defaults(database: Database, owner: str) -> None:
    assert of(database, owner) == Thresholds()
    with database.read() as conn:
        assert thresholds.get(conn, user_id=owner).changed_at is None


def test_what_was_saved_is_read_back_by_its_owner_alone(
    database: Database, owner: str, stranger: str
) -> None:
    save(database, owner, WIDE, hours=1)
    assert of(database, owner) == WIDE
    assert of(database, stranger) == Thresholds()
    with database.read() as conn:
        assert thresholds.get(conn, user_id=owner).changed_at == later(hours=1)
        both = thresholds.of_users(conn, user_ids=[owner, stranger, "gone"])
    assert both == {owner: WIDE, stranger: Thresholds(), "gone": Thresholds()}


def test_only_what_differs_from_the_defaults_is_stored(database: Database, owner: str) -> None:
    save(database, owner, WIDE)
    with database.read() as conn:
        document = conn.scalar(select(rows.c.document))
    assert document == {"distance": {"watch": 0.3, "warning": 0.2, "critical": 0.1}}


def test_a_step_that_is_never_reached_stays_so(database: Database, owner: str) -> None:
    never = replace(Thresholds(), touch_24h=Steps(watch=None, warning=None, critical=None))
    save(database, owner, never)
    assert of(database, owner) == never


def test_the_defaults_given_again_are_no_change_of_ones_own(database: Database, owner: str) -> None:
    save(database, owner, WIDE)
    save(database, owner, Thresholds())
    with database.read() as conn:
        assert conn.scalar(select(rows.c.document)) is None
        assert thresholds.get(conn, user_id=owner).changed_at is None


def test_back_to_the_defaults(database: Database, owner: str) -> None:
    save(database, owner, WIDE)
    with database.write() as conn:
        thresholds.reset(conn, user_id=owner, now=NOON)
    assert of(database, owner) == Thresholds()


@pytest.mark.parametrize(
    "wrong",
    [
        {"distance": Steps(watch=0.05, warning=0.10)},
        {"distance": Steps(watch=0.05, warning=0.05)},
        {"distance": Steps(watch=0.05, warning=None, critical=0.06)},
        {"coverage": Steps(watch=0.001, warning=0.002)},
        {"touch_24h": Steps(watch=0.5, warning=0.2, critical=0.05)},
        {"margin_ratio": Steps(watch=0.0)},
        {"margin_ratio": Steps(watch=-0.1)},
        {"trigger": Steps(watch=0.5, warning=1.5)},
        {"distance": Steps(watch=float("nan"))},
        {"adl_standing": 1.1},
        {"adl_standing": -0.1},
        {"adl_standing": float("nan")},
        {"session_profit_usd": -1.0},
        {"session_profit_usd": float("inf")},
    ],
    ids=str,
)
def test_what_is_wrong_is_refused_by_name_and_changes_nothing(
    database: Database, owner: str, wrong: dict[str, Steps | float]
) -> None:
    save(database, owner, WIDE)
    before = revision(database, owner)
    (name,) = wrong
    with pytest.raises(InvalidInput, match=f"^{name}: "):
        save(database, owner, replace(WIDE, **wrong))
    assert of(database, owner) == WIDE
    assert revision(database, owner) == before


def test_after_a_change_the_verdicts_of_this_user_are_due_at_once(
    database: Database, owner: str, stranger: str
) -> None:
    before = revision(database, owner)
    save(database, owner, WIDE)
    assert due(database) == [f"verdicts:{owner}"]
    assert revision(database, owner) > before
    assert revision(database, stranger) == 0


def test_a_change_while_the_verdicts_are_judged_makes_them_due_once_more(
    database: Database, owner: str
) -> None:
    save(database, owner, WIDE)
    source = sources.verdicts_source(owner)
    with database.write() as conn:
        assert sources.claim(conn, source=source, owner="w", now=later(hours=1), lease_seconds=60)
    save(database, owner, Thresholds(), hours=1)
    with database.write() as conn:
        sources.finish_done(conn, source=source, owner="w")
    assert due(database) == [source]


def test_verdicts_that_are_judged_are_forgotten_as_a_source(database: Database, owner: str) -> None:
    save(database, owner, WIDE)
    source = sources.verdicts_source(owner)
    with database.write() as conn:
        assert sources.claim(conn, source=source, owner="w", now=later(hours=1), lease_seconds=60)
        sources.finish_done(conn, source=source, owner="another")
        assert sources.get(conn, source=source).leased_by == "w"
        sources.finish_done(conn, source=source, owner="w")
        assert sources.all(conn) == ()


def test_what_changes_nothing_makes_nothing_due(database: Database, owner: str) -> None:
    save(database, owner, Thresholds())
    with database.write() as conn:
        thresholds.reset(conn, user_id=owner, now=NOON)
    assert due(database) == []


def test_steps_that_are_not_named_stay_as_they_are() -> None:
    after = thresholds.merged(WIDE, {"distance": {"critical": None}, "adl_standing": 0.9})
    assert after == replace(
        WIDE, distance=Steps(watch=0.3, warning=0.2, critical=None), adl_standing=0.9
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"distanc": {"watch": 0.1}},
        {"distance": {"wach": 0.1}},
        {"distance": 0.1},
        {"adl_standing": {"watch": 0.1}},
    ],
    ids=str,
)
def test_a_threshold_nobody_knows_is_refused(changes: thresholds.Changes) -> None:
    with pytest.raises(InvalidInput, match="There is no"):
        thresholds.merged(Thresholds(), changes)


@given(name=st.sampled_from(STEPPED), steps=st.lists(SHARES, min_size=3, max_size=3, unique=True))
def test_three_different_shares_are_good_in_one_order_and_wrong_in_any_other(
    name: str, steps: list[float]
) -> None:
    made = replace(
        Thresholds(), **{name: Steps(watch=steps[0], warning=steps[1], critical=steps[2])}
    )
    good = steps == sorted(steps, reverse=name in FALLING)
    assert (problems(made) == {}) is good


@given(
    name=st.sampled_from(STEPPED), gone=st.sets(st.sampled_from(["watch", "warning", "critical"]))
)
def test_taking_steps_away_never_makes_thresholds_wrong(name: str, gone: set[str]) -> None:
    steps = replace(getattr(Thresholds(), name), **dict.fromkeys(gone))
    assert problems(replace(Thresholds(), **{name: steps})) == {}


def test_what_is_overridden_is_named() -> None:
    assert overridden(Thresholds()) == ()
    assert overridden(replace(WIDE, session_profit_usd=5.0)) == ("distance", "session_profit_usd")
