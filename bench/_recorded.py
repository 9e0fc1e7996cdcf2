"""A network that answers from the cases of the venue tests, each answer after a while."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from requests.models import Response

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from app.venues.bundle import Entry  # noqa: E402
from app.venues.catalogue import catalogue  # noqa: E402
from app.venues.facts import VenueStatus  # noqa: E402
from app.venues.replay import Ask, BundleAdapter  # noqa: E402
from tests.support.case import Case, case, names  # noqa: E402

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


class Recorded(BundleAdapter):
    """Answers from the entries of cases, ``seconds`` after it was asked."""

    def __init__(self, cases: list[Case], seconds: float = 0.0) -> None:
        super().__init__(_entries(cases))
        self.seconds = seconds

    def send(self, *args: Any, **options: Any) -> Response:
        time.sleep(self.seconds)
        return super().send(*args, **options)


def full_accounts() -> dict[str, Case]:
    """By venue the case with the most positions in which every scope answered."""
    found: dict[str, tuple[int, Case]] = {}
    for one in _all_cases():
        if Ask.POSITIONS not in one.ask:
            continue
        scopes = one.run()["scopes"]
        if not isinstance(scopes, list) or any(scope["error"] for scope in scopes):
            continue
        held = sum(len(scope["positions"]) for scope in scopes)
        if held > found.get(one.venue, (0, one))[0]:
            found[one.venue] = (held, one)
    return {venue: one for venue, (_, one) in found.items()}


def public_cases() -> list[Case]:
    """Every case about what a venue publishes that came to something."""
    return [
        one
        for one in _all_cases()
        if not {Ask.PERMISSIONS, Ask.POSITIONS} & set(one.ask)
        and all(isinstance(one.run()[ask], list) for ask in one.ask)
    ]


def _all_cases() -> Iterator[Case]:
    for facts in catalogue().venues():
        if facts.status is VenueStatus.FULL:
            yield from (case(facts.id, name) for name in names(facts.id))


def _entries(cases: list[Case]) -> list[Entry]:
    return [entry for one in cases for entry in one.bundle.entries]
