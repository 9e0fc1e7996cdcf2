"""What a Bybit key may do: only ``readOnly`` = 1 proves that it can only read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.errors import ClockSkew, VenueGarbled, VenueRateLimited, VenueRejected
from app.domain.permissions import KeyVerdict, PowerKind
from app.venues.base import VenueReader
from tests.support.exchange import NOW
from tests.support.venue_stage import Stage


def key(stage: Stage, **change: object) -> None:
    payload = stage.payload("user_query_api")
    payload["result"] |= change
    stage.answers("query_api", payload)


def test_a_read_only_key_is_read_only_although_its_areas_are_not_empty(
    bybit: Stage, reader: VenueReader
) -> None:
    bybit.answers("query_api", "user_query_api")
    found = reader.check_permissions()
    assert found.verdict is KeyVerdict.READ_ONLY
    assert found.powers == ()
    assert found.ip_bound is True
    assert found.expires_at is None
    assert found.checked_at == NOW
    assert "query-api" in found.asked


def test_the_permission_check_is_the_only_request_it_makes(
    bybit: Stage, reader: VenueReader
) -> None:
    bybit.answers("query_api", "user_query_api")
    reader.check_permissions()
    assert bybit.asked() == ["query_api"]


def test_a_key_that_can_write_has_the_powers_it_names(bybit: Stage, reader: VenueReader) -> None:
    key(bybit, readOnly=0)
    found = reader.check_permissions()
    assert found.verdict is KeyVerdict.HAS_POWERS
    powers = {power.flag: power.kind for power in found.powers}
    assert powers["ContractTrade: Order"] is PowerKind.TRADE
    assert powers["Spot: SpotTrade"] is PowerKind.TRADE
    assert powers["Wallet: AccountTransfer"] is PowerKind.TRANSFER
    assert powers["Earn: Earn"] is PowerKind.UNKNOWN


def test_a_key_that_can_withdraw_is_named_for_it(bybit: Stage, reader: VenueReader) -> None:
    key(bybit, readOnly=0, permissions={"Wallet": ["Withdraw", "Teleport"]})
    found = reader.check_permissions()
    assert [(power.kind, power.flag) for power in found.powers] == [
        (PowerKind.WITHDRAW, "Wallet: Withdraw"),
        (PowerKind.UNKNOWN, "Wallet: Teleport"),
    ]


def test_a_writing_key_without_any_area_still_has_a_power(
    bybit: Stage, reader: VenueReader
) -> None:
    key(bybit, readOnly=0, permissions={"Spot": []})
    found = reader.check_permissions()
    assert found.verdict is KeyVerdict.HAS_POWERS
    assert [power.kind for power in found.powers] == [PowerKind.UNKNOWN]


def test_an_unbound_key_says_when_it_ends(bybit: Stage, reader: VenueReader) -> None:
    key(bybit, ips=["*"], expiredAt="2027-02-01T00:00:00Z", deadlineDay=71)
    found = reader.check_permissions()
    assert found.ip_bound is False
    assert found.expires_at == datetime(2027, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"readOnly": None},
        {"readOnly": "yes"},
        {"readOnly": True},
        {"readOnly": 2},
        {"readOnly": 0, "permissions": None},
        {"readOnly": 0, "permissions": {"Spot": "SpotTrade"}},
        {"expiredAt": "soon"},
    ],
)
def test_an_answer_that_is_not_understood_is_never_read_only(
    bybit: Stage, reader: VenueReader, change: dict[str, Any]
) -> None:
    key(bybit, **change)
    with pytest.raises(VenueGarbled):
        reader.check_permissions()


def test_a_missing_answer_is_never_read_only(bybit: Stage, reader: VenueReader) -> None:
    bybit.answers("query_api", {"retCode": 0, "retMsg": "OK"})
    with pytest.raises(VenueGarbled):
        reader.check_permissions()


@pytest.mark.parametrize("code", [10003, 10004, 10005, 10007, 10010, 33004])
def test_a_key_bybit_does_not_know_is_rejected_without_a_secret_in_the_message(
    bybit: Stage, code: int
) -> None:
    secret = "aVeryLongSecretThatNobodyMaySee0123456789"
    bybit.answers("query_api", {"retCode": code, "retMsg": f"invalid key {secret}"})
    reader = bybit.reader(api_key="key", secret=secret)
    with pytest.raises(VenueRejected) as caught:
        reader.check_permissions()
    assert secret not in str(caught.value)
    assert str(code) in str(caught.value)


@pytest.mark.parametrize("code", [10006, 10018])
def test_too_many_requests_is_a_limit(bybit: Stage, reader: VenueReader, code: int) -> None:
    reset = str(int((NOW.timestamp() + 3) * 1000))
    bybit.answers(
        "query_api",
        {"retCode": code, "retMsg": "Too many visits!"},
        headers={"X-Bapi-Limit-Reset-Timestamp": reset},
    )
    with pytest.raises(VenueRateLimited) as caught:
        reader.check_permissions()
    assert caught.value.retry_after == pytest.approx(3)


def test_a_request_bybit_finds_too_old_is_a_clock_fault(bybit: Stage, reader: VenueReader) -> None:
    bybit.answers(
        "query_api", {"retCode": 10002, "retMsg": "invalid request, check your timestamp"}
    )
    with pytest.raises(ClockSkew):
        reader.check_permissions()


@pytest.mark.parametrize(
    ("offset", "accepted"), [(0.0, True), (-0.5, True), (-2.0, False), (6.0, False)]
)
def test_the_clock_is_compared_by_bybits_own_rule(
    bybit: Stage, reader: VenueReader, offset: float, accepted: bool
) -> None:
    """A second ahead of Bybit is too much; behind it five are allowed."""
    seconds = NOW.timestamp() + offset
    bybit.answers(
        "time",
        {
            "retCode": 0,
            "retMsg": "OK",
            "result": {"timeSecond": f"{seconds:.0f}", "timeNano": f"{seconds * 1e9:.0f}"},
            "time": int(seconds * 1000),
        },
    )
    if accepted:
        reader.check_clock()
    else:
        with pytest.raises(ClockSkew):
            reader.check_clock()
