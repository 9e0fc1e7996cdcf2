"""A pool's past, in as many points as a chart has room for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from marshmallow import fields

from app.api.fields import AnswerSchema, Number, Time
from app.api.shapes.common import attributes

if TYPE_CHECKING:
    from app.domain.fund import FundEvent
    from app.store.fund_points import FundBucket


class BucketSchema(AnswerSchema):
    """One stretch of time: how it ended, and its extremes, so that no drain is averaged away."""

    at = Time("The last sample of the stretch")
    usd = Number("The balance then, at the prices of now", always=True)
    low = Number("The lowest of the stretch", always=True)
    high = Number("The highest of the stretch", always=True)


class EventSchema(AnswerSchema):
    """Something the venue labelled, or a regrouping of contracts."""

    at = Time("When")
    kind = fields.String(
        metadata={
            "description": "`bankruptcy_loss`, `adl`, `top_up`, `inflow`, `outflow`, "
            "`socialized_loss` or `regrouped`"
        }
    )
    asset = fields.String(allow_none=True)
    amount = Number("In the asset")
    detail = fields.String(allow_none=True)


class FundHistorySchema(AnswerSchema):
    """A pool's balance over time."""

    pool = fields.String(metadata={"description": "Its id in `/api/v1/funds`"})
    from_ = Time("Of the stretch asked for", data_key="from")
    to = Time("Of the stretch asked for")
    points = fields.List(fields.Nested(BucketSchema), metadata={"description": "Oldest first"})
    events = fields.List(fields.Nested(EventSchema), metadata={"description": "Oldest first"})


COLUMNS = ("at", "usd", "low", "high")


def fund_history(
    pool_id: str,
    buckets: Sequence[FundBucket],
    events: Sequence[FundEvent],
    *,
    since: datetime,
    until: datetime,
) -> dict[str, Any]:
    """A pool's past as ``FundHistorySchema`` shows it."""
    return {
        "pool": pool_id,
        "from_": since,
        "to": until,
        "points": [
            {"at": one.at, "usd": one.last_usd, "low": one.low_usd, "high": one.high_usd}
            for one in buckets
        ],
        "events": [attributes(one, ("at", "kind", "asset", "amount", "detail")) for one in events],
    }
