"""What can happen, for the pages in tests: accounts as one, sessions, hedges, a day's moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.adl import AdlChoice, AdlScore
from app.domain.hedge import Hedge
from app.domain.joint import JointLiquidation
from app.domain.market_risk import Touch
from app.domain.position import AccountMargin, MarginMode, Position, Side
from app.domain.reason import Severity
from app.domain.session import SessionRisk, TakenFrom
from app.domain.verdict import Assessment
from app.risk.joint import joint_liquidation
from app.store import joints
from tests.support.api import Stage
from tests.support.nouns import a_margin, a_position, an_outlook
from tests.support.page_stage import alive, draining_fund, judged, store_fund

LONG_LABEL = "Everything else I hold on that exchange since 2021"
NO_FORMULA = "Portfolio margin: the exchange values the account by scenarios of its own."


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlooks:
    """The ids of the accounts that ``outlooks`` stored."""

    cross: str
    alone: str
    portfolio: str
    large: str
    new: str


def touches(*, past: float | None = 0.036) -> tuple[Touch, ...]:
    """For three windows; ``past`` is the historical share of a day's."""
    return tuple(
        Touch(
            window=window,
            probability=max(model, tail, historical or 0.0),
            model=model,
            fat_tail=tail,
            historical=historical,
            past_windows=count,
        )
        for window, model, tail, historical, count in (
            ("1h", 0.00001, 0.0008, None if past is None else 0.0, 2159),
            ("24h", 0.019, 0.037, past, 2136),
            ("7d", 0.31, 0.12, None if past is None else 0.29, 12 if past is None else 1992),
        )
    )


def joint_of(
    positions: Sequence[Position],
    margins: Sequence[AccountMargin],
    at: datetime,
    **betas: float,
) -> JointLiquidation:
    return joint_liquidation(positions, margins, betas={"BTCUSDT": 1.0, **betas}, as_of=at)


def put_joint(stage: Stage, account_id: str, joint: JointLiquidation) -> None:
    with stage.database.write() as conn:
        joints.put(conn, account_id=account_id, joint=joint, now=stage.now())


def cross_positions(at: datetime) -> tuple[Position, ...]:
    """A long of bitcoin and one of ether on one margin, and a short on its own."""
    ether = a_position(
        as_of=at, symbol="ETH/USDT:USDT", native_symbol="ETHUSDT", size=12.0, contracts=12.0,
        notional_usd=30_216.0, mark_price=2518.0, entry_price=2700.0, liquidation_price=None,
        unrealized_pnl=-2184.0, maintenance_margin=121.0, margin_mode=MarginMode.CROSS,
    )  # fmt: skip
    short = a_position(
        as_of=at, symbol="SOL/USDT:USDT", native_symbol="SOLUSDT", side=Side.SHORT, size=100.0,
        contracts=100.0, notional_usd=14_210.0, mark_price=142.1, entry_price=150.0,
        liquidation_price=172.0, collateral=3200.0, unrealized_pnl=790.0, maintenance_margin=71.0,
        margin_mode=MarginMode.ISOLATED,
    )  # fmt: skip
    return a_position(as_of=at, maintenance_margin=130.0), ether, short


def outlooks(stage: Stage) -> Outlooks:
    """An account of each sort: cross, alone with a session, portfolio, huge, never read."""
    alive(stage)
    now = stage.now()
    fund = draining_fund(now - timedelta(seconds=40))
    store_fund(stage, fund)
    made = Outlooks(
        cross=stage.account(label="Binance both ways", interval=3600, read_at=now),
        alone=stage.account(venue="cryptocom", label="Winners", interval=3600, read_at=now),
        portfolio=stage.account(venue="okx", label="OKX portfolio", interval=3600, read_at=now),
        large=stage.account(venue="bybit", label=LONG_LABEL, interval=3600, read_at=now),
        new=stage.account(venue="gate", label="Gate", read_at=None),
    )
    _cross(stage, made.cross, now)
    _alone(stage, made.alone, now)
    _portfolio(stage, made.portfolio, now)
    _large(stage, made.large, now)
    return made


def _cross(stage: Stage, account_id: str, now: datetime) -> None:
    btc, eth, sol = cross_positions(now)
    margin = a_margin(
        margin_balance=9000.0, maintenance_margin=251.0, margin_ratio=0.028, as_of=now
    )
    fund = draining_fund(now - timedelta(seconds=40))
    told = an_outlook() | {"session": None, "touches": touches(), "adl_score": None}
    held = [
        _with(judged(now, 0.13, Severity.WATCH, fund=fund, adl=None), btc, **told),
        _with(judged(now, 0.16, fund=fund), eth, **told | {"hedge": None, "adl_trigger": None}),
        _with(judged(now, 0.21, fund=fund), sol, **told | {"touches": touches(past=None)}),
    ]
    stage.holds(account_id, held, margins=[margin])
    joint = joint_of([btc, eth, sol], [margin], now, ETHUSDT=1.34)
    put_joint(stage, account_id, joint)


