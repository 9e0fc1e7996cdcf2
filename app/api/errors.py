"""Every error in one shape: ``{code, status, message, errors}``, and nothing of the input in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NoReturn

import structlog
from flask import Flask, Response, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from app.domain.errors import Conflict, InvalidInput, NotFound, SeawallError

DOMAIN_STATUS: Mapping[type[SeawallError], HTTPStatus] = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
}

PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}|[0-9]{1,6}")
UNNAMED = "(another name)"

MESSAGES: Mapping[int, str] = {
    404: "There is nothing at this address.",
    405: "This address does not answer that method.",
    413: "The request is larger than this server accepts.",
    422: "The request cannot be used: see errors.",
}


class ErrorSchema(Schema):
    """An error."""

    code = fields.Integer(required=True, metadata={"description": "HTTP status code"})
    status = fields.String(required=True, metadata={"description": "Its name"})
    message = fields.String(
        required=True, metadata={"description": "What happened and what to do, for a person"}
    )
    errors = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "What exactly is wrong, by place and field, for a program"},
    )


class ApiError(Exception):
    """Ends a request with ``status``; raised by ``refuse``."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        errors: Mapping[str, object],
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(message)
        self.status, self.errors, self.headers = status, errors, headers


def refuse(
    status: HTTPStatus,
    message: str,
    *,
    errors: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> NoReturn:
    """End the request with an error."""
    raise ApiError(status, message, errors or {}, headers or {})


def error_answer(
    status: HTTPStatus,
    message: str,
    errors: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer an error becomes."""
    body = {"code": status.value, "status": status.phrase, "message": message}
    return Response(
        json.dumps({**body, "errors": errors or {}}),
        status=status.value,
        headers=dict(headers or {}),
        mimetype="application/json",
    )


def register_error_handlers(app: Flask) -> None:
    """From now on whatever is raised while answering becomes an error in the one shape."""
    app.register_error_handler(ApiError, _on_api_error)
    app.register_error_handler(SeawallError, _on_domain_error)
    app.register_error_handler(HTTPException, _on_http_exception)
    app.register_error_handler(Exception, _on_surprise)


def _on_http_exception(error: HTTPException) -> BaseResponse:
    """Errors of Flask, Werkzeug and webargs."""
    if error.response is not None or error.code is None:
        return error.get_response()
    status = HTTPStatus(error.code)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return _on_surprise(error)
    data: dict[str, Any] = getattr(error, "data", None) or {}
    headers = {name: value for name, value in error.get_headers() if name in {"Allow"}}
    return error_answer(
        status,
        MESSAGES.get(error.code) or str(data.get("message") or status.description),
        without_input(data.get("messages") or {}),
        headers,
    )


def without_input(errors: Mapping[Any, Any]) -> dict[str, object]:
    """Validation errors with every name that is not plain left out.

    Messages are ours and marshmallow's and repeat no value, but a name is the caller's: a
    secret sent as one must not come back.
    """
    return {
        str(name) if PLAIN_NAME.fullmatch(str(name)) else UNNAMED: (
            without_input(value) if isinstance(value, Mapping) else value
        )
        for name, value in errors.items()
    }


def _on_api_error(error: ApiError) -> Response:
    return error_answer(error.status, str(error), error.errors, error.headers)


def _on_domain_error(error: SeawallError) -> Response:
    for kind, status in DOMAIN_STATUS.items():
        if isinstance(error, kind):
            return error_answer(status, str(error), {"reason": error.code})
    return _on_surprise(error)


def _on_surprise(error: Exception) -> Response:
    """What nobody foresaw: all of it into the log, nothing of it into the answer."""
    structlog.get_logger(__name__).error(
        "request failed", method=request.method, path=request.path, exc_info=error
    )
    return error_answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong here; the log says what. Nothing was changed.",
    )
