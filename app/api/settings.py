"""What a user can set: by which thresholds their positions are judged."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask.views import MethodView

from app import clock
from app.api.auth import Scope, require
from app.api.blueprint import Blueprint
from app.api.errors import refuse
from app.api.services import services
from app.api.shapes.settings import SettingsSchema, ThresholdsChangeSchema, settings
from app.domain.thresholds import problems
from app.store import thresholds

if TYPE_CHECKING:
    from app.store.tokens import Principal

blp = Blueprint("settings", __name__, description="By what your positions are judged")


@blp.at("/settings")
class Settings(MethodView):
    @require(Scope.READ)
    @blp.conditional(SettingsSchema)
    def get(self, *, principal: Principal) -> dict[str, Any]:
        """Your settings, with the defaults beside them"""
        return _shown(principal)


@blp.at("/settings/thresholds")
class OwnThresholds(MethodView):
    @require(Scope.ADMIN)
    @blp.body(ThresholdsChangeSchema)
    @blp.gives(200, SettingsSchema)
    @blp.refuses(422)
    def put(self, changes: dict[str, Any], *, principal: Principal) -> dict[str, Any]:
        """Change where figures begin to count

        What is left out stays. Your positions are judged anew within seconds, by what is stored;
        no exchange is asked for it. A document with anything wrong in it changes nothing.
        """
        with services().database.write() as conn:
            before = thresholds.of_user(conn, user_id=principal.user_id)
            after = thresholds.merged(before, changes)
            wrong = problems(after)
            if wrong:
                refuse(
                    HTTPStatus.UNPROCESSABLE_ENTITY,
                    "These thresholds cannot be used: see errors. Nothing was changed.",
                    errors={"json": {name: [text] for name, text in wrong.items()}},
                )
            thresholds.save(conn, user_id=principal.user_id, thresholds=after, now=clock.now())
        return _shown(principal)

    @require(Scope.ADMIN)
    @blp.gives(204)
    def delete(self, *, principal: Principal) -> None:
        """Back to the defaults"""
        with services().database.write() as conn:
            thresholds.reset(conn, user_id=principal.user_id, now=clock.now())


def _shown(principal: Principal) -> dict[str, Any]:
    with services().database.read() as conn:
        return settings(thresholds.get(conn, user_id=principal.user_id))
