"""Cascade scenarios on what is stored. Nothing is kept of them, no exchange is asked."""

from __future__ import annotations

from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Any

from flask.views import MethodView

from app import clock
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.errors import refuse
from app.api.services import services
from app.api.shapes.scenario import (
    ScenarioAnswerSchema,
    ScenariosSchema,
    named_scenario,
    scenario_answer,
)
from app.api.shapes.scenario_question import ScenarioQuestionSchema, scenario_of
from app.risk.scenario_named import NAMED

if TYPE_CHECKING:
    from app.domain.scenario import ScenarioEvent, ScenarioOutcome
    from app.risk.scenario_named import NamedScenario
    from app.store.tokens import Principal

PATIENCE_SECONDS = 4.0
RETRY_SECONDS = 5
NOBODY = (
    "You hold no positions that are known here. Name venues to see what becomes of their funds."
)

blp = Blueprint("scenarios", __name__, description="What a crash would do")
working = Lock()
"""One at a time in a process: each takes a core for up to a second or so."""


@blp.at("/scenarios")
class Scenarios(MethodView):
    @require(Scope.READ)
    @blp.conditional(ScenariosSchema)
    def get(self, *, principal: Principal) -> dict[str, Any]:
        """Scenarios that have a name, with their figures and where those are from"""
        return {"items": [named_scenario(one) for one in NAMED]}

    @require(Scope.READ)
    @blp.body(ScenarioQuestionSchema)
    @blp.gives(200, ScenarioAnswerSchema)
    @blp.refuses(422, 503)
    def post(self, question: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Work out a scenario: who is forced out, what the funds lose, and what you lose

        A move of prices, a cascade of a given size, or a named scenario, over many draws of
        what nobody publishes. The same seed gives the same answer as long as what is stored
        stays the same. Every assumption is in the answer.
        """
        return worked_out(question, principal)


def worked_out(question: dict[str, Any], principal: Principal) -> dict[str, Any]:
    """The answer to a question that ``ScenarioQuestionSchema`` has loaded; the page asks too.

    Raises ``ApiError`` for a venue nobody knows and while another is being worked out, and
    ``InvalidInput`` as ``simulate`` does.
    """
    _check(question)
    one, event = scenario_of(question)
    if not working.acquire(timeout=PATIENCE_SECONDS):
        refuse(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Another scenario is being worked out. Try again in a moment.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )
    try:
        return _answer(question, one, event, principal)
    finally:
        working.release()


def _answer(
    question: dict[str, Any],
    one: NamedScenario | None,
    event: ScenarioEvent,
    principal: Principal,
) -> dict[str, Any]:
    # Loads numpy, which no other request needs.
    from app.api.scenario_reading import scenario_venues  # noqa: PLC0415
    from app.risk.scenario import simulate  # noqa: PLC0415

    now = clock.now()
    with services().database.read() as conn:
        venues = scenario_venues(
            conn, user_id=principal.user_id, event=event, only=question["venues"], now=now
        )
    found = simulate(
        event,
        venues,
        draws=question["draws"],
        seed=question["seed"],
        told=one.figures if one is not None else (),
    )
    return scenario_answer(found, event, one, notes=_notes(found), computed_at=now)


def _notes(found: ScenarioOutcome) -> dict[str, str]:
    from app.api.scenario_reading import MOST_POSITIONS  # noqa: PLC0415

    if not found.venues:
        return {"venues": NOBODY, "positions": NOBODY}
    if len(found.positions) >= MOST_POSITIONS:
        return {"positions": f"The {MOST_POSITIONS} most pressing positions; others are left out."}
    return {}


def _check(question: dict[str, Any]) -> None:
    """Venues nobody knows are an error of the field that names them."""
    from app.api.scenario_reading import check_venues  # noqa: PLC0415

    for field in ("venue", "venues"):
        given = question.get(field) or []
        unknown = check_venues([given] if isinstance(given, str) else given)
        if unknown:
            refuse(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "The request cannot be used: see errors.",
                errors={"json": {field: ["There is no venue of this id."]}},
            )
