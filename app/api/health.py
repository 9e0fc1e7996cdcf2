"""Is the process alive, and is it of use? For supervisors; tells nothing to strangers."""

from __future__ import annotations

from http import HTTPStatus

from flask.views import MethodView
from marshmallow import fields

from app import __version__, clock
from app.api.blueprint import Blueprint
from app.api.fields import AnswerSchema, Time
from app.api.services import services
from app.store import heartbeat

blp = Blueprint("health", __name__, description="Whether the parts of Seawall are running")


class HealthSchema(AnswerSchema):
    """The process answers."""

    status = fields.String(metadata={"example": "ok"})
    version = fields.String()


class PartSchema(AnswerSchema):
    """One part that Seawall needs."""

    ready = fields.Boolean()
    detail = fields.String(metadata={"description": "What is the matter, or that nothing is"})
    seen_at = Time("When it was last seen, where that matters", allow_none=True)


class PartsSchema(AnswerSchema):
    """The parts that answers depend on."""

    database = fields.Nested(PartSchema)
    worker = fields.Nested(PartSchema)


class ReadinessSchema(AnswerSchema):
    """Whether requests can be answered with figures that are kept up to date."""

    ready = fields.Boolean()
    parts = fields.Nested(PartsSchema)


@blp.at("/healthz")
class Health(MethodView):
    @blp.gives(200, HealthSchema)
    def get(self) -> dict[str, object]:
        """Whether the web process is alive"""
        return {"status": "ok", "version": __version__}


@blp.at("/readyz")
class Readiness(MethodView):
    @blp.gives(200, ReadinessSchema)
    @blp.also_gives(503, ReadinessSchema, description="Not ready; `parts` says which")
    def get(self) -> tuple[dict[str, object], int]:
        """Whether the database and the worker are there"""
        database = _database()
        worker = _worker() if database["ready"] else _part(ready=False, detail="Unknown.")
        ready = bool(database["ready"] and worker["ready"])
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return {"ready": ready, "parts": {"database": database, "worker": worker}}, status


def _database() -> dict[str, object]:
    if services().database.is_current():
        return _part(ready=True, detail="Reachable and up to date.")
    return _part(
        ready=False, detail="Not reachable, or not migrated to this version (run `seawall up`)."
    )


def _worker() -> dict[str, object]:
    with services().database.read() as conn:
        seen = heartbeat.last(conn)
    if seen is None:
        return _part(ready=False, detail="The worker has never run.")
    if clock.now() - seen > heartbeat.LATE:
        return _part(ready=False, detail="The worker has not been heard of.", seen_at=seen)
    return _part(ready=True, detail="Running.", seen_at=seen)


def _part(*, ready: bool, detail: str, seen_at: object = None) -> dict[str, object]:
    return {"ready": ready, "detail": detail, "seen_at": seen_at}
