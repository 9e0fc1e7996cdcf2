"""What the status page is shown with in tests: one account of each state, and a market in a crash."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.account import AccountStatus
from app.domain.fund import FundBalance, FundHealth, FundState, PoolKind, PoolReading
from app.domain.permissions import KeyPermissions, KeyVerdict, Power, PowerKind
from app.domain.position import ContractKind, MarginMode, Side, Source
from app.domain.reason import Reason, Severity
from app.domain.verdict import Assessment, Verdict
from app.risk import loss_answer
from app.store import accounts, funds, heartbeat, sources
from app.venues.catalogue import catalogue
from tests.support.api import Stage
from tests.support.nouns import a_fund_state, a_pool_reading, an_assessment

DRAINING = Reason(
    code="fund_draining",
    severity=Severity.WARNING,
    text="The fund lost 15 % in 24 hours.",
    value=-0.15,
    threshold=-0.05,
    window="24h",
)
EVERY = {"1h": -0.02, "8h": -0.121, "24h": -0.154, "7d": -0.149, "30d": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """The ids of what ``crash`` stored."""

    binance: str
    bybit: str
    okx: str
    hyperliquid: str
    unverifiable: str


def alive(stage: Stage) -> None:
    """A worker gave a sign of life just now."""
    with stage.database.write() as conn:
        heartbeat.beat(conn, now=stage.now())


def judged(
    at: datetime,
    distance: float | None,
    severity: Severity = Severity.OK,
    *,
    reasons: tuple[Reason, ...] = (),
    fund: FundState | None = None,
    fund_note: str = "No fund is known behind this contract.",
    note: str | None = None,
    **position: object,
) -> Assessment:
    """A position so far from liquidation, with what its venue's loss model says of it."""
    made = an_assessment(severity, distance=distance, fund=fund, as_of=at, **position)
    held = made.position
    mark = held.mark_price or 1.0
    far = None if distance is None else mark * (1 - held.side.sign * distance)
    venue = catalogue().venue(held.venue)
    near = Reason(
        code="liquidation_breached"
        if distance is not None and distance <= 0
        else "liquidation_near",
        severity=severity,
        text="The mark price is near the liquidation price.",
        value=distance,
        threshold=0.05,
    )
    is_near = severity is not Severity.OK and distance is not None and distance <= 0.1
    told = (*reasons, *([near] if is_near else []))
    notes = {} if fund is not None else {"fund": fund_note}
    if distance is None:
        notes |= {
            "distance": "There is no liquidation price.",
            "liquidation_price": note or "",
            "bankruptcy_price": "The margin covers the whole loss at any price.",
        }
    return replace(
        made,
        liquidation_price=far,
        liquidation_price_source=Source.NONE if far is None else Source.VENUE,
        liquidation_price_note=note,
        bankruptcy_price=None if distance is None else made.bankruptcy_price,
        bankruptcy_price_source=Source.NONE if distance is None else Source.ESTIMATED,
        distance_usd=None if distance is None else distance * (held.notional_usd or 0.0),
        loss=loss_answer.answer(
            held, loss_model=venue.loss_model, venue_name=venue.name, fund=fund
        ),
        verdict=Verdict(severity=severity, reasons=told),
        notes=notes,
    )


def draining_fund(at: datetime) -> FundState:
    """The pool behind Binance's largest contracts, losing money fast."""
    return a_fund_state(
        as_of=at,
        name="USD-M fund for BTC, ETH and BNB",
        changes=EVERY,
        drawdown_8h=0.154,
        open_interest_usd=49.5e9,
        reasons=(DRAINING,),
        assets=(
            FundBalance(asset="USDT", amount=1.02e9, usd=1.02e9, at=at),
            FundBalance(asset="BNB", amount=20_000.5, usd=None, at=at),
        ),
        notes={
            "change_30d": "Known in about 30 days; readings reach back 9 days.",
            "health": DRAINING.text,
            "trigger_progress": "The venue publishes no way to its trigger here.",
        },
    )


