"""flask-smorest's blueprint with the few things every resource here does alike, and typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

import flask_smorest
from flask import Request, request
from flask.views import MethodView
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser

from app import clock
from app.api.answers import Body, conditional
from app.api.csv_answers import MEDIA_TYPE, asks_for_csv, csv_answer
from app.api.errors import refuse

View = TypeVar("View", bound=Callable[..., Any])
Resource = TypeVar("Resource", bound=type[MethodView])


class JsonParser(FlaskParser):
    """Takes JSON and nothing else, and refuses parameters nobody knows."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012 (webargs declares it so)
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
    }

    def load_json(self, req: Request, schema: Schema) -> Any:
        if req.get_data(cache=True) and req.mimetype != "application/json":
            refuse(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "Send JSON, and say so: Content-Type: application/json.",
            )
        try:
            return super().load_json(req, schema)
        except (ValueError, RecursionError):
            self._handle_invalid_json_error()

    def _handle_invalid_json_error(self, *args: Any, **kwargs: Any) -> NoReturn:
        # The parser's own message would quote the place, and the place may be a secret.
        refuse(HTTPStatus.BAD_REQUEST, "The body is not valid JSON.")


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """Decorators, outermost first: ``require``, ``query``/``body``, ``gives``/``conditional``."""

    ARGUMENTS_PARSER = JsonParser()

    def at(self, rule: str) -> Callable[[Resource], Resource]:
        """Serve a ``MethodView`` at ``rule``."""
        route: Callable[[Resource], Resource] = self.route(rule)
        return route

    def query(self, schema: type[Schema]) -> Callable[[View], View]:
        """Take the query's parameters as ``schema`` loads them."""
        decorate: Callable[[View], View] = self.arguments(schema, location="query")
        return decorate

    def body(self, schema: type[Schema]) -> Callable[[View], View]:
        """Take a JSON body as ``schema`` loads it."""
        takes: Callable[[View], View] = self.arguments(schema)
        also: Callable[[View], View] = self.refuses(400, 413, 415)
        return lambda view: also(takes(view))

    def gives(
        self,
        status: int,
        schema: type[Schema] | None = None,
        *,
        description: str | None = None,
        headers: Mapping[str, object] | None = None,
    ) -> Callable[[View], View]:
        """Answer ``status`` with what the view returns, as ``schema`` dumps it."""
        decorate: Callable[[View], View] = self.response(
            status, schema, description=description, headers=headers
        )
        return decorate

    @staticmethod
    def refuses(*statuses: int) -> Callable[[View], View]:
        """Say in the API's description which errors are to be expected."""
        return described(*((status, HTTPStatus(status).name) for status in statuses))

    @staticmethod
    def also_gives(
        status: int, schema: type[Schema], *, description: str
    ) -> Callable[[View], View]:
        """Say in the API's description that the view may answer ``status`` as well."""
        return described((status, _answer(schema, description)))

    def conditional(
        self, schema: type[Schema], *, rows: str | None = None, columns: Sequence[str] = ()
    ) -> Callable[[View], View]:
        """Answer 200 with what the view returns, or 304 when the asker has it already.

        With ``columns`` the list under ``rows`` is also to be had as CSV.
        """
        shape = schema()

        def decorate(view: View) -> View:
            @wraps(view)
            def answering(*args: Any, **kwargs: Any) -> Any:
                dumped = shape.dump(view(*args, **kwargs))
                if rows is None:
                    return conditional(request.environ, Body(dumped), clock.now())
                if asks_for_csv():
                    answer = csv_answer(columns, dumped[rows])
                else:
                    answer = conditional(request.environ, Body(dumped), clock.now())
                answer.headers["Vary"] = "Accept"
                return answer

            note = described_as_conditional(schema, csv=rows is not None)
            return note(answering)  # type: ignore[return-value]

        return decorate


# flask-smorest's own way to describe a view wraps it in one more function each time. These
# write the same notes without: what is asked for every few seconds is called directly.


def described(*answers: tuple[int, str | dict[str, object]]) -> Callable[[View], View]:
    """Note that a view may give ``answers``: statuses, each with a reference or a description."""

    def decorate(view: View) -> View:
        noted = notes_of(view).setdefault("response", {}).setdefault("responses", {})
        for status, answer in answers:
            noted.setdefault(status, []).append(answer)
        return view

    return decorate


def described_as_conditional(schema: type[Schema], *, csv: bool = False) -> Callable[[View], View]:
    """Note what ``conditional`` does."""
    answer = _answer(schema, HTTPStatus.OK.phrase)
    if csv:
        answer["content"] = {MEDIA_TYPE: {"schema": {"type": "string"}}}

    def decorate(view: View) -> View:
        notes_of(view).update(etag=True, success_status_codes=[200])
        return described((200, answer))(view)

    return decorate


def notes_of(view: Callable[..., Any]) -> dict[str, Any]:
    """Where flask-smorest keeps what it knows of a view; a wrapper shares its view's notes."""
    notes: dict[str, Any] = view.__dict__.setdefault("_apidoc", {})
    return notes


def _answer(schema: type[Schema], description: str) -> dict[str, object]:
    return {"schema": schema(), "description": description, "content_type": None}
