"""One-time codes work once, for a while, and cannot be guessed."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.store import codes
from app.store.codes import Purpose, TooManyAttempts
from app.store.database import Database
from app.store.tables import codes as code_table
from tests.support.nouns import NOON, later


def issue(database: Database, user_id: str, purpose: Purpose = "pairing") -> str:
    with database.write() as conn:
        return codes.issue(conn, user_id=user_id, purpose=purpose, ttl_seconds=600, now=NOON)


def redeem(
    database: Database, code: str, purpose: Purpose = "pairing", **when: float
) -> str | None:
    with database.write() as conn:
        return codes.redeem(conn, code=code, purpose=purpose, now=later(**when))


@pytest.mark.parametrize("purpose", ["pairing", "sign_in"])
def test_a_code_works_once(database: Database, owner: str, purpose: Purpose) -> None:
    code = issue(database, owner, purpose)
    assert redeem(database, code, purpose) == owner
    assert redeem(database, code, purpose) is None


@pytest.mark.parametrize("purpose", ["pairing", "sign_in"])
def test_a_code_works_for_a_while(database: Database, owner: str, purpose: Purpose) -> None:
    assert redeem(database, issue(database, owner, purpose), purpose, seconds=600) is None
    assert redeem(database, issue(database, owner, purpose), purpose, seconds=599) == owner


def test_a_code_is_for_one_purpose(database: Database, owner: str) -> None:
    assert redeem(database, issue(database, owner, "pairing"), "sign_in") is None
    assert redeem(database, issue(database, owner, "sign_in"), "pairing") is None


def test_a_pairing_code_can_be_read_out_and_typed(database: Database, owner: str) -> None:
    code = issue(database, owner)
    assert re.fullmatch(r"[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}", code)
    assert redeem(database, f" {code.lower().replace('-', ' ')} ") == owner


def test_a_sign_in_code_has_256_bits(database: Database, owner: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", issue(database, owner, "sign_in"))


def test_only_one_of_many_who_redeem_at_once_gets_in(database: Database, owner: str) -> None:
    code = issue(database, owner, "sign_in")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: redeem(database, code, "sign_in"), range(8)))
    assert [answers.count(None), answers.count(owner)] == [7, 1]


def test_after_five_wrong_codes_in_a_minute_even_the_right_one_waits(
    database: Database, owner: str
) -> None:
    code = issue(database, owner)
    for second in range(5):
        assert redeem(database, "WRON-GWRN", seconds=second) is None
    with pytest.raises(TooManyAttempts) as caught:
        redeem(database, code, seconds=20)
    assert caught.value.retry_after == 40
    assert redeem(database, code, seconds=60) == owner


def test_guessing_at_once_gets_no_more_tries(database: Database, owner: str) -> None:
    def guess(number: int) -> str:
        try:
            redeem(database, f"WRON-G{number:03}")
        except TooManyAttempts:
            return "refused"
        return "tried"

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(guess, range(16))).count("tried") == 5


def test_right_codes_do_not_count_as_wrong_ones(database: Database, owner: str) -> None:
    for _ in range(8):
        assert redeem(database, issue(database, owner)) == owner


def test_a_wrong_sign_in_code_locks_nobody_out(database: Database, owner: str) -> None:
    for _ in range(8):
        assert redeem(database, "x" * 43, "sign_in") is None
    assert redeem(database, issue(database, owner, "sign_in"), "sign_in") == owner


def test_codes_are_not_stored_and_do_not_pile_up(database: Database, owner: str) -> None:
    code = issue(database, owner, "sign_in")
    with database.write() as conn:
        assert code not in str(conn.execute(select(code_table)).all())
        codes.issue(conn, user_id=owner, purpose="pairing", ttl_seconds=60, now=later(seconds=600))
        assert len(conn.execute(select(code_table)).all()) == 1