def calm_fund(venue: str, key: str, name: str, usd: float, at: datetime) -> FundState:
    """A pool that nothing speaks against."""
    return a_fund_state(
        pool_id=f"{venue}:{key}",
        venue=venue,
        key=key,
        name=name,
        kind=PoolKind.ISOLATED,
        health=FundHealth.STABLE,
        balance_usd=usd,
        as_of=at,
        cadence_seconds=86_400,
        changes={"1h": None, "8h": None, "24h": 0.001, "7d": 0.009, "30d": None},
        coverage=None,
        assets=(FundBalance(asset="USDT", amount=usd, usd=usd, at=at),),
        notes={
            "change_1h": "The venue refreshes this balance only every 24 h.",
            "change_8h": "The venue refreshes this balance only every 24 h.",
            "change_30d": "Known in about 30 days; readings reach back 9 days.",
            "coverage": "Open interest of these contracts is not read yet.",
            "health": "The fund changed by +0.1 % in 24 hours.",
        },
    )


def store_fund(stage: Stage, state: FundState, reading: PoolReading | None = None) -> None:
    """Store a pool with a day of its recent past."""
    at, usd = state.as_of or stage.now(), state.balance_usd or 0.0
    reading = reading or a_pool_reading(
        venue=state.venue,
        key=state.key,
        name=state.name,
        kind=state.kind,
        balances=(FundBalance(asset="USDT", amount=usd, usd=usd, at=at),),
    )
    fall = state.changes.get("24h") or 0.0
    recent = [
        funds.FundPoint(
            at=at - timedelta(hours=hours), usd=usd / (1 + fall) ** ((hours / 24) ** 0.3)
        )
        for hours in range(24, -1, -1)
    ]
    with stage.database.write() as conn:
        funds.record_pool_reading(conn, reading=reading, now=stage.now())
        funds.save_state(conn, state=state, recent=recent, now=stage.now())


def crash(stage: Stage) -> Crash:
    """Four venues in a crash: one fund drains, one venue fails, one key is refused."""
    now = stage.now()
    alive(stage)
    fund = draining_fund(now - timedelta(seconds=40))
    store_fund(stage, fund)
    small = calm_fund("binance", "usdm:wifusdt", "USD-M fund for WIFUSDT", 5.17e6, now)
    store_fund(stage, small)
    bybit_fund = calm_fund(
        "bybit", "usdt:btcusdt", "USDT pool of BTCUSDT, ETHUSDT, SOLUSDT", 4.01e8, now
    )
    store_fund(stage, replace(bybit_fund, as_of=now - timedelta(hours=9)))
    store_fund(stage, calm_fund("okx", "swap:btc-usdt", "BTC-USDT perpetual fund", 2.84e7, now))
    linked = Crash(
        binance=_account(stage, "binance", "Binance"),
        bybit=_account(stage, "bybit", "Bybit hedge", read=now - timedelta(minutes=6)),
        okx=_account(stage, "okx", "OKX", status=None, read=None),
        hyperliquid=_account(stage, "hyperliquid", "Hyperliquid", read=None),
        unverifiable=_account(stage, "okx", "OKX old", AccountStatus.UNVERIFIABLE, read=None),
    )
    _refuse(stage, linked.hyperliquid)
    stage.failed(
        sources.account_source(linked.bybit),
        at=now,
        code="venue_unreachable",
        message="Bybit did not answer. Nothing to do: it is asked again by itself.",
    )
    stage.holds(linked.binance, _binance_positions(now, fund, small))
    stage.holds(
        linked.bybit, _bybit_positions(now - timedelta(minutes=6), bybit_fund), venue="bybit"
    )
    return linked


