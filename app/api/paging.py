"""Lists in pages: a cursor names the last item of one page, and the next begins after it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from operator import gt, itemgetter, lt
from typing import NoReturn, TypeVar

from marshmallow import Schema, fields, validate

from app.api.errors import refuse
from app.api.fields import AnswerSchema, RequestSchema, Time, printable

Item = TypeVar("Item")
Place = tuple[bool | float | str, ...]
"""What an item is ordered by."""

DEFAULT_LIMIT = 50
MOST = 200
LONGEST_CURSOR = 1000


class PageQuery(RequestSchema):
    """What every list takes."""

    cursor = fields.String(
        validate=printable(LONGEST_CURSOR),
        metadata={"description": "`next_cursor` of the page before"},
    )
    limit = fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(min=1, max=MOST),
        metadata={"description": "How many items at most"},
    )


def page_schema(item: type[Schema]) -> type[AnswerSchema]:
    """The schema of a page of ``item``."""
    noun = item.__name__.removesuffix("Schema")
    members = {
        "items": fields.List(fields.Nested(item)),
        "next_cursor": fields.String(
            allow_none=True, metadata={"description": "`null` on the last page"}
        ),
        "as_of": Time("The oldest `as_of` on this page", allow_none=True),
        "__doc__": f"A page of {noun.lower()}s.",
    }
    return type(f"{noun}PageSchema", (AnswerSchema,), members)


def page_of(
    items: Iterable[Item], *, key: Callable[[Item], str], limit: int, cursor: str | None = None
) -> tuple[Sequence[Item], str | None]:
    """One page of ``items`` in the order of ``key``, and the cursor of the next.

    An item that is added or goes between two pages neither repeats nor hides another.
    """
    after = decode(cursor) if cursor is not None else None
    # Sorted here, for every database has an order of text of its own.
    rest = [item for item in sorted(items, key=key) if after is None or key(item) > after]
    page = rest[:limit]
    return page, encode(key(page[-1])) if len(rest) > limit else None


def page_in_order(
    items: Iterable[Item],
    *,
    key: Callable[[Item], Place],
    order: str,
    descending: bool = False,
    limit: int,
    cursor: str | None = None,
) -> tuple[Sequence[Item], str | None]:
    """The same for an order by figures; ``key`` ends with what no other item has.

    ``order`` names it: a cursor of one order is none of another.
    """
    placed = sorted(((key(item), item) for item in items), key=itemgetter(0), reverse=descending)
    if cursor is not None:
        after = _place(cursor, order)
        beyond = lt if descending else gt
        try:
            placed = [one for one in placed if beyond(one[0], after)]
        except TypeError:
            _refuse_cursor()
    page = placed[:limit]
    more = len(placed) > limit
    return [item for _, item in page], encode(_named(order, page[-1][0])) if more else None


def _named(order: str, place: Place) -> str:
    return json.dumps([order, *place], ensure_ascii=False)


def _place(cursor: str, order: str) -> Place:
    try:
        place = json.loads(decode(cursor))
    except (ValueError, RecursionError):
        _refuse_cursor()
    if not isinstance(place, list) or place[:1] != [order]:
        _refuse_cursor()
    return tuple(place[1:])


def encode(place: str) -> str:
    """The cursor of a place in a list."""
    return urlsafe_b64encode(place.encode()).decode().rstrip("=")


def decode(cursor: str) -> str:
    """The place a cursor names; ends the request with 422 for what is no cursor."""
    try:
        return urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
    except ValueError:
        _refuse_cursor()


def _refuse_cursor() -> NoReturn:
    refuse(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "This cursor is not one of ours; start again without it.",
        errors={"query": {"cursor": ["Is not a cursor."]}},
    )
