"""Linking an account from the command line; the worker's part is played by the test."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.cli import linking
from app.cli.place import Place, prepare
from app.domain.account import AccountStatus
from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.store import accounts, heartbeat, sources
from app.store.accounts import Account
from app.store.vault import Opener

SECRET = "hunter2-hunter2-hunter2"
KEY = "the-public-part-of-a-key-9f3a"
TYPED = f"{KEY}\n{SECRET}\nmain\n"
ON_STDIN = json.dumps(
    {"venue": "binance", "label": "main", "credentials": {"api_key": KEY, "secret": SECRET}}
)


class Worker:
    """Does at each look of the command what a worker would have done meanwhile."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.acts: list[Callable[[str], None]] = []
        self.seconds = 0.0

    def while_somebody_waits(self, seconds: float) -> None:
        self.seconds += seconds
        if self.acts:
            (pending,) = stored(self.place)
            self.acts.pop(0)(pending.id)

    def settles(self, status: AccountStatus, **said: Any) -> None:
        """At the next look the account has been checked."""

        def act(account_id: str) -> None:
            with self.place.database.write() as connection:
                accounts.set_checked(
                    connection,
                    account_id=account_id,
                    status=status,
                    permissions=said.get("permissions"),
                    message=said.get("message"),
                    now=clock.now(),
                    erase_secret=status is AccountStatus.REFUSED,
                )

        self.acts.append(act)

    def is_alive(self) -> None:
        with self.place.database.write() as connection:
            heartbeat.beat(connection, now=clock.now())


@pytest.fixture
def worker(place: Place, monkeypatch: pytest.MonkeyPatch) -> Worker:
    found = Worker(place)
    monkeypatch.setattr(linking.time, "sleep", found.while_somebody_waits)
    monkeypatch.setattr(linking.time, "monotonic", lambda: found.seconds)
    return found


def stored(place: Place) -> tuple[Account, ...]:
    with place.database.read() as connection:
        return accounts.list_for(connection, user_id=place.user_id)


def opened(place: Place, account: Account) -> dict[str, str]:
    """The credential, as only the worker can open it."""
    assert account.sealed is not None
    assert account.key_id is not None
    credentials = Opener(place.settings.private_dir).open(
        key_id=account.key_id,
        account_id=account.id,
        user_id=account.user_id,
        venue=account.venue,
        sealed=account.sealed,
    )
    return dict(credentials.values)


def powers(*powers: Power) -> KeyPermissions:
    verdict = KeyVerdict.HAS_POWERS if powers else KeyVerdict.READ_ONLY
    return KeyPermissions(verdict=verdict, powers=powers, asked="Binance", checked_at=clock.now())


def test_a_read_only_key_is_linked(seawall, place: Place, worker: Worker) -> None:
    worker.settles(AccountStatus.ACTIVE, permissions=powers())
    result = seawall("link", "binance", input=TYPED)
    assert result.exit_code == 0
    assert result.stdout == "main (binance, …9f3a): linked; it can only read.\n"
    (account,) = stored(place)
    assert account.label == "main"
    assert opened(place, account) == {"api_key": KEY, "secret": SECRET}


def test_neither_terminal_nor_database_file_shows_the_secret(
    seawall, place: Place, worker: Worker
) -> None:
    worker.settles(AccountStatus.ACTIVE, permissions=powers())
    result = seawall("link", "binance", input=TYPED)
    assert SECRET not in result.output
    for path in place.settings.data_dir.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path


def test_the_worker_is_asked_by_id_alone(seawall, place: Place, worker: Worker) -> None:
    seawall("link", "--stdin-json", "--wait", "0", input=ON_STDIN)
    (account,) = stored(place)
    asked: list[str] = []
    queue = place.queue()
    queue.handler("check_account")(asked.append)
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)
    queue.close()
    assert asked == [account.id]


def test_a_key_that_can_trade_is_refused_with_its_powers_and_a_code_of_its_own(
    seawall, place: Place, worker: Worker
) -> None:
    worker.settles(
        AccountStatus.REFUSED,
        permissions=powers(Power(kind=PowerKind.TRADE, flag="enableFutures")),
        message="Binance says this key can do more than read: trade (enableFutures).",
    )
    result = seawall("link", "binance", input=TYPED)
    assert result.exit_code == 3
    assert "trade (enableFutures)" in result.stdout
    assert stored(place)[0].sealed is None


def test_a_key_the_venue_does_not_know_fails(seawall, place: Place, worker: Worker) -> None:
    worker.settles(AccountStatus.REFUSED, message="Binance does not accept this key.")
    result = seawall("link", "binance", input=TYPED)
    assert result.exit_code == 1
    assert "Binance does not accept this key." in result.stdout


def test_what_nobody_can_verify_is_left_to_the_person(
    seawall, place: Place, worker: Worker
) -> None:
    worker.settles(AccountStatus.UNVERIFIABLE, message="Binance has no way to say.")
    result = seawall("link", "--stdin-json", input=ON_STDIN)
    assert result.exit_code == 4
    assert stored(place)[0].acknowledged_unverifiable is False


def test_a_script_can_acknowledge_beforehand(seawall, place: Place, worker: Worker) -> None:
    worker.settles(AccountStatus.UNVERIFIABLE, message="Binance has no way to say.")
    given = json.dumps({**json.loads(ON_STDIN), "acknowledge_unverifiable": True})
    assert seawall("link", "--stdin-json", input=given).exit_code == 0
    assert stored(place)[0].acknowledged_unverifiable is True


