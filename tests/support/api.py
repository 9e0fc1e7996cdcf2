"""The web application over a database of its own, and a caller for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.account import AccountStatus
from app.domain.fund import FundState, PoolReading
from app.domain.permissions import KeyPermissions
from app.domain.position import AccountMargin
from app.domain.verdict import Assessment
from app.settings import Settings
from app.store import accounts, funds, markets, positions, sources, tokens, users
from app.store.database import Database
from app.store.identifiers import new_id
from app.store.tables import users as user_rows
from app.store.vault import Sealer, ensure_keys
from app.web import create_app
from tests.support.nouns import NOON, a_pool_reading

HOST = "127.0.0.1:8765"


@dataclass
class JobList:
    """A queue that keeps what was asked for, or is out of reach."""

    jobs: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False

    def enqueue(self, job: str, argument: str) -> None:
        if self.broken:
            raise ConnectionError("nobody there")
        self.jobs.append((job, argument))


class Stage:
    """The application, the rows behind it, and callers with and without a token.

    Made within a test's time; whatever it stores is stored at the present of the test.
    """

    def __init__(
        self, database: Database, folder: Path, now: Callable[[], datetime] = lambda: NOON
    ) -> None:
        self.database, self.folder, self.now = database, folder, now
        self.settings = Settings(
            data_dir=folder,
            database_url="sqlite:///not-used",
            queue_url=None,
            host="127.0.0.1",
            port=8765,
            allowed_hosts=(HOST, "localhost:8765", "seawall.example"),
            upstream=None,
            log_level="INFO",
            worker_threads=1,
        )
        self.queue = JobList()
        ensure_keys(folder / "worker", folder / "vault-public.json", NOON)
        self.app: Flask = create_app(
            self.settings, database, self.queue, Sealer(folder / "vault-public.json")
        )
        with database.write() as conn:
            self.user_id = users.ensure_owner(conn, now=NOON).id

    # Who calls

    def token(
        self, *scopes: str, user_id: str | None = None, kind: tokens.TokenKind = "api"
    ) -> str:
        with self.database.write() as conn:
            return tokens.issue(
                conn,
                user_id=user_id or self.user_id,
                label="test",
                scopes=scopes or ("read",),
                now=self.now(),
                kind=kind,
            ).token

    def caller(self, *scopes: str, user_id: str | None = None) -> Caller:
        return Caller(self.app, self.token(*scopes, user_id=user_id))

    def browser(self, user_id: str | None = None) -> Caller:
        """Signed in to the status page, and asking from it."""
        token = self.token("read", "admin", user_id=user_id, kind="session")
        return Caller(self.app, cookie=token, headers={"Sec-Fetch-Site": "same-origin"})

    def stranger(self) -> Caller:
        return Caller(self.app)

    def another_user(self) -> str:
        with self.database.write() as conn:
            name = new_id()
            conn.execute(user_rows.insert().values(id=name, name=name, created_at=NOON))
        return name

    # What is stored

    def account(
        self,
        *,
        venue: str = "binance",
        label: str = "main",
        user_id: str | None = None,
        status: AccountStatus | None = AccountStatus.ACTIVE,
        permissions: KeyPermissions | None = None,
        interval: float = 15.0,
        read_at: datetime | None = NOON,
    ) -> str:
        account_id = new_id()
        with self.database.write() as conn:
            accounts.create(
                conn,
                account_id=account_id,
                user_id=user_id or self.user_id,
                venue=venue,
                label=label,
                kind="key",
                public_part=f"public-{account_id}",
                key_id="k",
                sealed=b"sealed",
                now=self.now(),
            )
            if status is not None:
                accounts.set_checked(
                    conn,
                    account_id=account_id,
                    status=status,
                    permissions=permissions,
                    message=None,
                    now=self.now(),
                    erase_secret=status is AccountStatus.REFUSED,
                )
        if read_at is not None:
            self.succeeded(sources.account_source(account_id), at=read_at, interval=interval)
        return account_id

    def succeeded(self, source: str, *, at: datetime, interval: float) -> None:
        self._claim(source, at)
        with self.database.write() as conn:
            sources.finish_success(conn, source=source, owner="w", now=at, interval=interval)

    def failed(self, source: str, *, at: datetime, code: str, message: str) -> None:
        self._claim(source, at)
        with self.database.write() as conn:
            sources.finish_failure(
                conn, source=source, owner="w", now=at, delay=0, code=code, message=message
            )

    def _claim(self, source: str, at: datetime) -> None:
        with self.database.write() as conn:
            sources.ensure(conn, source=source, interval=15.0, due_at=at)
            sources.hasten(conn, source=source, due_at=at)
            assert sources.claim(conn, source=source, owner="w", now=at, lease_seconds=60)

    def holds(
        self,
        account_id: str,
        assessments: Sequence[Assessment],
        *,
        margins: Collection[AccountMargin] = (),
        venue: str = "binance",
        user_id: str | None = None,
    ) -> None:
        with self.database.write() as conn:
            positions.record_snapshot(
                conn,
                account_id=account_id,
                user_id=user_id or self.user_id,
                venue=venue,
                scopes={one.position.scope for one in assessments},
                assessments=assessments,
                margins=tuple(margins),
                taken_at=self.now(),
            )

    def fund(self, state: FundState, reading: PoolReading | None = None) -> None:
        reading = reading or a_pool_reading(venue=state.venue, key=state.key, name=state.name)
        with self.database.write() as conn:
            funds.record_pool_reading(conn, reading=reading, now=self.now())
            funds.save_state(
                conn,
                state=state,
                recent=[funds.FundPoint(at=NOON, usd=1.04e9)],
                now=self.now(),
            )

    def market(self, **fields: Any) -> None:
        from app.domain.fund import MarketStat

        stat = {"venue": "binance", "native_symbol": "BTCUSDT", "at": NOON} | fields
        with self.database.write() as conn:
            markets.save_stats(conn, stats=[MarketStat(**stat)])


class Caller:
    """Asks the application as a program with a token, or a browser with a cookie."""

    def __init__(
        self,
        app: Flask,
        token: str | None = None,
        *,
        cookie: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Host": HOST, **(headers or {})}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"
        if cookie is not None:
            self.client.set_cookie("seawall_session", cookie, domain="127.0.0.1")

    def ask(self, method: str, path: str, **how: Any) -> TestResponse:
        headers = {**self.headers, **how.pop("headers", {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        return self.client.open(path, method=method, headers=headers, **how)

    def get(self, path: str, **how: Any) -> TestResponse:
        return self.ask("GET", path, **how)

    def post(self, path: str, **how: Any) -> TestResponse:
        return self.ask("POST", path, **how)

    def patch(self, path: str, **how: Any) -> TestResponse:
        return self.ask("PATCH", path, **how)

    def delete(self, path: str, **how: Any) -> TestResponse:
        return self.ask("DELETE", path, **how)


def body(answer: TestResponse, status: int = 200) -> Any:
    """The JSON of an answer that must have this status."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()
