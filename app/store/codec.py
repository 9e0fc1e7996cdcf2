"""Domain dataclasses to JSON and back, by their annotations.

Enums become their values, datetimes RFC 3339 in UTC, dates ``YYYY-MM-DD``, tuples lists.
A field missing from an older document takes its default; a key no field has is ignored, so a
newer document can still be read. What to do for a class is worked out once and kept.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from math import isfinite
from typing import Any, NamedTuple, TypeVar, cast

T = TypeVar("T")
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Converter = Callable[[Any], Any]


def to_json(value: object) -> dict[str, Json]:
    """The document of a dataclass.

    Raises ``ValueError``, naming the field, for a number that is not finite and for a
    datetime without a time zone: neither can be stored and read back as it was.
    """
    return cast("dict[str, Json]", _form(cast("Any", type(value))).encode(value))


def from_json(cls: type[T], document: Mapping[str, Any]) -> T:
    """The dataclass of a document. Raises ``ValueError`` when it cannot be one."""
    try:
        return cast("T", _form(cast("Any", cls)).decode(document))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"a stored {cls.__name__} cannot be read: {error}") from error


def plain(value: object) -> Json:
    """Any payload as JSON that both engines take, for looking at rather than computing with.

    Numbers that are not finite and objects JSON does not know become their text.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value)


class _Form(NamedTuple):
    """How values of one annotation become JSON, and come back."""

    encode: Converter
    decode: Converter


@cache
def _form(hint: Any) -> _Form:
    scalar = _SCALARS.get(hint)
    if scalar is not None:
        return scalar
    if is_dataclass(hint):
        return _of_dataclass(cast("type", hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _Form(lambda value: value.value, hint)
    return _of_container(hint)


def _of_dataclass(cls: type) -> _Form:
    steps = [(name, *_form(hint)) for name, hint in _hints(cls).items()]

    def encode(value: object) -> dict[str, Json]:
        document = {}
        for name, convert, _ in steps:
            try:
                document[name] = convert(getattr(value, name))
            except ValueError as error:
                raise ValueError(f"{cls.__name__}.{name}: {error}") from error
        return document

    names = frozenset(name for name, _, _ in steps)
    converted = [(name, convert) for name, _, convert in steps if convert is not _itself]

    def decode(document: Mapping[str, Any]) -> object:
        values = dict(document)
        if values.keys() != names:
            values = {name: values[name] for name in names & values.keys()}
        for name, convert in converted:
            if name in values:
                values[name] = convert(values[name])
        return cls(**values)

    return _Form(encode, decode)


def _of_container(hint: Any) -> _Form:
    """``tuple[X, ...]``, ``Mapping[str, X]``, ``X | None``, or a union of what JSON has anyway."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple and parts[1:] == (...,):
        item = _form(parts[0])
        return _Form(
            lambda value: [item.encode(one) for one in value],
            lambda value: tuple([item.decode(one) for one in value]),
        )
    if origin is Mapping and parts[0] is str:
        item = _form(parts[1])
        return _Form(
            lambda value: {key: item.encode(one) for key, one in value.items()},
            _itself
            if item.decode is _itself
            else lambda value: {key: item.decode(one) for key, one in value.items()},
        )
    if origin in (types.UnionType, typing.Union):
        kept = [part for part in parts if part is not types.NoneType]
        if set(kept) <= {str, int, float, bool} and len(kept) > 1:
            return _SCALARS[Any]
        if len(kept) == 1:
            item = _form(kept[0])
            return _Form(
                lambda value: None if value is None else item.encode(value),
                _itself
                if item.decode is _itself
                else lambda value: None if value is None else item.decode(value),
            )
    raise TypeError(f"{hint} has no form in JSON")


def _hints(cls: type) -> dict[str, Any]:
    known = typing.get_type_hints(cls)
    return {field.name: known[field.name] for field in fields(cls)}


def _finite(value: float) -> float:
    if not isfinite(value):
        raise ValueError(f"{value} is not a finite number")
    return float(value)


def _rfc3339(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a time without a time zone")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _itself(value: Any) -> Any:
    return value


_SCALARS: dict[Any, _Form] = {
    str: _Form(_itself, _itself),
    int: _Form(_itself, _itself),
    bool: _Form(_itself, _itself),
    float: _Form(_finite, _itself),
    datetime: _Form(_rfc3339, datetime.fromisoformat),
    date: _Form(date.isoformat, date.fromisoformat),
    Any: _Form(plain, _itself),
}
