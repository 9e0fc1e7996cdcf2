"""Figures as lines of a list: what, how much, from whom, and why where there is none.

No line ends in a bare "–": a figure that is not known always brings its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.risk.wording import MINUS, THIN_SPACE, money, plain_number
from app.web.filters import (
    NO_NUMBER,
    beside,
    change,
    clock_time,
    percent,
    price,
    quantity,
    signed,
    span,
)

SOURCES = {"venue": "from the venue", "estimated": "estimated"}
WINDOWS = {
    window: f"{window[:-1]}{THIN_SPACE}{window[-1]}" for window in ("1h", "8h", "24h", "7d", "30d")
}
ON_THE_CARD = {"liquidation_near", "data_stale"}
"""Reasons that a position's card says in figures already."""
NOT_SAID = "Not given by the venue."
KINDS = {
    "shared": "Shared by its contracts",
    "isolated": "For its contracts alone",
    "vault": "A vault",
    "headline": "A published total, which is not what pays a loss",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A line: ``value`` is worded; ``note`` says why there is none, or what is odd about it."""

    label: str
    value: str
    aside: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whether a step of the waterfall can reach one thing of yours."""

    what: str
    shape: str
    tone: str
    words: str


REACHES = {
    "position": ("Open position", "can be closed", "left alone"),
    "profit": ("Its profit", "can be cut", "left alone"),
    "withdrawn": ("Withdrawn money", "can be reclaimed", "out of reach"),
}


def position_figures(p: Mapping[str, Any]) -> list[Figure]:
    """Everything about a position (in the API's shape) that its card does not say at a glance."""
    notes, settle = p["notes"], p["settle_asset"]
    account_ratio = p["account_margin_ratio"]

    def line(label: str, field: str, worded: Any, aside: str | None = None) -> Figure:
        value = p[field]
        if value is None:
            return Figure(label=label, value=NO_NUMBER, note=notes.get(field) or NOT_SAID)
        return Figure(label=label, value=worded(value), aside=aside, note=notes.get(field))

    def coins(value: float) -> str:
        return f"{quantity(value)} {settle}"

    liquidation = line(
        "Liquidation price",
        "liquidation_price",
        price,
        SOURCES.get(p["liquidation_price_source"]),
    )
    return [
        Figure(label="Account", value=p["account"]["label"]),
        line("Size", "size", lambda size: f"{quantity(size)} {base(p['symbol'])}"),
        line("Value", "notional_usd", money),
        line("Entry price", "entry_price", price),
        line("Mark price", "mark_price", price),
        Figure(
            label=liquidation.label,
            value=liquidation.value,
            aside=liquidation.aside,
            note=p["liquidation_price_note"] or liquidation.note,
        ),
        line(
            "Bankruptcy price",
            "bankruptcy_price",
            price,
            SOURCES.get(p["bankruptcy_price_source"]),
        ),
        line("Unrealised profit", "unrealized_pnl", lambda value: f"{signed(value)} {settle}"),
        line("Margin behind it", "collateral", coins),
        line("Maintenance margin", "maintenance_margin", coins),
        line(
            "Margin ratio",
            "margin_ratio",
            percent,
            f"liquidation at {percent(1)}"
            if account_ratio is None or account_ratio == p["margin_ratio"]
            else f"account {percent(account_ratio)}",
        ),
    ]


def base(symbol: str) -> str:
    """ "BTC" of "BTC/USDT:USDT"."""
    return symbol.split("/", maxsplit=1)[0]


def fund_figures(fund: Mapping[str, Any]) -> list[Figure]:
    """What is known of a pool beside its balance and its changes."""
    notes, interest = fund["notes"], fund["open_interest_usd"]
    cadence = fund["cadence_seconds"]
    share = Figure(
        label="Share of open interest",
        value=NO_NUMBER,
        note=notes.get("coverage") or "Open interest is not read yet.",
    )
    if fund["coverage"] is not None:
        share = Figure(
            label=share.label,
            value=percent(fund["coverage"]),
            aside=None if interest is None else f"of {money(interest)}",
            note=notes.get("coverage"),
        )
    lines = [] if fund["kind"] == "headline" else [share]
    if fund["drawdown_8h"] is not None:
        lines.append(Figure(label="Below its peak of 8 hours", value=percent(fund["drawdown_8h"])))
    if fund["trigger_progress"] is not None:
        lines.append(
            Figure(
                label="Way to the venue's own trigger",
                value=percent(fund["trigger_progress"]),
                note=notes.get("trigger_progress"),
            )
        )
    lines.append(
        Figure(
            label="Refreshed by the venue",
            value=NO_NUMBER if cadence is None else f"every {span(cadence)}",
            note="How often is not said." if cadence is None else None,
        )
    )
    return lines


def fund_gaps(fund: Mapping[str, Any]) -> list[str]:
    """Why the balance or a change is not known, windows of the same reason together."""
    notes = fund["notes"]
    windows: dict[str, list[str]] = {}
    for window, name in WINDOWS.items():
        if fund["changes"].get(window) is None:
            why = notes.get(f"change_{window}") or "Not known yet."
            windows.setdefault(why, []).append(name)
    gaps = [f"{', '.join(names)}: {why}" for why, names in windows.items()]
    return ([notes["balance_usd"]] if notes.get("balance_usd") else []) + gaps


def fund_evidence(fund: Mapping[str, Any]) -> list[Figure]:
    """What a pool's health was judged by, beside what its card says."""
    lines = []
    for field, (label, worded) in EVIDENCE.items():
        value, note = fund[field], fund["notes"].get(field)
        if value is not None:
            lines.append(Figure(label=label, value=worded(value), note=note))
        elif note:
            lines.append(Figure(label=label, value=NO_NUMBER, note=note))
    return lines


def fund_confidence(fund: Mapping[str, Any]) -> str:
    """Since when the word holds, and how much it rests on."""
    since = fund["since"]
    words = f"It has been {fund['health']} since {clock_time(since)}. " if since else ""
    return words + CONFIDENCE[fund["confidence"]]


def _beside(divergence: Mapping[str, Any]) -> str:
    words, own, others = beside(divergence), divergence["own_change"], divergence["others_change"]
    if own is None or others is None:
        return words
    return f"{words}: {change(own)} against {change(others)}"


def _in_steps(value: float) -> str:
    sign = MINUS if value < 0 else "+"
    return f"{sign}{abs(value):,.1f}{THIN_SPACE}×"


def _ratio(value: float) -> str:
    return f"{plain_number(value)}{THIN_SPACE}×"


EVIDENCE: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "drawdown_30d": ("Below its peak of 30 days", percent),
    "drawdown_all": ("Below its highest known", percent),
    "slope_7d": ("Trend of 7 days", lambda value: f"{change(value)} a day"),
    "shock": ("Latest step, in usual ones", _in_steps),
    "runway_days": (
        "Lasts at this pace",
        lambda value: f"{quantity(round(value))}{THIN_SPACE}days",
    ),
    "flat_updates": ("Updates without a change", quantity),
    "divergence": (f"Beside other venues, {WINDOWS['24h']}", _beside),
    "cascade_coverage": ("Against the largest day of liquidations", _ratio),
}
CONFIDENCE = {
    "high": "Confidence is high: a week of fresh figures without gaps.",
    "medium": "Confidence is medium: there is a day of figures, not yet a week without gaps.",
    "low": "Confidence is low: there is less than a day of figures.",
}


