"""The scenario page: a crash is chosen and worked out as the API does, all with plain addresses.

What is asked stands in the address, so that it can be kept and sent; nothing of it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, make_response, render_template, request
from marshmallow import ValidationError

from app import clock
from app.api.auth import Scope
from app.api.errors import ApiError
from app.api.scenarios import worked_out
from app.api.services import services
from app.api.shapes.scenario import ScenarioAnswerSchema
from app.api.shapes.scenario_question import HIGHEST, LOWEST, ScenarioQuestionSchema
from app.api.shapes.venue import venue_name
from app.domain.errors import InvalidInput
from app.risk.scenario_named import NAMED
from app.risk.wording import MINUS, THIN_SPACE
from app.store import funds, positions
from app.web import content
from app.web.access import signed_in
from app.web.views import unless_unchanged

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response

    from app.store.tokens import Principal

blp = Blueprint("scenario_page", __name__, url_prefix="/scenarios")

FULL: Final = 12
"""So many positions get a card; the others, which fare better, a line each."""
ASKING: Final = ("name", "percent", "millions", "venue", "direction")
NUMBER: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,6})?")
THOUSANDS: Final = re.compile(r",(?=[0-9]{3}(?![0-9]))")
NO_PERCENT: Final = (
    f"Say in percent how far BTC moves, like 25: it falls by {-LOWEST * 100:.0f}\u00a0% at most "
    f"and rises by {HIGHEST * 100:.0f}\u00a0% at most."
)
NO_MILLIONS: Final = (
    "Say how much is forced out in million US dollars, like 2000, and at which exchange."
)
NO_SENSE: Final = "This cannot be worked out: {why}"
CRASHES = tuple(one for one in NAMED if one.event.final)
TODAY = tuple(
    {
        "name": one.name,
        "title": one.title,
        "words": f"{'+' if one.event.move > 0 else MINUS}{abs(one.event.move):.0%}".replace(
            "%", f"{THIN_SPACE}%"
        ),
    }
    for one in NAMED
    if one.event.move is not None
)
"""Plain moves of BTC, and what stands on their buttons."""

_QUESTION, _ANSWER = ScenarioQuestionSchema(), ScenarioAnswerSchema()


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """An exchange one may choose."""

    id: str
    name: str
    held: bool
    chosen: bool


@blp.get("")
@signed_in(Scope.READ)
def shown(*, principal: Principal) -> Response:
    """What can be asked and, once something is, what comes of it."""
    status, headers, problem = HTTPStatus.OK, {}, None
    answer: dict[str, Any] | None = None
    try:
        question = question_of(request.args)
        if question is not None:
            answer = dict(_ANSWER.dump(worked_out(question, principal)))
    except ApiError as refused:
        status, headers, problem = refused.status, dict(refused.headers), _said(refused)
    except InvalidInput as refused:
        status, problem = HTTPStatus.UNPROCESSABLE_ENTITY, str(refused)
    with services().database.read() as connection:
        venues = _venues(connection, principal, request.args.getlist("venues"))
        gone = content.worker_is_gone(connection, now=clock.now())
    html = render_template(
        "scenarios.html",
        asked=request.args,
        kept=_kept(request.args),
        crashes=CRASHES,
        today=TODAY,
        venues=venues,
        at=request.args.get("venue") or next((one.id for one in venues if one.held), None),
        problem=problem,
        outcome=None if answer is None else _outcome(answer),
        worker_is_gone=gone,
    )
    return unless_unchanged(html) if problem is None else make_response(html, status, headers)


def question_of(given: MultiDict[str, str]) -> dict[str, Any] | None:
    """What an address asks, as the API takes it; ``None`` where it asks nothing.

    Raises ``InvalidInput`` where that makes no sense, in words for who typed it.
    """
    asked: dict[str, Any]
    if given.get("name"):
        asked = {"name": given["name"]}
    elif "percent" in given:
        asked = {"move": _move(given)}
    elif "millions" in given:
        millions = _number(given["millions"])
        if millions is None or not 1e-6 <= millions <= 1e7 or not given.get("venue"):
            raise InvalidInput(NO_MILLIONS)
        asked = {
            "cascade_usd": millions * 1e6,
            "venue": given["venue"],
            "direction": given.get("direction", "down"),
        }
    else:
        return None
    chosen = list(dict.fromkeys(given.getlist("venues")))
    try:
        return dict(_QUESTION.load(asked | {"venues": chosen}))
    except ValidationError as wrong:
        raise InvalidInput(NO_SENSE.format(why=_first(wrong.messages))) from wrong


def _move(given: Mapping[str, str]) -> float:
    """As a fraction; a minus sign is a fall, whatever else is chosen."""
    size = _number(given["percent"])
    if size is None or size == 0:
        raise InvalidInput(NO_PERCENT)
    falls = size < 0 or given.get("direction", "down") == "down"
    move = -abs(size) / 100 if falls else size / 100
    if not LOWEST <= move <= HIGHEST:
        raise InvalidInput(NO_PERCENT)
    return move


def _number(text: str) -> float | None:
    plain = THOUSANDS.sub("", text.strip().replace("\u2212", "-").rstrip("% \u2009\u00a0"))
    return float(plain) if NUMBER.fullmatch(plain) else None


def _said(refused: ApiError) -> str:
    """The message, or what stands at the field where that is all it points to."""
    return NO_SENSE.format(why=_first(refused.errors)) if refused.errors else str(refused)


def _first(errors: object) -> str:
    """The innermost first words of errors by place and field."""
    while isinstance(errors, dict | list):
        errors = next(iter(errors.values() if isinstance(errors, dict) else errors))
    return str(errors)


def _kept(given: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What the address asks but for the exchanges, for the form that changes those."""
    return [(name, given[name]) for name in ASKING if given.get(name)]


def _venues(connection: Connection, principal: Principal, chosen: Iterable[str]) -> list[Venue]:
    """The exchanges whose funds are read, and those where the user holds something, by name."""
    held = set(positions.venues_of(connection, user_id=principal.user_id))
    known = {one.state.venue for one in funds.states(connection)} | held
    marked = set(chosen)
    found = [
        Venue(id=one, name=venue_name(one), held=one in held, chosen=one in marked) for one in known
    ]
    return sorted(found, key=lambda one: one.name.casefold())


def _outcome(answer: dict[str, Any]) -> dict[str, Any]:
    # Needed for an answer alone; a process that faces the browser starts without.
    from app.web.scenario_positions import positions_worst_first  # noqa: PLC0415
    from app.web.scenario_words import (  # noqa: PLC0415
        beside,
        by_kind,
        headline,
        venues_worst_first,
        what_happens,
    )

    held = positions_worst_first(answer)
    return {
        "event": what_happens(answer),
        "headline": headline(answer),
        "beside": beside(answer),
        "venues": venues_worst_first(answer),
        "positions": held[:FULL],
        "others": held[FULL:],
        "assumptions": by_kind(answer["assumptions"]),
        "draws": answer["draws"],
        "notes": dict.fromkeys(answer["notes"].values()),
        "computed_at": answer["computed_at"],
    }
