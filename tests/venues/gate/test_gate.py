"""How Gate's client tells its own key from the others of an account."""

from __future__ import annotations

import pytest

from app.venues.gate_client import is_own

KEY = "c5dcfbf1f3a7d0e1b2c3d4e5f6a7b8c9"


@pytest.mark.parametrize("shown", ["c5dcfbf1f3a7*****", "c5dcfbf1*", KEY])
def test_a_key_is_known_by_its_first_letters(shown: str) -> None:
    assert is_own(KEY, shown)


@pytest.mark.parametrize(
    "shown",
    ["c5dcfbf1f3a8*****", "*****", "c5dcf*****", "c5dcfbf1f3a7", f"{KEY}0", f"{KEY}0*", "", None],
)
def test_what_could_be_another_key_is_none_of_ours(shown: object) -> None:
    assert not is_own(KEY, shown)