def _binance_positions(now: datetime, fund: FundState, small: FundState) -> list[Assessment]:
    queue = Reason(
        code="adl_high",
        severity=Severity.WARNING,
        text="Near the front of the auto-deleveraging queue (4 on a scale of 0-4) while the fund "
        "drains.",
    )
    covered = "Fully collateralised: no price liquidates this position as things stand."
    return [
        judged(now, 0.011, Severity.CRITICAL, reasons=(DRAINING,), fund=fund),
        judged(
            now, 0.669, Severity.WARNING, reasons=(DRAINING, queue), fund=fund, side=Side.SHORT,
            leverage=15.0, margin_mode=MarginMode.ISOLATED,
        ),
        judged(
            now, 0.04, Severity.WARNING, fund=small, symbol="WIF/USDT:USDT",
            native_symbol="WIFUSDT", mark_price=0.4999, entry_price=0.512, notional_usd=15_161.0,
            size=30_000.0, leverage=2.0, unrealized_pnl=-412.5,
        ),
        judged(
            now, None, note=covered, symbol="ETH/USDT:USDT", native_symbol="ETHUSDT",
            mark_price=2518.0, entry_price=None, leverage=None, margin_mode=None, collateral=None,
            maintenance_margin=None, adl=None, size=1.5, notional_usd=3777.0, fund=fund,
        ),
        judged(
            now, 7.54, symbol="BTC/USD:BTC", native_symbol="BTCUSD_PERP", scope="inverse",
            kind=ContractKind.INVERSE, side=Side.SHORT, settle_asset="BTC", leverage=3.0,
            fund_note="Binance publishes no balance of the COIN-M insurance funds that a program "
            "could read; its web page is the only place.",
        ),
    ]  # fmt: skip


def _bybit_positions(at: datetime, fund: FundState) -> list[Assessment]:
    long_name = "1000000BABYDOGECOMMEMORATIVEUSDT"
    return [
        judged(
            at, -0.012, Severity.CRITICAL, fund=fund, venue="bybit", symbol="SOL/USDT:USDT",
            native_symbol="SOLUSDT", mark_price=142.1, side=Side.SHORT, notional_usd=18_240.0,
            leverage=15.0,
        ),
        judged(
            at, 0.084, Severity.WATCH, fund=fund, venue="bybit", native_symbol=long_name,
            symbol="1000000BABYDOGECOMMEMORATIVE/USDT:USDT", mark_price=0.00001234,
            entry_price=0.00001301, size=2.5e9, notional_usd=30_850.0, leverage=12.5,
        ),
    ]  # fmt: skip


def _account(
    stage: Stage,
    venue: str,
    label: str,
    status: AccountStatus | None = AccountStatus.ACTIVE,
    *,
    read: datetime | None = datetime.max,
) -> str:
    at = stage.now() - timedelta(seconds=4) if read is datetime.max else read
    permissions = KeyPermissions(
        verdict=KeyVerdict.READ_ONLY,
        powers=(),
        asked="what the key may do",
        checked_at=stage.now() - timedelta(hours=2),
        ip_bound=False,
    )
    account_id = stage.account(
        venue=venue, label=label, status=status, permissions=permissions, read_at=at
    )
    if status is AccountStatus.UNVERIFIABLE:
        with stage.database.write() as conn:
            accounts.set_checked(
                conn, account_id=account_id, status=status, permissions=None,
                message="OKX has no way to say what this key may do. Check on the venue's own page "
                "that it can only read, then acknowledge it here.",
                now=stage.now(), erase_secret=False,
            )  # fmt: skip
    return account_id


def _refuse(stage: Stage, account_id: str) -> None:
    with stage.database.write() as conn:
        accounts.set_checked(
            conn,
            account_id=account_id,
            status=AccountStatus.REFUSED,
            permissions=KeyPermissions(
                verdict=KeyVerdict.HAS_POWERS,
                powers=(Power(kind=PowerKind.TRADE, flag="enableFutures"),),
                asked="what the key may do",
                checked_at=stage.now(),
            ),
            message="Hyperliquid says this key can do more than read: trade (enableFutures). It "
            "was not kept. Make a read-only key and link that one.",
            now=stage.now(),
            erase_secret=True,
        )
