"""The same question asked again takes a short cut, and gets the answer it would get without."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

import pytest
import time_machine
from sqlalchemy.exc import OperationalError

from app.api.overlay_cache import OverlayCache
from app.store import glance, revisions, sources, tokens
from app.store.database import Database
from tests.support.api import Caller, Stage, body
from tests.support.nouns import NOON, a_fund_state, a_margin, an_assessment, later

PAGE = quote("https://www.binance.com/en/futures/BTCUSDT", safe="")
ADDRESS = f"/api/v1/overlay?url={PAGE}"


@pytest.fixture
def account(stage: Stage) -> str:
    made = stage.account(interval=15)
    stage.holds(made, [an_assessment(fund=a_fund_state())], margins=[a_margin()])
    stage.fund(a_fund_state(cadence_seconds=60))
    return made


@pytest.fixture
def extension(stage: Stage, account: str) -> Caller:
    """One that has asked once already."""
    caller = stage.caller("read")
    assert caller.get(ADDRESS).status_code == HTTPStatus.OK
    return caller


def test_the_second_answer_is_the_first_but_for_the_ages(
    extension: Caller, time: time_machine.Traveller
) -> None:
    first = body(extension.get(ADDRESS))
    time.move_to(later(seconds=7))
    second = body(extension.get(ADDRESS))
    assert (first["age_seconds"], second["age_seconds"]) == (0.0, 7.0)
    assert second["positions"][0]["age_seconds"] == 7.0
    assert second["fund"]["age_seconds"] == 7.0

    def without_ages(value: object) -> object:
        if isinstance(value, dict):
            return {k: without_ages(v) for k, v in value.items() if k != "age_seconds"}
        return [without_ages(one) for one in value] if isinstance(value, list) else value

    assert without_ages(first) == without_ages(second)


def test_nothing_but_ages_changed_is_a_bare_304(
    extension: Caller, time: time_machine.Traveller
) -> None:
    etag = extension.get(ADDRESS).headers["ETag"]
    time.move_to(later(seconds=20))
    answer = extension.get(ADDRESS, headers={"If-None-Match": etag})
    assert answer.status_code == HTTPStatus.NOT_MODIFIED
    assert answer.headers["ETag"] == etag
    assert answer.get_data() == b""
    assert "Content-Length" not in answer.headers


def test_one_of_several_etags_is_recognised_and_a_foreign_one_is_not(extension: Caller) -> None:
    etag = extension.get(ADDRESS).headers["ETag"]
    several = extension.get(ADDRESS, headers={"If-None-Match": f'"other", {etag}'})
    assert several.status_code == HTTPStatus.NOT_MODIFIED
    foreign = extension.get(ADDRESS, headers={"If-None-Match": '"other"'})
    assert foreign.status_code == HTTPStatus.OK


def test_the_short_cut_answers_with_the_same_headers_as_the_long_way(stage: Stage) -> None:
    caller = stage.caller("read")
    long, short = caller.get(ADDRESS), caller.get(ADDRESS)
    assert dict(short.headers) == dict(long.headers)
    assert short.get_data() == long.get_data()


def test_a_new_reading_is_seen_at_once(
    stage: Stage, account: str, extension: Caller, time: time_machine.Traveller
) -> None:
    etag = extension.get(ADDRESS).headers["ETag"]
    time.move_to(later(seconds=15))
    moved = an_assessment(fund=a_fund_state(), mark_price=64100.0, as_of=later(seconds=15))
    stage.holds(account, [moved])
    answer = extension.get(ADDRESS, headers={"If-None-Match": etag})
    assert body(answer)["positions"][0]["mark_price"] == 64100.0
    assert answer.headers["ETag"] != etag


def test_a_new_balance_of_the_fund_is_seen_at_once(stage: Stage, extension: Caller) -> None:
    body(extension.get(ADDRESS))
    stage.fund(a_fund_state(balance_usd=5e8))
    assert body(extension.get(ADDRESS))["fund"]["balance_usd"] == 5e8


def test_an_account_linked_since_is_seen_at_once(stage: Stage, extension: Caller) -> None:
    body(extension.get(ADDRESS))
    stage.account(label="second")
    assert len(body(extension.get(ADDRESS))["accounts"]) == 2


def test_figures_turn_stale_without_anything_being_written(
    extension: Caller, time: time_machine.Traveller
) -> None:
    etag = extension.get(ADDRESS).headers["ETag"]
    time.move_to(later(seconds=45))
    unchanged = extension.get(ADDRESS, headers={"If-None-Match": etag})
    assert unchanged.status_code == HTTPStatus.NOT_MODIFIED
    time.move_to(later(seconds=46))
    answer = extension.get(ADDRESS, headers={"If-None-Match": etag})
    shown = body(answer)
    assert shown["stale"] is True
    assert shown["positions"][0]["stale"] is True
    assert "data_stale" in [one["code"] for one in shown["positions"][0]["reasons"]]
    stale_etag = answer.headers["ETag"]
    time.move_to(later(seconds=100))
    again = extension.get(ADDRESS, headers={"If-None-Match": stale_etag})
    assert again.status_code == HTTPStatus.NOT_MODIFIED


def test_a_fund_that_turns_stale_does_so_on_time(
    stage: Stage, account: str, extension: Caller, time: time_machine.Traveller
) -> None:
    source = sources.account_source(account)
    time.move_to(later(seconds=180))
    stage.holds(account, [an_assessment(fund=a_fund_state(), as_of=later(seconds=180))])
    stage.succeeded(source, at=later(seconds=180), interval=15)
    assert body(extension.get(ADDRESS))["fund"]["health"] == "draining"
    time.move_to(later(seconds=181))
    assert body(extension.get(ADDRESS))["fund"]["health"] == "stale"


def test_a_revoked_token_is_refused_at_once(stage: Stage, account: str) -> None:
    with stage.database.write() as conn:
        issued = tokens.issue(conn, user_id=stage.user_id, label="x", scopes=["read"], now=NOON)
    caller = Caller(stage.app, issued.token)
    body(caller.get(ADDRESS))
    body(caller.get(ADDRESS))
    with stage.database.write() as conn:
        tokens.revoke(conn, user_id=stage.user_id, token_id=issued.row.id, now=NOON)
    body(caller.get(ADDRESS), 401)


def test_a_token_that_has_ended_is_refused_at_once(
    stage: Stage, account: str, time: time_machine.Traveller
) -> None:
    with stage.database.write() as conn:
        issued = tokens.issue(
            conn,
            user_id=stage.user_id,
            label="x",
            scopes=["read"],
            now=NOON,
            expires_at=later(minutes=1),
        )
    caller = Caller(stage.app, issued.token)
    body(caller.get(ADDRESS))
    time.move_to(later(minutes=1))
    body(caller.get(ADDRESS), 401)


def test_a_stranger_gets_nothing_of_what_somebody_else_just_asked(
    stage: Stage, extension: Caller
) -> None:
    body(extension.get(ADDRESS))
    body(stage.stranger().get(ADDRESS), 401)
    wrong = stage.stranger()
    body(wrong.get(ADDRESS, headers={"Authorization": "Bearer sw_" + "A" * 43}), 401)
    other = stage.caller("read", user_id=stage.another_user())
    assert body(other.get(ADDRESS))["positions"] == []
    assert body(other.get(ADDRESS))["positions"] == []


def test_a_session_token_is_no_bearer_token(stage: Stage, extension: Caller) -> None:
    session = stage.token("read", "admin", kind="session")
    body(Caller(stage.app, session).get(ADDRESS), 401)


def test_the_status_page_may_ask_too(stage: Stage, extension: Caller) -> None:
    browser = stage.browser()
    assert body(browser.get(ADDRESS)) == body(extension.get(ADDRESS))


def test_a_strangers_host_is_refused_even_for_a_repeated_question(extension: Caller) -> None:
    body(extension.get(ADDRESS, headers={"Host": "evil.example"}), 403)


def test_another_method_does_not_take_the_short_cut(extension: Caller) -> None:
    body(extension.post(ADDRESS), 405)
    head = extension.ask("HEAD", ADDRESS)
    assert (head.status_code, head.get_data()) == (HTTPStatus.OK, b"")


def test_a_database_that_fails_is_reported_as_on_any_other_address(
    stage: Stage, extension: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise OperationalError("SELECT 1", {}, OSError("no such host"))

    monkeypatch.setattr(stage.database, "read", gone)
    refused = body(extension.get(ADDRESS), 500)
    assert set(refused) == {"code", "status", "message", "errors"}
    assert "no such host" not in refused["message"]


def test_a_clock_that_goes_back_does_not_keep_answers_from_the_future(
    extension: Caller, time: time_machine.Traveller
) -> None:
    time.move_to(later(minutes=10))
    assert body(extension.get(ADDRESS))["stale"] is True
    time.move_to(later(seconds=1))
    assert body(extension.get(ADDRESS))["stale"] is False


def test_many_pages_do_not_fill_the_memory(stage: Stage, extension: Caller) -> None:
    kept: OverlayCache = stage.app.extensions["seawall"].overlays
    for number in range(260):
        page = quote(f"https://www.binance.com/en/futures/X{number}USDT", safe="")
        assert extension.get(f"/api/v1/overlay?url={page}").status_code == HTTPStatus.OK
    assert len(kept._entries) <= 256
    assert len(kept._pages) <= 256


def test_one_look_sees_what_two_questions_would(stage: Stage, database: Database) -> None:
    token = stage.token("read")
    stage.account()
    stage.fund(a_fund_state())
    with database.read() as conn:
        seen = glance.look(conn, token=token, venue="binance", now=NOON)
        assert seen is not None
        assert seen.principal == tokens.authenticate(conn, token=token, now=NOON)
        scopes = [f"user:{stage.user_id}", "venue:binance", "funds"]
        assert seen.revisions == tuple(revisions.read(conn, scopes)[one] for one in scopes)
        assert glance.look(conn, token="sw_" + "A" * 43, venue="binance", now=NOON) is None
        unread = glance.look(conn, token=token, venue="okx", now=NOON)
        assert unread is not None
        assert unread.revisions[1] == 0
