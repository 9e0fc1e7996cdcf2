"""Answers are written as marshmallow would write them, with each field worked out once."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import Schema

from app import clock
from app.api.shapes.fund import FundSchema, fund
from app.api.shapes.position import PositionSchema, position
from app.api.shapes.venue import VenueSchema, venue
from app.domain.fund import Divergence, DivergenceKind, TopUp
from app.store import funds, positions
from app.venues.catalogue import catalogue
from tests.support.api import Stage
from tests.support.nouns import NOON, a_fund_state, an_assessment


def plainly(schema: Schema, row: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Marshmallow's own way, for each schema within a schema too."""
    with monkeypatch.context() as patch:
        patch.setattr("app.api.fields.AnswerSchema.dump", Schema.dump)
        return schema.dump(row)


def test_a_fund_a_position_and_a_venue_read_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = a_fund_state(
        top_ups=(TopUp(at=NOON, usd=None, labelled=True),),
        divergence=Divergence(kind=DivergenceKind.ALONE, others=4, score=-7.5),
    )
    stage.fund(state)
    stage.holds(stage.account(), [an_assessment(fund=state)])
    with stage.database.read() as conn:
        stored = funds.state(conn, pool_id=state.pool_id)
        (held,) = positions.list_for(conn, user_id=stage.user_id, after=None, limit=1)
    now = clock.now()
    shown = fund(stored, venue_name="Binance", now=now)
    unheard_of = shown | {"shock": float("nan"), "slope_7d": float("inf"), "flat_updates": 3}
    rows = [
        (FundSchema(), shown),
        (FundSchema(), unheard_of),
        (PositionSchema(), position(held, now=now)),
        (VenueSchema(), venue(catalogue().venue("binance"), [stored], None, now=now)),
    ]
    for schema, row in rows:
        assert schema.dump(row) == plainly(schema, row, monkeypatch)
    dumped = FundSchema().dump(unheard_of)
    assert (dumped["shock"], dumped["slope_7d"], dumped["flat_updates"]) == (None, None, 3)


def test_a_field_that_is_missing_is_a_mistake_and_not_left_out(stage: Stage) -> None:
    with pytest.raises(KeyError, match="venue"):
        FundSchema().dump({"id": "x"})
