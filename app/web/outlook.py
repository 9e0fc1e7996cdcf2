"""What can happen to a position, in the words of its card: a day's moves, a loss, a hedge.

Numbers and reasons are those of the API; what is ``None`` there brings its note.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.adl import AdlChoice
from app.domain.session import TakenFrom
from app.risk.adl_score import WHY_NO_SCORE
from app.risk.wording import THIN_SPACE, amount, enumerated
from app.web.figures import NOT_SAID, WINDOWS, Figure
from app.web.filters import (
    NO_NUMBER,
    clock_time,
    day_or_moment,
    percent,
    quantity,
    signed,
    standing,
)

Shown = Mapping[str, Any]

DAY = "24h"
FAR_AWAY = 1000
"""So many daily volatilities and more are not counted out."""
TOUCH_ROWS = {
    "probability": "Shown: the largest",
    "model": "Model: normal returns",
    "fat_tail": "One move with fat tails",
    "historical": "Share of past windows",
}
MOST_LEGS = 3
CHOICES = {
    AdlChoice.PROFIT_AND_LEVERAGE: "{venue} ranks by profit and leverage, but publishes no "
    "complete formula.",
    AdlChoice.RANDOM: "{venue} picks at random: nothing about a position tells whether it is next.",
    AdlChoice.ACCOUNT_GAIN: "{venue} goes by the gain of the whole account, over its whole "
    "platform: a single position has no place in a queue.",
    AdlChoice.NONE: "{venue} describes no auto-deleveraging.",
    AdlChoice.UNKNOWN: "How {venue} picks positions is not published.",
}
NARROW_UNBREAKABLE = "\u202f"
NO_RATE = "No rate that was taken is known here."


def daily_volatilities(value: float) -> str:
    """``1.31`` as "1.3 daily volatilities"."""
    if value >= FAR_AWAY:
        return f">{THIN_SPACE}{FAR_AWAY:,} daily volatilities"
    number = f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
    return f"{number} daily volatilities"


def ordinary_day(p: Shown) -> str | None:
    """ "24 h: 3.7 % on an ordinary day, not a crash; in the past 3.6 %", where that is known."""
    touch = p["touch"]
    found = next((one for one in touch["windows"] if one["window"] == DAY), None) if touch else None
    if found is None:
        return None
    words = f"{WINDOWS[DAY]}: {percent(found['probability'])} on an {touch['label']}"
    if found["historical"] is None:
        return words
    past = "never" if found["historical"] == 0 else percent(found["historical"])
    return f"{words}; in the past {past}"


def day_figures(p: Shown) -> list[Figure]:
    """The volatility and the way in it; a reason that several lack for is told once."""
    notes, told, lines = p["notes"], set(), []
    worded = {
        "daily_volatility": ("Daily volatility", percent),
        "distance_daily_volatilities": ("Way to liquidation", daily_volatilities),
        "touch": ("Reaching liquidation", None),
    }
    for field, (label, words) in worded.items():
        value = p[field]
        if value is None:
            why = notes.get(field) or "Not worked out yet."
            if why not in told:
                lines.append(Figure(label=label, value=NO_NUMBER, note=why))
            told.add(why)
        elif words is not None:
            lines.append(Figure(label=label, value=words(value)))
    return lines


def touch_rows(touch: Shown) -> list[tuple[str, list[str]]]:
    """What each way of reckoning gives, window by window; how many past windows there are."""
    windows: Sequence[Shown] = touch["windows"]
    rows = [
        (label, [_probability(one[field]) for one in windows])
        for field, label in TOUCH_ROWS.items()
    ]
    return [*rows, ("Past windows", [f"{one['past_windows']:,}" for one in windows])]


def _probability(value: float | None) -> str:
    if value is None:
        return "too few"
    return "never" if value == 0 else percent(value)


def session_figures(session: Shown) -> list[Figure]:
    """What the venue could take back, until when, and what it took last."""
    lines = []
    asset = session["asset"] or ""
    if session["taken_from"] == TakenFrom.SESSION_PROFIT:
        at_risk = session["at_risk"]
        lines.append(
            Figure(
                label="Profit that can be taken back",
                value=NO_NUMBER if at_risk is None else amount(at_risk, asset),
                aside=None if at_risk is None else "of the whole account",
                note=(session["note"] or NOT_SAID) if at_risk is None else None,
            )
        )
        lines += [
            Figure(label=label, value=f"{signed(session[field])} {asset}")
            for field, label in (
                ("realized", "Booked in this session"),
                ("unrealized", "Open in this session"),
            )
            if session[field] is not None
        ]
    elif session["note"]:
        lines.append(Figure(label="Charged on withdrawals", value=NO_NUMBER, note=session["note"]))
    if session["ends_at"]:
        lines.append(Figure(label="Session ends", value=clock_time(session["ends_at"])))
    rate, at = session["rate"], session["rate_at"]
    lines.append(
        Figure(
            label="Rate the venue took last",
            value=NO_NUMBER if rate is None else percent(rate),
            aside=day_or_moment(at) if rate is not None and at else None,
            note=NO_RATE if rate is None else None,
        )
    )
    return lines


def adl_told(p: Shown) -> list[str]:
    """Where the position stands as its venue says; else its score; else how the venue chooses."""
    venue, score = p["venue_name"], p["adl_score"]
    if p["adl"] is not None:
        return [f"{standing(p['adl'])} in the queue, as {venue} says."]
    if score is not None:
        number = quantity(float(f"{score['score']:.3g}"))
        return [
            f"Score {number} by {_formula(score, venue)}; no place in a queue.",
            f"Formula: {score['formula'].rstrip('.')}.",
            *([score["note"]] if score["note"] else []),
        ]
    choice, note = p["adl_choice"], p["notes"].get("adl_score")
    told = [] if choice is None else _chosen(AdlChoice(choice), venue)
    if note and not (told and note in WHY_NO_SCORE.values()):
        told.append(note)
    if p["notes"].get("adl"):
        told.append(p["notes"]["adl"])
    return told


def _chosen(choice: AdlChoice, venue: str) -> list[str]:
    return [CHOICES[choice].format(venue=venue)] if choice in CHOICES else []


def _formula(score: Shown, venue: str) -> str:
    if score["source"] is None:
        return "a formula that no source confirms"
    if score["secondary"]:
        return f"a formula that others tell of {venue}"
    return f"the formula of {venue}"


def hedge_told(p: Shown) -> str | None:
    """What offsets the position, and whether auto-deleveraging could take it apart."""
    hedge = p["hedge"]
    if hedge is None:
        return None
    legs: list[str] = hedge["legs"]
    named = legs if len(legs) <= MOST_LEGS else [f"{len(legs)} other legs in {hedge['base']}"]
    several = len(legs) > 1
    words = f"Your {enumerated(named)} offset{'' if several else 's'} {percent(hedge['share'])}"
    words += f" of this {p['side']}"
    if not hedge["lost_to_adl"]:
        return f"{words}."
    left = "the others" if several else "the other"
    return f"{words}; auto-deleveraging could close this leg and leave {left} open."


def trigger_told(trigger: Shown) -> str:
    """ "25 % of the way to the venue's own trigger for auto-deleveraging (BTCUSDT)"."""
    progress = trigger["progress"]
    way = "At" if progress >= 1 else f"{percent(max(progress, 0.0))} of the way to"
    about = f" ({trigger['subject']})" if trigger["subject"] else ""
    return f"{way} the venue’s own trigger{about}"


def way(progress: float) -> str:
    """How much of a bar is filled, kept inside it."""
    return f"{min(max(progress, 0.0), 1.0):.1%}"


def unbroken(words: str) -> str:
    """A sentence in which no number is parted from its unit at the end of a line."""
    return words.replace(THIN_SPACE, NARROW_UNBREAKABLE)


FILTERS = {
    "daily_volatilities": daily_volatilities,
    "ordinary_day": ordinary_day,
    "day_figures": day_figures,
    "touch_rows": touch_rows,
    "window": lambda name: WINDOWS.get(name, name),
    "session_figures": session_figures,
    "adl_told": adl_told,
    "hedge_told": hedge_told,
    "trigger_told": trigger_told,
    "way": way,
    "unbroken": unbroken,
}
