"""What a Binance key may do: the check fails closed."""

from __future__ import annotations

import pytest

from app.domain.errors import ClockSkew, VenueGarbled, VenueRateLimited, VenueRejected
from app.domain.permissions import KeyVerdict, PowerKind
from app.venues.binance_key import POWERS
from tests.support.exchange import NOW, Exchange

READ_ONLY = "sapi_v1_account_apiRestrictions.read_only"


def test_a_key_with_every_power_off_is_read_only(binance: Exchange) -> None:
    found = binance.account().check_permissions()

    assert found.verdict is KeyVerdict.READ_ONLY
    assert found.powers == ()
    assert found.ip_bound is False
    assert found.checked_at == NOW
    assert found.asked == "GET /sapi/v1/account/apiRestrictions"
    assert binance.asked() == ["permissions"], "nothing else is asked before"


def test_the_documented_sample_has_a_power_and_it_is_named(binance: Exchange) -> None:
    binance.answers("permissions", "sapi_v1_account_apiRestrictions")

    found = binance.account().check_permissions()

    assert found.verdict is KeyVerdict.HAS_POWERS
    assert [(p.kind, p.flag) for p in found.powers] == [
        (PowerKind.TRADE, "enablePortfolioMarginTrading")
    ]


@pytest.mark.parametrize("flag", sorted(POWERS))
def test_every_single_power_is_enough(binance: Exchange, flag: str) -> None:
    binance.answers("permissions", {**binance.payload(READ_ONLY), flag: True})

    found = binance.account().check_permissions()

    assert found.verdict is KeyVerdict.HAS_POWERS
    assert [(p.kind, p.flag) for p in found.powers] == [(POWERS[flag], flag)]


@pytest.mark.parametrize(
    ("flag", "value"),
    [("enableLending", True), ("permitsSomethingNew", True), ("canMove", True), ("enableX", "yes")],
)
def test_a_power_nobody_here_knows_counts_as_one(
    binance: Exchange, flag: str, value: object
) -> None:
    binance.answers("permissions", {**binance.payload(READ_ONLY), flag: value})

    found = binance.account().check_permissions()

    assert found.verdict is KeyVerdict.HAS_POWERS
    assert [(p.kind, p.flag) for p in found.powers] == [(PowerKind.UNKNOWN, flag)]


def test_an_unknown_power_that_is_off_and_plain_facts_are_none(binance: Exchange) -> None:
    payload = {
        **binance.payload(READ_ONLY),
        "enableSomethingNew": False,
        "tradingAuthorityExpirationTime": 1795334400000,
    }
    binance.answers("permissions", payload)

    assert binance.account().check_permissions().verdict is KeyVerdict.READ_ONLY


@pytest.mark.parametrize("flag", [*sorted(POWERS), "enableReading", "ipRestrict"])
@pytest.mark.parametrize("value", ["missing", "false", None, 0])
def test_a_flag_that_is_missing_or_no_flag_is_never_taken_for_off(
    binance: Exchange, flag: str, value: object
) -> None:
    payload = binance.payload(READ_ONLY)
    payload[flag] = value
    if value == "missing":
        del payload[flag]
    binance.answers("permissions", payload)

    with pytest.raises(VenueGarbled, match=flag):
        binance.account().check_permissions()


def test_a_key_that_cannot_read_is_not_read_only(binance: Exchange) -> None:
    binance.answers("permissions", {**binance.payload(READ_ONLY), "enableReading": False})

    with pytest.raises(VenueGarbled, match="enableReading"):
        binance.account().check_permissions()


@pytest.mark.parametrize("payload", [[], {}, "text", None])
def test_an_answer_of_another_shape_is_garbled(binance: Exchange, payload: object) -> None:
    binance.answers("permissions", json=payload)

    with pytest.raises(VenueGarbled):
        binance.account().check_permissions()


@pytest.mark.parametrize(
    ("code", "status"), [(-2015, 401), (-2015, 400), (-2014, 401), (-1022, 400)]
)
def test_a_key_binance_does_not_know_is_rejected(binance: Exchange, code: int, status: int) -> None:
    binance.answers("permissions", {"code": code, "msg": "Invalid API-key"}, status_code=status)

    with pytest.raises(VenueRejected, match=str(code)):
        binance.account().check_permissions()


def test_a_clock_binance_does_not_accept_is_named_as_that(binance: Exchange) -> None:
    ahead = {"code": -1021, "msg": "Timestamp for this request was 1000ms ahead of the server."}
    binance.answers("permissions", ahead, status_code=400)

    with pytest.raises(ClockSkew, match="ahead"):
        binance.account().check_permissions()


@pytest.mark.parametrize("status", [429, 418])
def test_too_many_requests_say_how_long_to_wait(binance: Exchange, status: int) -> None:
    binance.answers(
        "permissions", {"code": -1003, "msg": ""}, status_code=status, headers={"Retry-After": "37"}
    )

    with pytest.raises(VenueRateLimited) as caught:
        binance.account().check_permissions()

    assert caught.value.retry_after == 37
    assert caught.value.venue == "binance"


@pytest.mark.parametrize(("theirs", "word"), [(-1_500, "ahead of"), (6_000, "behind")])
def test_a_wrong_clock_is_told_before_a_key_is_used(
    binance: Exchange, theirs: int, word: str
) -> None:
    milliseconds = int(NOW.timestamp() * 1000)
    binance.answers("time", {"serverTime": milliseconds + theirs})

    with pytest.raises(ClockSkew, match=word):
        binance.account().check_clock()
    assert binance.asked() == ["time"]


@pytest.mark.parametrize("theirs", [-900, 0, 4_000])
def test_a_clock_within_what_binance_accepts_is_right(binance: Exchange, theirs: int) -> None:
    binance.answers("time", {"serverTime": int(NOW.timestamp() * 1000) + theirs})

    binance.account().check_clock()


@pytest.mark.parametrize("answer", [{}, {"serverTime": None}, {"serverTime": "soon"}])
def test_a_venue_without_a_readable_clock_is_garbled(binance: Exchange, answer: object) -> None:
    binance.answers("time", answer)

    with pytest.raises(VenueGarbled):
        binance.account().check_clock()
