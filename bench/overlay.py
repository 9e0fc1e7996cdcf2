"""What the overlay costs, as a share of a Flask view that does nothing.

Both run under gunicorn with gthread workers and are asked over kept-alive connections, in turn
within one run, so that a busy machine slows both. The overlay has everything on: token, host
and revision checks, security headers, a log line for each request. While 200s are measured a
writer stores a new snapshot every second, as the worker does, so answers are made anew as often
as they would be.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import _load as load
from _servers import free_port, gunicorn

from app import clock
from app.domain.adl import AdlStanding
from app.domain.fund import FundBalance, FundHealth, FundState, PoolKind, PoolReading
from app.domain.position import AccountMargin, ContractKind, MarginMode, Position, Side, Source
from app.domain.reason import Reason, Severity
from app.domain.verdict import Assessment, LossAnswer, Verdict
from app.store import accounts, funds, positions, sources, tokens, users
from app.store.database import Database
from app.store.identifiers import new_id

POSITIONS = 20
CLIENTS = 8
ROUNDS = 7
SECONDS = 1.5
BUDGETS = {"304": 0.55, "200": 0.45}
PAGE = quote("https://www.binance.com/en/futures/COIN0USDT", safe="")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="seawall-bench-") as name:
        folder = Path(name)
        stored = Stored(folder)
        ports = {"bare": free_port(), "overlay": free_port()}
        environment = {
            "SEAWALL_DATA_DIR": str(folder),
            "SEAWALL_PORT": str(ports["overlay"]),
            "SEAWALL_DATABASE_URL": stored.url,
        }
        with (
            gunicorn("_bare:app", port=ports["bare"], log=folder / "bare.log"),
            gunicorn(
                "app.web.wsgi:create()",
                port=ports["overlay"],
                log=folder / "overlay.log",
                environment=environment,
            ),
        ):
            report(measure(ports, stored))


def measure(ports: dict[str, int], stored: Stored) -> dict[str, list[load.Load]]:
    """Loads by name, one for each round."""
    path, headers = f"/api/v1/overlay?url={PAGE}", {"Authorization": f"Bearer {stored.token}"}
    head, body = load.fetch(ports["overlay"], load.request(path, ports["overlay"], headers))
    assert len(json.loads(body)["positions"]) == POSITIONS, head
    etag = next(line[6:] for line in head.decode().split("\r\n") if line.startswith("ETag: "))
    asked = {
        "bare": (ports["bare"], load.request("/ok", ports["bare"]), b"200"),
        "304": (
            ports["overlay"],
            load.request(path, ports["overlay"], {**headers, "If-None-Match": etag}),
            b"304",
        ),
        "200": (ports["overlay"], load.request(path, ports["overlay"], headers), b"200"),
    }
    for port, request, status in asked.values():
        load.run(port, request, status=status, clients=CLIENTS, seconds=SECONDS, into=load.Load())
    rounds: dict[str, list[load.Load]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, (port, request, status) in asked.items():
            one = load.Load()
            with stored.being_written() if name == "200" else stored.at_rest():
                load.run(port, request, status=status, clients=CLIENTS, seconds=SECONDS, into=one)
            rounds[name].append(one)
        etag_now = stored.etag(ports["overlay"], path, headers)
        port, request, status = asked["304"]
        asked["304"] = (port, request.replace(etag.encode(), etag_now.encode()), status)
        etag = etag_now
    return rounds


def report(rounds: dict[str, list[load.Load]]) -> None:
    bare = rounds["bare"]
    for name, loads in rounds.items():
        latencies = [latency for one in loads for latency in one.latencies]
        pooled = load.Load(seconds=sum(one.seconds for one in loads), latencies=latencies)
        line: dict[str, object] = {
            "figure": "bare_view" if name == "bare" else f"overlay_{name}",
            "requests_per_second": round(pooled.per_second),
            "p50_ms": round(pooled.percentile_ms(0.50), 2),
            "p99_ms": round(pooled.percentile_ms(0.99), 2),
            "clients": CLIENTS,
        }
        if name in BUDGETS:
            shares = [
                one.per_second / yard.per_second for one, yard in zip(loads, bare, strict=True)
            ]
            share = statistics.median(shares)
            line |= {
                "share_of_bare": round(share, 3),
                "budget": BUDGETS[name],
                "met": share >= BUDGETS[name],
            }
        print(json.dumps(line), flush=True)


class Stored:
    """A migrated database with one account of twenty positions, and a token that reads."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'seawall.db'}"
        self.database = Database(self.url)
        self.database.migrate()
        self.account_id = new_id()
        self._turn = 0
        now = clock.now()
        with self.database.write() as conn:
            self.user_id = users.ensure_owner(conn, now=now).id
            self.token = tokens.issue(
                conn, user_id=self.user_id, label="bench", scopes=["read"], now=now
            ).token
            accounts.create(
                conn,
                account_id=self.account_id,
                user_id=self.user_id,
                venue="binance",
                label=f"bench {self.account_id}",
                kind="key",
                public_part=self.account_id,
                key_id="none",
                sealed=b"",
                now=now,
            )
            source = sources.account_source(self.account_id)
            sources.ensure(conn, source=source, interval=600, due_at=now)
            sources.claim(conn, source=source, owner="bench", now=now, lease_seconds=60)
            sources.finish_success(conn, source=source, owner="bench", now=now, interval=600)
            funds.record_pool_reading(conn, reading=a_pool(), now=now)
            funds.save_state(conn, state=a_state(), recent=a_line(), now=now)
        self.write()

    def write(self) -> None:
        """A new snapshot, as a refresh by the worker stores it."""
        self._turn += 1
        now = clock.now()
        with self.database.write() as conn:
            positions.record_snapshot(
                conn,
                account_id=self.account_id,
                user_id=self.user_id,
                venue="binance",
                scopes={"linear"},
                assessments=[an_assessment(n, self._turn) for n in range(POSITIONS)],
                margins=[a_margin()],
                taken_at=now,
            )

    def etag(self, port: int, path: str, headers: dict[str, str]) -> str:
        head, _ = load.fetch(port, load.request(path, port, headers))
        return next(line[6:] for line in head.decode().split("\r\n") if line.startswith("ETag: "))

    @contextmanager
    def being_written(self) -> Iterator[None]:
        stop = threading.Event()

        def keep_writing() -> None:
            while not stop.wait(1.0):
                self.write()

        writer = threading.Thread(target=keep_writing)
        writer.start()
        try:
            yield
        finally:
            stop.set()
            writer.join()

    @contextmanager
    def at_rest(self) -> Iterator[None]:
        yield


