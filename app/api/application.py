"""Puts the resources together on a Flask application."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import BaseConverter

from app.api import (
    accounts,
    funds,
    health,
    joint,
    openapi,
    overlay,
    pairing,
    positions,
    scenarios,
    settings,
    tokens,
    venues,
)
from app.api.errors import register_error_handlers
from app.api.services import EXTENSION, Services

PREFIX = "/api/v1"
OVERLAY_PATH = PREFIX + overlay.PATH
LARGEST_BODY = 64 * 1024
RESOURCES = (
    accounts,
    joint,
    positions,
    venues,
    funds,
    overlay,
    settings,
    tokens,
    pairing,
    scenarios,
)


class Ident(BaseConverter):
    """An id as it stands in an address; anything else is an address nobody answers."""

    regex = r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,127}"


def init_api(app: Flask, own: Services) -> None:
    """Add the API to ``app``; ``own`` is what its handlers work with."""
    app.extensions[EXTENSION] = own
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY, PROVIDE_AUTOMATIC_OPTIONS=False)
    app.url_map.converters["ident"] = Ident
    register_error_handlers(app)
    app.register_blueprint(health.blp)
    for resource in RESOURCES:
        app.register_blueprint(resource.blp, url_prefix=PREFIX)
    app.add_url_rule(f"{PREFIX}/openapi.json", view_func=openapi.Description.as_view("openapi"))
