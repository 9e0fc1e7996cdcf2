"""A sandbox whose market stands still, so that every figure is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(still=True) as running:
        yield running
