"""A TOML table that is read key by key, strictly: wrong types and unknown keys are errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from app.venues.facts import FactsError

E = TypeVar("E", bound=StrEnum)
V = TypeVar("V")

UNSOURCED = "none"
"""What a facts file writes where a source is missing; a ``note`` must then say so."""


class Table:
    """One table of a facts file; ``where`` (file and key) starts every error."""

    def __init__(self, data: Mapping[str, object], where: str) -> None:
        self._data = data
        self._where = where
        self._seen: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def error(self, key: str, problem: str) -> FactsError:
        return FactsError(f"{self._where}{key}: {problem}")

    def done(self) -> None:
        """Raises ``FactsError`` for a key nobody asked for: a misspelling is not silence."""
        for key in self._data:
            if key not in self._seen:
                raise self.error(key, "is not a key known here")

    def text(self, key: str) -> str:
        value = self._get(key, str)
        if not value.strip():
            raise self.error(key, "is empty")
        return value.strip()

    def optional_text(self, key: str) -> str | None:
        return self.text(key) if key in self else None

    def choice(self, key: str, kind: type[E]) -> E:
        value = self.text(key)
        try:
            return kind(value)
        except ValueError:
            allowed = ", ".join(member.value for member in kind)
            raise self.error(key, f"must be one of {allowed}") from None

    def choices(self, key: str, kind: type[E]) -> tuple[E, ...]:
        """A list of ``kind``'s values; empty where the key is missing."""
        known = {member.value: member for member in kind}
        for value in self.texts(key):
            if value not in known:
                raise self.error(key, f"must be some of {', '.join(known)}")
        return tuple(known[value] for value in self.texts(key))

    def boolean(self, key: str) -> bool:
        return self._get(key, bool)

    def integer(self, key: str) -> int:
        value = self._get(key, int)
        if isinstance(value, bool) or value <= 0:
            raise self.error(key, "must be a whole number above 0")
        return value

    def optional_integer(self, key: str) -> int | None:
        return self.integer(key) if key in self else None

    def number(self, key: str) -> float:
        return self._number(key, self._get(key, (int, float)))

    def numbers(self, key: str) -> tuple[float, ...]:
        return tuple(self._number(key, item) for item in self._get(key, list))

    def day(self, key: str) -> date:
        value = self._get(key, date)
        return value.date() if isinstance(value, datetime) else value

    def optional_day(self, key: str) -> date | None:
        return self.day(key) if key in self else None

    def optional_day_or_moment(self, key: str) -> date | datetime | None:
        """A moment must name its time zone."""
        value = self._get(key, date) if key in self else None
        if isinstance(value, datetime) and value.tzinfo is None:
            raise self.error(key, "is a moment without a time zone")
        return value

    def url(self, key: str) -> str:
        value = self.text(key)
        if not is_web_address(value):
            raise self.error(key, f"{value!r} is not an https address")
        return value

    def optional_url(self, key: str) -> str | None:
        return self.url(key) if key in self else None

    def source(self, *, note: str | None) -> str | None:
        """The ``source`` of a claim, or ``None`` for a claim that says it has none."""
        if self.text("source") != UNSOURCED:
            return self.url("source")
        if note is None:
            raise self.error("source", f'"{UNSOURCED}" needs a note that says what is not known')
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._get(key, list) if key in self else []
        for value in values:
            if not isinstance(value, str) or not value.strip():
                raise self.error(key, "must be a list of texts")
        if len(set(values)) != len(values):
            raise self.error(key, "names something twice")
        return tuple(values)

    def pattern(self, key: str) -> re.Pattern[str]:
        return self._compile(key, self.text(key))

    def patterns(self, key: str) -> tuple[re.Pattern[str], ...]:
        return tuple(self._compile(key, text) for text in self.texts(key))

    def named_patterns(self, key: str) -> Mapping[str, re.Pattern[str]]:
        """A table of patterns, such as ``{contract_type = "swap"}``; empty where it is missing."""
        inner = self.optional_table(key)
        return {} if inner is None else {name: inner.pattern(name) for name in inner._data}

    def mapping(self, key: str) -> Mapping[str, object]:
        return dict(self._get(key, dict)) if key in self else {}

    def table(self, key: str) -> Table:
        return Table(self._get(key, dict), f"{self._where}{key}.")

    def optional_table(self, key: str) -> Table | None:
        return self.table(key) if key in self else None

    def tables(self, key: str) -> tuple[Table, ...]:
        """The items of an array of tables; none where the key is missing."""
        items = self._get(key, list) if key in self else []
        for item in items:
            if not isinstance(item, dict):
                raise self.error(key, "must be a list of tables")
        return tuple(
            Table(item, f"{self._where}{key}[{number}].") for number, item in enumerate(items)
        )

    def value_lists(self, key: str) -> Mapping[str, tuple[str, ...]]:
        """A table of lists of texts, such as ``{type = ["clearinghouseState"]}``."""
        inner = self.optional_table(key)
        if inner is None:
            return {}
        lists = {name: inner.texts(name) for name in inner._data}
        for name, values in lists.items():
            if not values:
                raise inner.error(name, "allows nothing")
        return lists

    def _get(self, key: str, kind: type[V] | tuple[type[V], ...]) -> V:
        self._seen.add(key)
        if key not in self._data:
            raise self.error(key, "is missing")
        value = self._data[key]
        if not isinstance(value, kind):
            raise self.error(key, f"cannot be {value!r}")
        return value

    def _number(self, key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise self.error(key, "must be a number, 0 or more")
        return float(value)

    def _compile(self, key: str, text: str) -> re.Pattern[str]:
        try:
            return re.compile(text)
        except re.error as error:
            raise self.error(key, f"{text!r} is no pattern: {error}") from error


WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?(?:[/?#][^\s]*)?")


def is_web_address(text: str) -> bool:
    """Whether ``text`` is an ``https`` (or, for old pages, ``http``) address with a host."""
    return WEB_ADDRESS.fullmatch(text) is not None