def _alone(stage: Stage, account_id: str, now: datetime) -> None:
    """One position of which everything is said, and one of which only reasons are."""
    session = SessionRisk(
        taken_from=TakenFrom.SESSION_PROFIT, asset="USD", realized=-20.5, unrealized=520.0,
        at_risk=499.5, ends_at=now + timedelta(hours=4), rate=0.01, rate_at=now - timedelta(days=3),
        instruction="Profit that is settled before the session ends is out of reach of a later "
        "loss; withdrawing it changes nothing about this one.",
        source="https://venue.example/sessions",
    )  # fmt: skip
    told = an_outlook() | {"session": session, "touches": touches()}
    full = _with(judged(now, 0.092, Severity.WATCH, venue="cryptocom", adl=None), **told)
    empty = judged(
        now, 0.4, venue="cryptocom", adl=None, symbol="SOL/USD:USD", native_symbol="SOLUSD-PERP",
        settle_asset="USD",
    )  # fmt: skip
    young = "Hourly prices reach back 20 h; 48 are needed."
    notes = {
        "daily_volatility": young,
        "distance_daily_volatilities": young,
        "touch": young,
        "adl_score": "The venue picks the positions it deleverages at random: no figure of a"
        " position tells whether it is next.",
        "adl_trigger": "No figure of the venue tells how far it is from its trigger.",
    }
    unknown = replace(
        session, at_risk=None, realized=None, unrealized=None, rate=None, rate_at=None, source=None,
        note="What the account earned in this session is not known.",
    )  # fmt: skip
    empty = replace(
        empty, notes={**empty.notes, **notes}, adl_choice=AdlChoice.RANDOM, session=unknown
    )
    stage.holds(account_id, [full, empty], venue="cryptocom")
    put_joint(stage, account_id, joint_of([full.position, empty.position], [], now))


def _portfolio(stage: Stage, account_id: str, now: datetime) -> None:
    one = judged(now, None, venue="okx", margin_mode=MarginMode.PORTFOLIO, note=NO_FORMULA)
    margin = a_margin(margin_ratio=0.41, as_of=now)
    stage.holds(account_id, [one], margins=[margin], venue="okx")
    put_joint(stage, account_id, joint_of([one.position], [margin], now))


def _large(stage: Stage, account_id: str, now: datetime) -> None:
    """Long names and large numbers; the margin breaks a little below today's prices."""
    name = "1000000BABYDOGECOMMEMORATIVE"
    far = judged(
        now, 0.084, Severity.WATCH, venue="bybit", native_symbol=f"{name}USDT",
        symbol=f"{name}/USDT:USDT", mark_price=0.00001234, entry_price=0.00001301, size=2.5e15,
        contracts=2.5e15, notional_usd=3.085e10, leverage=12.5, maintenance_margin=1.5e8,
        unrealized_pnl=-1.675e9, collateral=None, liquidation_price=None,
    )  # fmt: skip
    legs = tuple(f"short on Hyperliquid ({LONG_LABEL} {number})" for number in range(3))
    score = AdlScore(
        score=123_456.789,
        formula="unrealised profit / entry value × mark value / margin balance of the account, "
        "for positions in profit; / instead of × for the others",
        source=None,
        note="The formula is told for cross margin.",
    )
    told = an_outlook() | {
        "touches": touches(),
        "distance_daily_volatilities": 44_150.2,
        "adl_score": score,
        "hedge": Hedge(base=name, share=1.0, legs=legs, venues=("hyperliquid",), lost_to_adl=True),
        "session": None,
    }
    far = replace(_with(far, **told), position=replace(far.position, adl=None))
    margin = a_margin(margin_balance=3.5e9, maintenance_margin=1.5e8, margin_ratio=0.043, as_of=now)
    stage.holds(account_id, [far], margins=[margin], venue="bybit")
    put_joint(stage, account_id, joint_of([far.position], [margin], now))


def _with(made: Assessment, position: Position | None = None, **told: Any) -> Assessment:
    """``made`` with this outlook, of this position where one is given."""
    held = position or made.position
    return replace(made, position=held, **told)