def an_assessment(number: int, turn: int) -> Assessment:
    now = clock.now()
    reason = Reason(
        code="distance",
        severity=Severity.WARNING,
        text="The mark price is 4.9 % from the liquidation price.",
        value=0.049,
        threshold=0.05,
    )
    held = Position(
        venue="binance",
        scope="linear",
        symbol=f"COIN{number}/USDT:USDT",
        native_symbol=f"COIN{number}USDT",
        kind=ContractKind.LINEAR,
        side=Side.LONG if number % 2 else Side.SHORT,
        contracts=0.5,
        contract_size=1.0,
        size=0.5,
        settle_asset="USDT",
        as_of=now,
        notional_usd=32500.0 + turn,
        leverage=20.0,
        margin_mode=MarginMode.CROSS,
        entry_price=64000.0,
        mark_price=65000.0 + turn,
        liquidation_price=61750.0,
        collateral=1620.0,
        maintenance_margin=130.0,
        unrealized_pnl=500.0,
        adl=AdlStanding(standing=0.75, raw=3, scale="0-4"),
        notes={"margin_ratio": "The venue gives one for the whole account."},
    )
    return Assessment(
        position=held,
        liquidation_price=61750.0,
        liquidation_price_source=Source.VENUE,
        liquidation_price_note=None,
        bankruptcy_price=61430.0,
        bankruptcy_price_source=Source.ESTIMATED,
        distance=0.049,
        distance_usd=1625.0,
        margin_ratio=0.08,
        fund=a_state(),
        loss=LossAnswer(
            next_step="auto_deleveraging",
            answer="If this fund ran out, the most profitable and most leveraged positions on "
            "the other side would be closed first. This one stands in the fourth of five parts.",
        ),
        verdict=Verdict(severity=Severity.WARNING, reasons=(reason,)),
    )


def a_margin() -> AccountMargin:
    return AccountMargin(
        scope="linear",
        asset="USDT",
        margin_balance=32400.0,
        maintenance_margin=2600.0,
        margin_ratio=0.08,
        as_of=clock.now(),
    )


def a_pool() -> PoolReading:
    return PoolReading(
        venue="binance",
        key="usdm:shared",
        name="Shared",
        kind=PoolKind.SHARED,
        balances=(FundBalance(asset="USDT", amount=1.04e9, usd=1.04e9, at=clock.now()),),
        symbols=tuple(f"COIN{number}USDT" for number in range(POSITIONS)),
        scopes=("linear",),
        cadence_seconds=600,
    )


def a_state() -> FundState:
    pool = a_pool()
    return FundState(
        pool_id=pool.id,
        venue=pool.venue,
        key=pool.key,
        name=pool.name,
        kind=pool.kind,
        health=FundHealth.STABLE,
        balance_usd=1.04e9,
        as_of=pool.balances[0].at,
        cadence_seconds=600,
        changes={"1h": 0.0, "8h": -0.001, "24h": -0.002, "7d": 0.01, "30d": None},
        coverage=0.021,
        open_interest_usd=4.9e10,
        assets=pool.balances,
        notes={"change_30d": "Watched for nine days so far."},
    )


def a_line() -> list[funds.FundPoint]:
    return [
        funds.FundPoint(at=clock.now() - timedelta(minutes=30 * n), usd=1.04e9 - n)
        for n in reversed(range(48))
    ]


if __name__ == "__main__":
    main()
