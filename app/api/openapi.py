"""The API's own description: ``openapi/seawall.json`` in the repository, and served to tools.

It is made from the same blueprints as the API, by flask-smorest on an application of its own:
when somebody asks for it first, not at every start.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import flask_smorest
from flask import Flask, Response, request
from flask.views import MethodView

from app import __version__, clock
from app.api.answers import Body, conditional
from app.api.auth import SECURITY_SCHEMES
from app.api.errors import ErrorSchema

DESCRIPTION = """\
How far your liquidation is, how healthy the insurance fund behind it is, and what your exchange
does when that fund runs out.

Answers come from what is stored; every figure says how old it is. Fractions are fractions
(0.05, not 5), money is USD unless a name says otherwise, times are UTC. A number that is not
known is `null`, and `notes` beside it says why. Every GET has an `ETag` that changes when
anything but an age does: send it back in `If-None-Match` and an unchanged answer is a bare 304.
"""


class Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest with our own error, and every error of an operation named."""

    ERROR_SCHEMA = ErrorSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_pagination_header(self) -> None:
        """Pages here are in the body, by cursor: see ``paging``."""


class Description(MethodView):
    """The document for tools. It tells nothing of anybody, so it needs no token."""

    def get(self) -> Response:
        return conditional(request.environ, _served(), clock.now())


def spec() -> dict[str, Any]:
    """The OpenAPI 3.1 document. Opens no database and reads no setting."""
    from app.api import health  # noqa: PLC0415
    from app.api.application import PREFIX, RESOURCES, Ident  # noqa: PLC0415

    app = Flask("app.api")
    app.url_map.converters["ident"] = Ident
    app.config.update(API_TITLE="Seawall", API_VERSION=__version__, OPENAPI_VERSION="3.1.0")
    info = {"description": DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}}
    servers = [{"url": "/", "description": "This server"}]
    api = Api(app, spec_kwargs={"info": info, "servers": servers})
    api.register_converter(
        Ident, lambda converter: {"type": "string", "pattern": f"^{converter.regex}$"}
    )
    for name, scheme in SECURITY_SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    api.register_blueprint(health.blp)
    for resource in RESOURCES:
        api.register_blueprint(resource.blp, url_prefix=PREFIX)
    document: dict[str, Any] = api.spec.to_dict()
    return document


def as_text(document: dict[str, Any]) -> str:
    """The document as the file in the repository holds it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


@cache
def _served() -> Body:
    return Body(spec())