def test_a_script_gets_the_account_as_the_api_answers_it(
    seawall, place: Place, worker: Worker
) -> None:
    worker.settles(AccountStatus.ACTIVE, permissions=powers())
    result = seawall("link", "--stdin-json", "--json", input=ON_STDIN)
    told = json.loads(result.stdout)
    assert told["status"] == "active"
    assert told["permissions"]["verdict"] == "read_only"
    assert told["credential_hint"] == "9f3a"
    assert KEY not in result.output


def test_while_it_waits_it_says_why(seawall, place: Place, worker: Worker) -> None:
    def fails(account_id: str) -> None:
        now = clock.now()
        name = sources.account_source(account_id)
        with place.database.write() as connection:
            sources.ensure(connection, source=name, interval=5, due_at=now)
            sources.claim(connection, source=name, owner="w", now=now, lease_seconds=60)
            sources.finish_failure(
                connection,
                source=name,
                owner="w",
                now=now,
                delay=1,
                code="venue_unreachable",
                message="Binance cannot be reached.",
            )

    worker.acts.append(fails)
    worker.settles(AccountStatus.ACTIVE, permissions=powers())
    result = seawall("link", "binance", input=TYPED)
    assert "Not yet: Binance cannot be reached." in result.stderr
    assert result.exit_code == 0


def test_without_a_worker_it_says_so_and_gives_up_in_time(
    seawall, place: Place, worker: Worker
) -> None:
    result = seawall("link", "binance", "--wait", "3", input=TYPED)
    assert result.exit_code == 5
    assert "No worker is running: start one with `seawall up`." in result.stderr
    assert "not checked yet" in result.stdout
    assert worker.seconds < 4


def test_a_worker_that_is_there_is_not_called_missing(
    seawall, place: Place, worker: Worker
) -> None:
    worker.is_alive()
    result = seawall("link", "binance", "--wait", "3", input=TYPED)
    assert "No worker" not in result.output


def test_the_same_key_twice_is_a_sentence(seawall, place: Place, worker: Worker) -> None:
    seawall("link", "binance", "--wait", "0", input=TYPED)
    result = seawall("link", "binance", "--wait", "0", "--label", "again", input=TYPED)
    assert result.exit_code == 1
    assert "linked this key or address already" in result.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("not json", "is not JSON"),
        ("[]", "must be"),
        ('{"venue": "binance", "credentials": {"api_key": "a"}}', "Binance needs"),
        ('{"venue": "binance", "credentials": {"api_key": 1, "secret": "b"}}', "a string"),
        ('{"venue": "atlantis", "credentials": {}}', "no venue called"),
        (
            '{"venue": "hyperliquid", "credentials": {"address": "' + "0x" + "ab" * 32 + '"}}',
            "private key",
        ),
    ],
)
def test_what_cannot_be_linked_is_refused_without_repeating_it(
    seawall, place: Place, given: str, said: str
) -> None:
    result = seawall("link", "--stdin-json", input=given)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "ab" * 32 not in result.output
    assert stored(place) == ()


def test_a_rotation_seals_every_credential_anew_and_it_still_opens(
    seawall, place: Place, worker: Worker
) -> None:
    seawall("link", "--stdin-json", "--wait", "0", input=ON_STDIN)
    (before,) = stored(place)
    told = json.loads(seawall("keys", "rotate", "--json").stdout)
    (after,) = stored(place)
    assert told["resealed"] == 1
    assert told["failed_accounts"] == []
    assert after.key_id == told["key_id"] != before.key_id
    assert opened(place, after)["secret"] == SECRET


def test_the_old_key_is_deleted_by_a_later_rotation(
    seawall, place: Place, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seawall("keys", "rotate")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
    assert json.loads(seawall("keys", "rotate", "--json").stdout)["deleted_keys"]


def test_the_old_key_is_deleted_at_a_start_long_after_the_rotation(
    seawall, place: Place, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seawall("link", "--stdin-json", "--wait", "0", input=ON_STDIN)
    (before,) = stored(place)
    seawall("keys", "rotate")
    private = place.settings.private_dir
    assert any(str(before.key_id) in path.name for path in private.iterdir())
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
    prepare(place.settings)
    assert not any(str(before.key_id) in path.name for path in private.iterdir())
    (after,) = stored(place)
    assert opened(place, after)["secret"] == SECRET


def test_a_credential_that_does_not_open_is_named(seawall, place: Place, worker: Worker) -> None:
    seawall("link", "--stdin-json", "--wait", "0", input=ON_STDIN)
    (account,) = stored(place)
    assert account.key_id is not None
    with place.database.write() as connection:
        accounts.replace_sealed(
            connection,
            account_id=account.id,
            replaces=account.key_id,
            key_id=account.key_id,
            sealed=account.sealed[:-1] + b"?",
        )
    result = seawall("keys", "rotate")
    assert result.exit_code == 1
    assert f"accounts {account.id}" in result.stderr
    assert "link those accounts again" in result.stderr


def test_an_exchange_without_a_facts_file_is_asked_for_by_another_list(
    seawall, place: Place, worker: Worker
) -> None:
    typed = f"other\nblofin\n{KEY}\n{SECRET}\npass-phrase\nmain\n"
    result = seawall("link", "--wait", "0", input=typed)
    assert "Of these exchanges Seawall reads positions only:" in result.stderr
    assert "blofin (BloFin)" in result.stderr
    (account,) = stored(place)
    assert account.venue == "ccxt-blofin"
    assert opened(place, account)["passphrase"] == "pass-phrase"


def test_it_can_be_named_at_once(seawall, place: Place, worker: Worker) -> None:
    typed = f"{KEY}\n{SECRET}\npass-phrase\nmain\n"
    seawall("link", "ccxt-blofin", "--wait", "0", input=typed)
    assert [account.venue for account in stored(place)] == ["ccxt-blofin"]