def reach(step: Mapping[str, Any]) -> list[Reach]:
    """What one step can and cannot reach, in a shape and a word each."""
    shown = []
    for name, (what, can, cannot) in REACHES.items():
        match step[f"touches_{name}"]:
            case "yes":
                shown.append(Reach(what=what, shape="▲", tone="warning", words=can))
            case "no":
                shown.append(Reach(what=what, shape="●", tone="ok", words=cannot))
            case _:
                shown.append(Reach(what=what, shape="○", tone="none", words="not said"))
    return shown


def brief_reasons(reasons: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The worst reason of each subject, two at most, without what the card says anyway.

    A likely touch is one where it is worse than what the distance alone says.
    """
    subjects: dict[str, Mapping[str, Any]] = {}
    is_near = False
    for reason in reasons:
        is_near |= reason["code"] == "liquidation_near"
        if reason["code"] not in ON_THE_CARD and not (is_near and reason["code"] == "touch_likely"):
            subjects.setdefault(reason["code"].split("_")[0], reason)
    return list(subjects.values())[:2]


def step_marks(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """How the steps are counted: "1", "2", … those that happen, "?" and "–" the others."""
    marks, count = [], 0
    for step in steps:
        if step["applies"] == "yes":
            count += 1
            marks.append(str(count))
        else:
            marks.append("–" if step["applies"] == "no" else "?")
    return marks


FILTERS = {
    "position_figures": position_figures,
    "fund_figures": fund_figures,
    "fund_gaps": fund_gaps,
    "fund_evidence": fund_evidence,
    "fund_confidence": fund_confidence,
    "fund_kind": lambda kind: KINDS.get(kind, kind),
    "brief_reasons": brief_reasons,
    "reach": reach,
    "step_marks": step_marks,
}
