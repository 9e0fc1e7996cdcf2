"""Insurance funds, pool by pool: the board of all venues, one pool, and its past."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from flask.views import MethodView
from marshmallow import ValidationError, fields, validate

from app import clock
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.errors import refuse
from app.api.fields import RequestSchema, printable
from app.api.paging import PageQuery, Place, page_in_order, page_schema
from app.api.services import services
from app.api.shapes.common import oldest
from app.api.shapes.fund import FundSchema, fund
from app.api.shapes.fund_history import COLUMNS as HISTORY_COLUMNS
from app.api.shapes.fund_history import FundHistorySchema, fund_history
from app.api.shapes.venue import venue_name
from app.domain.fund import FundHealth, FundState
from app.risk.staleness import fund_with_staleness
from app.risk.venue_health import WORST_FIRST
from app.store import fund_points, funds

if TYPE_CHECKING:
    from app.store.funds import StoredFund
    from app.store.tokens import Principal

blp = Blueprint("funds", __name__, description="The pools that losses are paid from")

MONTH: Final = timedelta(days=30)
MOST_POINTS: Final = 2000
EARLIEST_YEAR, END_YEAR = 2009, 2200
CSV: Final = (
    "id", "venue", "pool", "name", "kind", "health", "since", "confidence", "balance_usd",
    "changes.1h", "changes.8h", "changes.24h", "changes.7d", "changes.30d", "drawdown_8h",
    "drawdown_30d", "drawdown_all", "slope_7d", "shock", "coverage", "open_interest_usd",
    "cascade_coverage", "runway_days", "flat_updates", "trigger_progress", "divergence.kind",
    "divergence.score", "divergence.others_change", "cadence_seconds", "as_of", "stale",
)  # fmt: skip

SIZES: Final[dict[str, Callable[[FundState], float | None]]] = {
    "size": lambda state: state.balance_usd,
    "change_1h": lambda state: state.changes.get("1h"),
    "change_8h": lambda state: state.changes.get("8h"),
    "change_24h": lambda state: state.changes.get("24h"),
    "change_7d": lambda state: state.changes.get("7d"),
    "change_30d": lambda state: state.changes.get("30d"),
    "coverage": lambda state: state.coverage,
    "divergence": lambda state: state.divergence.score if state.divergence else None,
    "age": lambda state: -state.as_of.timestamp() if state.as_of else None,
    "health": lambda state: float(WORST_FIRST.index(state.health)),
}
"""What the board can be sorted by, as a number; ascending, health begins with the worst."""
NAMES: Final = ("id", "name")
DIRECTIONS: Final = ("asc", "desc")


class FundQuery(PageQuery):
    """Which pools, and in which order."""

    venue = fields.String(validate=printable(40), metadata={"description": "Id of a venue"})
    health = fields.Enum(FundHealth, by_value=True)
    sort = fields.String(
        load_default="id",
        validate=validate.OneOf([*NAMES, *SIZES]),
        metadata={
            "description": "By what; what is not known comes last in either order, equals by "
            "size. `health` begins with the worst"
        },
    )
    order = fields.String(load_default="asc", validate=validate.OneOf(DIRECTIONS))


def within_reason(at: datetime) -> None:
    """Refuses years in which no fund has a past, nor any arithmetic a result."""
    if not EARLIEST_YEAR <= at.year < END_YEAR:
        raise ValidationError(f"Must be in {EARLIEST_YEAR} or later, and before {END_YEAR}.")


class HistoryQuery(RequestSchema):
    """Which stretch of the past, in how many points."""

    from_ = fields.AwareDateTime(
        data_key="from",
        validate=within_reason,
        metadata={"description": "The beginning [default: 30 days before `to`]"},
    )
    to = fields.AwareDateTime(
        validate=within_reason, metadata={"description": "The end [default: now]"}
    )
    points = fields.Integer(
        load_default=500,
        validate=validate.Range(min=2, max=MOST_POINTS),
        metadata={"description": "How many at most; the extremes between them are kept"},
    )


@blp.at("/funds")
class Funds(MethodView):
    @require(Scope.READ)
    @blp.query(FundQuery)
    @blp.conditional(page_schema(FundSchema), rows="items", columns=CSV)
    def get(self, query: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Every pool of every venue"""
        now = clock.now()
        health, sort, order = query.pop("health", None), query.pop("sort"), query.pop("order")
        descending = order == "desc"
        with services().database.read() as conn:
            known = funds.states(conn, venue=query.pop("venue", None))
        if health is not None:
            known = tuple(one for one in known if _state(one, now).health is health)
        page, cursor = page_in_order(
            known,
            key=in_order(sort, now, descending=descending),
            order=f"{sort} {order}",
            descending=descending,
            **query,
        )
        items = [fund(one, venue_name=venue_name(one.state.venue), now=now) for one in page]
        as_of = oldest(item["as_of"] for item in items)
        return {"items": items, "next_cursor": cursor, "as_of": as_of}


@blp.at("/funds/<ident:pool_id>")
class OneFund(MethodView):
    @require(Scope.READ)
    @blp.conditional(FundSchema)
    @blp.refuses(404)
    def get(self, pool_id: str, *, principal: Principal) -> dict[str, Any]:
        """One pool"""
        with services().database.read() as conn:
            stored = funds.state(conn, pool_id=pool_id)
        return fund(stored, venue_name=venue_name(stored.state.venue), now=clock.now())


@blp.at("/funds/<ident:pool_id>/history")
class FundHistory(MethodView):
    @require(Scope.READ)
    @blp.query(HistoryQuery)
    @blp.conditional(FundHistorySchema, rows="points", columns=HISTORY_COLUMNS)
    @blp.refuses(404)
    def get(self, query: dict[str, Any], pool_id: str, *, principal: Principal) -> dict[str, Any]:
        """One pool's balance over time, with its extremes"""
        until = query.get("to") or clock.now().replace(second=0, microsecond=0)
        since = query.get("from_") or until - MONTH
        if since >= until:
            refuse(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "The stretch ends before it begins.",
                errors={"query": {"from": ["Must be before `to`."]}},
            )
        with services().database.read() as conn:
            funds.state(conn, pool_id=pool_id)
            buckets = fund_points.points(
                conn, pool_id=pool_id, since=since, until=until, count=query["points"]
            )
            events = funds.events(conn, pool_id=pool_id, since=since)
        told = [event for event in events if event.at <= until]
        return fund_history(pool_id, buckets, told, since=since, until=until)


def in_order(sort: str, now: datetime, *, descending: bool) -> Callable[[StoredFund], Place]:
    """The key of a pool in an order, to be sorted by in that direction.

    Pools that have no such figure come last in both; equals come the largest first.
    """
    if sort == "id":
        return lambda one: (one.state.pool_id,)
    if sort == "name":
        return lambda one: (one.state.name.casefold(), one.state.pool_id)
    figure, unknown, sign = SIZES[sort], not descending, 1.0 if descending else -1.0

    def place(one: StoredFund) -> Place:
        state = _state(one, now)
        value = figure(state)
        size = sign * (state.balance_usd or 0.0)
        if value is None:
            return (unknown, 0.0, size, state.pool_id)
        return (not unknown, value, size, state.pool_id)

    return place


def _state(stored: StoredFund, now: datetime) -> FundState:
    return fund_with_staleness(stored.state, now)
