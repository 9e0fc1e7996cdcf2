"""ccxt's errors as ours."""

from __future__ import annotations

import ccxt
import pytest

from app.domain.errors import (
    ClockSkew,
    VenueError,
    VenueGarbled,
    VenueRateLimited,
    VenueRejected,
    VenueUnreachable,
    VenueUnsupported,
)
from app.venues.errors import KINDS, parsing, scrub, venue_error
from app.venues.wire import Malformed


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (ccxt.AuthenticationError, VenueRejected),
        (ccxt.PermissionDenied, VenueRejected),
        (ccxt.AccountNotEnabled, VenueRejected),
        (ccxt.AccountSuspended, VenueRejected),
        (ccxt.RateLimitExceeded, VenueRateLimited),
        (ccxt.DDoSProtection, VenueRateLimited),
        (ccxt.InvalidNonce, ClockSkew),
        (ccxt.RequestTimeout, VenueUnreachable),
        (ccxt.NetworkError, VenueUnreachable),
        (ccxt.ExchangeNotAvailable, VenueUnreachable),
        (ccxt.OnMaintenance, VenueUnreachable),
        (ccxt.BadResponse, VenueGarbled),
        (ccxt.NullResponse, VenueGarbled),
        (ccxt.NotSupported, VenueUnsupported),
        (ccxt.BadSymbol, VenueError),
        (ccxt.ExchangeError, VenueError),
        (TypeError, VenueGarbled),
        (KeyError, VenueGarbled),
    ],
)
def test_each_error_means_one_of_ours(theirs: type[Exception], ours: type[VenueError]) -> None:
    error = venue_error(theirs('x {"code":-9,"msg":"So it is"}'), venue="binance", name="Binance")

    assert type(error) is ours
    assert error.venue == "binance"
    assert str(error).startswith("Binance ")


def test_no_kind_hides_a_more_special_one_behind_it() -> None:
    for number, (kind, _, _) in enumerate(KINDS):
        for earlier, _, _ in KINDS[:number]:
            assert not issubclass(kind, earlier)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('binance {"code":-2015,"msg":"Invalid API-key"}', "code -2015: Invalid API-key"),
        (
            'bybit {"retCode":10003,"retMsg":"API key is invalid."}',
            "code 10003: API key is invalid",
        ),
        ('okx {"code":"50111","msg":"Invalid OK-ACCESS-KEY"}', "code 50111: Invalid OK-ACCESS-KEY"),
        ('hyperliquid {"status":"err","response":"x"}', "refused the request."),
        ("binanceusdm GET https://fapi.binance.com/x?signature=ff", "refused the request."),
        ('x {"msg": "cut', "refused the request."),
        ("x [1]", "refused the request."),
    ],
)
def test_of_what_they_say_only_code_and_message_are_kept(text: str, said: str) -> None:
    error = venue_error(ccxt.ExchangeError(text), venue="v", name="V")

    assert said in str(error)
    assert "http" not in str(error)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short words stay", "short words stay"),
        ("a\nline\tbreak", "a line break"),
        ("key " + "Ab1_-" * 5, "key …"),
        ("x" * 19, "x" * 19),
    ],
)
def test_what_looks_like_a_key_is_blanked(text: str, shown: str) -> None:
    assert scrub(text) == shown


def test_a_known_secret_is_blanked_however_short() -> None:
    assert scrub("pass is abc12", ["abc12"]) == "pass is …"


@pytest.mark.parametrize(
    "error",
    [Malformed("x is not a number"), KeyError("a"), TypeError(), ValueError("1"), IndexError()],
)
def test_taking_an_answer_apart_in_vain_is_garbled(error: Exception) -> None:
    with pytest.raises(VenueGarbled) as caught, parsing("binance", "its funds"):
        raise error
    assert "its funds" in str(caught.value)


def test_our_own_errors_and_bugs_pass_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError), parsing("binance", "its funds"):
        raise ZeroDivisionError
    with pytest.raises(VenueUnreachable), parsing("binance", "its funds"):
        raise VenueUnreachable("gone", venue="binance")
