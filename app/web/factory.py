"""Builds the Flask application of the web process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from app.api import OVERLAY_PATH, init_api
from app.api.demand import Demand
from app.api.overlay_cache import OverlayCache
from app.api.overlay_lane import OverlayLane
from app.api.services import Services
from app.web import api_docs, pages, security
from app.web.request_log import RequestLog

if TYPE_CHECKING:
    from app.api.services import Queue, Seals
    from app.settings import Settings
    from app.store.database import Database


def create_app(settings: Settings, database: Database, queue: Queue, sealer: Seals) -> Flask:
    """The application: API, API documentation and status page behind the guards of ``security``.

    It opens nothing by itself; ``queue`` and ``sealer`` are used only when an account is
    linked or checked.
    """
    app = Flask("app.web", static_folder="static", template_folder="templates")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    own = Services(
        settings=settings,
        database=database,
        queue=queue,
        sealer=sealer,
        demand=Demand(database),
        overlays=OverlayCache(),
    )
    init_api(app, own)
    app.register_blueprint(api_docs.blp)
    pages.init_pages(app)
    lane = OverlayLane(app.wsgi_app, path=OVERLAY_PATH, own=own)
    guard = security.Guard(lane, settings.allowed_hosts)
    app.wsgi_app = RequestLog(guard)  # type: ignore[method-assign]
    return app
