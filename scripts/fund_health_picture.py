"""The picture of ``docs/fund-health.md``: one cascade, and what was said when."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from app.domain.fund_series import MICROSECOND
from app.monitor.backtest import ALARM, Said, replay
from app.monitor.backtest_figures import naive_alarms
from app.monitor.backtest_screen import stored
from app.risk.fund_histories import HOUR, FundHistory
from app.risk.wording import duration, percent

WIDTH, HEIGHT = 760, 370
LEFT, RIGHT, TOP, BOTTOM = 56, 740, 24, 250
BEFORE, AFTER = HOUR // 2, 8 * HOUR + HOUR // 2
COLOURS = {"declining": "#8a6100", "draining": "#b34700", "critical": "#b00020"}
WORDS = {"fund_shock": "a sudden loss", "fund_declining": "declining", "fund_draining": "draining"}
STYLE = "font-family:system-ui,sans-serif;font-size:13px;fill:#1b1f24"

Scale = Callable[[float], float]


def picture(history: FundHistory) -> str:
    """An SVG of the hours around the fall of ``history``, on white."""
    assert history.truth is not None and history.truth.began is not None
    began = history.truth.began
    (replayed,) = replay((history,))
    past = stored(history.feeds[0]).past
    seen = (past.at >= began - BEFORE) & (past.at <= began + AFTER)
    at, amount = past.at[seen][::4], past.amount[seen][::4]
    before = float(past.amount[past.at < began][-1])
    share = amount / before
    low = float(np.floor(share.min() * 10) / 10)

    def x(time: float) -> float:
        return LEFT + (RIGHT - LEFT) * (time - began + BEFORE) / (BEFORE + AFTER)

    def y(part: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (part - low) / (1.02 - low)

    line = " ".join(f"{x(float(a)):.1f},{y(float(b)):.1f}" for a, b in zip(at, share, strict=True))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="t">',
        '<title id="t">A fund losing 30 % in eight hours, and what was said when</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_axes(x, y, began, low),
        f'<polyline points="{line}" fill="none" stroke="#1f5fa8" stroke-width="2"/>',
    ]
    marks = _marks(replayed.said, naive_alarms(history), began)
    for number, (time, words, colour) in enumerate(marks, start=1):
        left = 1 - float(past.amount[past.at <= time][-1]) / before
        text = f"{number}  after {duration((time - began) * MICROSECOND)}, {percent(left)} gone: {words}"
        height = BOTTOM + 52 + 22 * (number - 1)
        parts += [
            f'<line x1="{x(time):.1f}" x2="{x(time):.1f}" y1="{TOP}" y2="{BOTTOM}" '
            f'stroke="{colour}" stroke-dasharray="3 3"/>',
            f'<circle cx="{x(time):.1f}" cy="{y(1 - left):.1f}" r="9" fill="{colour}"/>',
            f'<text x="{x(time):.1f}" y="{y(1 - left) + 4:.1f}" text-anchor="middle" '
            f'style="font-family:system-ui,sans-serif;font-size:11px;fill:#ffffff">{number}</text>',
            f'<text x="{LEFT}" y="{height}" style="{STYLE};fill:{colour}">{text}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _marks(
    said: Sequence[Said], naive: Sequence[tuple[int, int]], began: int
) -> list[tuple[int, str, str]]:
    """When each word was said first, in which words, and the colour of its mark."""
    found: dict[str, tuple[int, str, str]] = {}
    earlier: frozenset[str] = frozenset()
    for one in said:
        fresh = (one.codes & ALARM) - earlier
        if one.at >= began and fresh:
            earlier |= fresh
            words = " and ".join(WORDS[code] for code in WORDS if code in fresh)
            colour = COLOURS["draining" if "fund_draining" in fresh else "declining"]
            found[words] = (one.at, f"Seawall says {words}", colour)
    late = next(begin for begin, _ in naive if begin >= began)
    found["naive"] = (late, "the naive rule is set off", "#5a6270")
    return sorted(found.values())


def _axes(x: Scale, y: Scale, began: int, low: float) -> list[str]:
    parts = []
    for tenth in range(round(low * 10), 11):
        height = y(tenth / 10)
        parts.append(
            f'<line x1="{LEFT}" x2="{RIGHT}" y1="{height:.1f}" y2="{height:.1f}" stroke="#d7dce2"/>'
            f'<text x="{LEFT - 8}" y="{height + 4:.1f}" text-anchor="end" style="{STYLE}">'
            f"{10 * tenth} %</text>"
        )
    for hour in range(0, AFTER // HOUR + 1, 2):
        parts.append(
            f'<text x="{x(began + hour * HOUR):.1f}" y="{BOTTOM + 20}" text-anchor="middle" '
            f'style="{STYLE}">{hour} h</text>'
        )
    return parts
