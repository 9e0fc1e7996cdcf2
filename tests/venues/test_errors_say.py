"""The venue's own code and message, in whatever form it gives them."""

from __future__ import annotations

from datetime import UTC, datetime

import ccxt
import pytest

from app.domain.errors import VenueRejected
from app.venues.errors import retry_after, venue_error


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ('{"code": "40018", "msg": "Invalid IP"}', "40018", "(code 40018: Invalid IP)"),
        (
            '{"error": {"code": 13004, "message": "invalid_credentials"}}',
            "13004",
            "(code 13004: invalid_credentials)",
        ),
        ('["error", 10100, "apikey: invalid"]', "10100", "(code 10100: apikey: invalid)"),
        ('{"err_code": 1220, "err_msg": "not opened"}', "1220", "(code 1220: not opened)"),
        ('{"label": "FORBIDDEN", "message": "no"}', "FORBIDDEN", "(code FORBIDDEN: no)"),
        ("[]", None, "."),
        ("nonsense {", None, "."),
    ],
)
def test_code_and_message_are_found_in_every_form(body: str, code: str | None, said: str) -> None:
    error = venue_error(
        ccxt.AuthenticationError(f"venue GET https://v.example {body}"), venue="v", name="V"
    )

    assert isinstance(error, VenueRejected)
    assert error.venue_code == code
    assert str(error).endswith(said if said == "." else f"{said}.")


def test_a_wait_is_read_as_a_time_or_as_what_is_left_of_it() -> None:
    now = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    at = str(int(now.timestamp() * 1000) + 1500)

    assert retry_after({"X-Bapi-Limit-Reset-Timestamp": at}, now) == 1.5
    assert retry_after({"X-RATE-LIMIT-RESET": "2500"}, now) == 2.5
