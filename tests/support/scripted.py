"""A worker's tools around readers that answer what a test says, for what no sandbox can produce."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.domain.account import Credentials
from app.domain.adl import AdlSignal
from app.domain.errors import SeawallError
from app.domain.fund import FundHistoryPage, MarketStat, PoolReading
from app.domain.market_risk import Candle
from app.domain.permissions import KeyPermissions, KeyVerdict
from app.domain.position import AccountReading, Position, ScopeReading
from app.monitor.context import Context
from app.store import accounts, users
from app.store.accounts import Account
from app.store.database import Database
from app.store.identifiers import new_id
from app.store.vault import Opener, Sealer, ensure_keys
from app.venues.catalogue import catalogue
from tests.support.nouns import NOON


@dataclass
class Time:
    """A clock that goes on when it is told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **delta: float) -> None:
        self.now += timedelta(**delta)


@dataclass
class Script:
    """What a reader answers: a value, or an error to raise. ``asked`` is what it was asked."""

    time: Time
    permissions: KeyPermissions | SeawallError | None = None
    scopes: Mapping[str, tuple[Position, ...] | Exception] | Exception = field(default_factory=dict)
    funds: tuple[PoolReading, ...] | Exception = ()
    stats: tuple[MarketStat, ...] | Exception = ()
    signals: tuple[AdlSignal, ...] | Exception = ()
    history: dict[str | None, FundHistoryPage | Exception] = field(default_factory=dict)
    candles: dict[str, tuple[Candle, ...] | Exception] = field(default_factory=dict)
    clock: Exception | None = None
    gives_all_funds: bool = True
    all_funds_asked: bool = True
    asked: list[str] = field(default_factory=list)
    wanted: Collection[str] = ()

    def check_clock(self) -> None:
        self._answer("clock", self.clock)

    def check_permissions(self) -> KeyPermissions:
        default = a_verdict(KeyVerdict.READ_ONLY, self.time.now)
        return self._answer("permissions", self.permissions or default)

    def read_account(self) -> AccountReading:
        found = self._answer("account", self.scopes)
        return AccountReading(
            venue="binance",
            scopes=tuple(
                ScopeReading(scope=scope, error=what)
                if isinstance(what, Exception)
                else ScopeReading(scope=scope, positions=what)
                for scope, what in found.items()
            ),
            read_at=self.time.now,
        )

    def read_funds(self) -> tuple[PoolReading, ...]:
        return self._answer("funds", self.funds)

    def read_fund_history(self, cursor: str | None) -> FundHistoryPage:
        nothing = FundHistoryPage(readings=())
        return self._answer(f"history {cursor}", self.history.get(cursor, nothing))

    def read_markets(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        self.wanted = wanted
        return self._answer("markets", self.stats)

    def read_candles(self, native_symbol: str, since: datetime) -> tuple[Candle, ...]:
        """At most two hundred hours from ``since`` on, as a venue gives them."""
        question = f"candles {native_symbol} {since:%d %H:%M}"
        found = self._answer(question, self.candles.get(native_symbol, ()))
        return tuple(candle for candle in found if candle.at >= since)[:200]

    def read_adl_signals(self) -> tuple[AdlSignal, ...]:
        return self._answer("signals", self.signals)

    def _answer(self, question: str, answer: Any) -> Any:
        self.asked.append(question)
        if isinstance(answer, Exception):
            raise answer
        return answer


WATCHED = frozenset({"binance", "bybit", "hyperliquid", "okx"})
"""The venues these tests are about; which others there are is none of their business."""


class ScriptedClients:
    """Stands for ``Clients``; every venue and account has a script."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.scripts: dict[str, Script] = {}
        self.opened: dict[str, Credentials] = {}
        self.loads: dict[str, float] = {}
        self.rested: list[str] = []
        self.ended: list[str] = []

    def rest(self, venue: str) -> None:
        self.rested.append(venue)

    def script(self, name: str) -> Script:
        """Of a venue by its id, of an account by its own."""
        return self.scripts.setdefault(name, Script(self.time))

    def public(self, venue: str) -> Script:
        return self.script(venue)

    def past(self, venue: str) -> Script:
        return self.script(venue)

    def end_past(self, venue: str) -> None:
        self.ended.append(venue)

    def account(self, account_id: str, venue: str, credentials: Credentials) -> Script:
        self.opened[account_id] = credentials
        return self.script(account_id)

    def load(self, venue: str) -> float:
        return self.loads.get(venue, 0.0)

    def forget(self, account_id: str) -> None:
        self.opened.pop(account_id, None)

    def keep_only(self, account_ids: Collection[str]) -> None:
        for name in [name for name in self.opened if name not in account_ids]:
            self.forget(name)


@dataclass
class Worker:
    """A worker's context, its scripts, and the accounts it reads."""

    context: Context
    clients: ScriptedClients
    time: Time
    sealer: Sealer
    user_id: str

    @property
    def database(self) -> Database:
        return self.context.database

    def link(self, *, venue: str = "binance", label: str = "main") -> str:
        """A pending account with a sealed credential; its id."""
        account_id = new_id()
        secret = Credentials({"api_key": f"key-{account_id}", "secret": f"secret-{account_id}"})
        key_id, sealed = self.sealer.seal(
            account_id=account_id, user_id=self.user_id, venue=venue, credentials=secret
        )
        with self.database.write() as connection:
            accounts.create(
                connection,
                account_id=account_id,
                user_id=self.user_id,
                venue=venue,
                label=label,
                kind="key",
                public_part=secret["api_key"],
                key_id=key_id,
                sealed=sealed,
                now=self.time.now,
            )
        return account_id

    def account(self, account_id: str) -> Account:
        with self.database.read() as connection:
            return accounts.get_any(connection, account_id=account_id)


def a_worker(folder: Path, database: Database, queue: Any = None) -> Worker:
    """Jitter is at its longest; nothing is linked."""
    time = Time()
    clients = ScriptedClients(time)
    private, public = folder / "worker", folder / "vault-public.json"
    ensure_keys(private, public, time.now)
    with database.write() as connection:
        user_id = users.ensure_owner(connection, now=time.now).id
    context = Context(
        database=database,
        clients=clients,  # type: ignore[arg-type]
        opener=Opener(private),
        queue=queue,
        catalogue=catalogue(),
        now=time,
        random=lambda: 1.0,
        watch=WATCHED,
    )
    return Worker(
        context=context, clients=clients, time=time, sealer=Sealer(public), user_id=user_id
    )


def a_verdict(verdict: KeyVerdict, at: datetime, **fields: Any) -> KeyPermissions:
    """What a venue says of a key."""
    given = {"powers": (), "asked": "the script", **fields}
    return KeyPermissions(verdict=verdict, checked_at=at, **given)
