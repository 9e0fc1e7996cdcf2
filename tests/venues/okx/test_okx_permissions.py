"""What an OKX key may do: ``perm`` must be exactly ``read_only``."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.errors import ClockSkew, VenueGarbled, VenueRejected
from app.domain.permissions import KeyVerdict, PowerKind
from app.venues.base import VenueReader
from tests.support.exchange import NOW, PASSPHRASE, SECRET
from tests.support.venue_stage import Stage


def config(stage: Stage, **change: object) -> None:
    payload = stage.payload("account_config")
    payload["data"][0] |= change
    stage.answers("account_config", payload)


def test_a_read_only_key_is_read_only(okx: Stage, reader: VenueReader) -> None:
    config(okx, perm="read_only")
    found = reader.check_permissions()
    assert found.verdict is KeyVerdict.READ_ONLY
    assert found.powers == ()
    assert found.ip_bound is True
    assert found.checked_at == NOW
    assert okx.asked() == ["account_config"]


def test_the_documentations_sample_key_can_trade_and_withdraw(
    okx: Stage, reader: VenueReader
) -> None:
    config(okx)
    found = reader.check_permissions()
    assert found.verdict is KeyVerdict.HAS_POWERS
    assert {(power.kind, power.flag) for power in found.powers} == {
        (PowerKind.TRADE, "perm: trade"),
        (PowerKind.WITHDRAW, "perm: withdraw"),
    }


@pytest.mark.parametrize("perm", ["read_only,teleport", "trade", "withdraw", "READ_ONLY"])
def test_any_word_but_read_only_is_a_power(okx: Stage, reader: VenueReader, perm: str) -> None:
    config(okx, perm=perm)
    assert reader.check_permissions().verdict is KeyVerdict.HAS_POWERS


def test_a_word_nobody_knows_is_an_unknown_power(okx: Stage, reader: VenueReader) -> None:
    config(okx, perm="read_only,teleport")
    (power,) = reader.check_permissions().powers
    assert (power.kind, power.flag) == (PowerKind.UNKNOWN, "perm: teleport")


def test_an_unbound_key_says_so(okx: Stage, reader: VenueReader) -> None:
    config(okx, perm="read_only", ip="")
    assert reader.check_permissions().ip_bound is False


@pytest.mark.parametrize("perm", [None, "", 1, ["read_only"]])
def test_a_missing_perm_is_never_read_only(okx: Stage, reader: VenueReader, perm: Any) -> None:
    config(okx, perm=perm)
    with pytest.raises(VenueGarbled):
        reader.check_permissions()


@pytest.mark.parametrize("data", [[], None, {}, [{"perm": "read_only"}, {"perm": "read_only"}]])
def test_an_answer_that_is_not_one_account_is_never_read_only(
    okx: Stage, reader: VenueReader, data: Any
) -> None:
    okx.answers("account_config", {"code": "0", "data": data, "msg": ""})
    with pytest.raises(VenueGarbled):
        reader.check_permissions()


def test_a_wrong_passphrase_is_rejected_and_not_repeated(okx: Stage, reader: VenueReader) -> None:
    said = f'Request header "OK-ACCESS-PASSPHRASE" incorrect: {PASSPHRASE} {SECRET}'
    okx.answers("account_config", {"code": "50105", "msg": said}, status=401)
    with pytest.raises(VenueRejected) as caught:
        reader.check_permissions()
    assert PASSPHRASE not in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "50105" in str(caught.value)


@pytest.mark.parametrize(
    ("offset", "accepted"), [(-29, True), (29, True), (-31, False), (31, False)]
)
def test_half_a_minute_of_skew_is_what_okx_accepts(
    okx: Stage, reader: VenueReader, offset: float, accepted: bool
) -> None:
    theirs = int((NOW.timestamp() + offset) * 1000)
    okx.answers("time", {"code": "0", "msg": "", "data": [{"ts": str(theirs)}]})
    if accepted:
        reader.check_clock()
    else:
        with pytest.raises(ClockSkew):
            reader.check_clock()
