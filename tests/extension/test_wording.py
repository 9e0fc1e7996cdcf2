"""The overlay words its numbers as the status page does."""

from __future__ import annotations

from app.risk import wording
from tests.extension.support.fakes import fixture

WORDED = {
    "amount": wording.amount,
    "percent": wording.percent,
    "money": wording.money,
    "price": wording.price,
    "plain": wording.plain_number,
}


def test_the_table_that_the_overlay_is_held_against_is_the_page_s() -> None:
    for name, cases in fixture("wording").items():
        for *given, worded in cases:
            assert WORDED[name](*given) == worded
