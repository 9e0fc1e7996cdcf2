"""The picture of ``docs/scenarios.md``: ranges of the model, and what was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from app.domain.scenario import Spread
from app.risk.wording import money

WIDTH, LEFT, RIGHT, TOP, ROW = 760, 300, 740, 34, 30
LOWEST, HIGHEST = 1e6, 2e10
STYLE = "font-family:system-ui,sans-serif;font-size:13px;fill:#1b1f24"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure: what it is of, its range, and what was published."""

    label: str
    spread: Spread
    published: float


def picture(rows: Sequence[Row]) -> str:
    """An SVG of all rows on one logarithmic scale of USD, on white."""
    bottom = TOP + ROW * len(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 30}" '
        f'width="{WIDTH}" height="{bottom + 30}" role="img" aria-labelledby="t">',
        '<title id="t">Ranges of the model beside published figures of past crashes</title>',
        f'<rect width="{WIDTH}" height="{bottom + 30}" fill="#ffffff"/>',
        *_axis(bottom),
    ]
    for number, row in enumerate(rows):
        parts += _drawn(row, TOP + ROW * number + ROW / 2)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _x(usd: float) -> float:
    """Where an amount is; smaller ones than fit stand at the left end."""
    part = log10(min(max(usd, LOWEST), HIGHEST) / LOWEST) / log10(HIGHEST / LOWEST)
    return LEFT + (RIGHT - LEFT) * part


def _axis(bottom: float) -> list[str]:
    parts = []
    for power in range(6, 11):
        usd = 10.0**power
        parts.append(
            f'<line x1="{_x(usd):.1f}" x2="{_x(usd):.1f}" y1="{TOP - 6}" y2="{bottom}" '
            f'stroke="#d7dce2"/>'
            f'<text x="{_x(usd):.1f}" y="{bottom + 20}" text-anchor="middle" style="{STYLE}">'
            f"{money(usd)}</text>"
        )
    return parts


def _drawn(row: Row, y: float) -> list[str]:
    spread, mark = row.spread, _x(row.published)
    return [
        f'<text x="{LEFT - 12}" y="{y + 4:.1f}" text-anchor="end" style="{STYLE}">'
        f"{row.label}</text>",
        f'<line x1="{_x(spread.p5):.1f}" x2="{_x(spread.p95):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
        'stroke="#1f5fa8" stroke-width="2"/>',
        f'<line x1="{_x(spread.p25):.1f}" x2="{_x(spread.p75):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
        'stroke="#1f5fa8" stroke-width="9" stroke-opacity="0.55"/>',
        f'<line x1="{_x(spread.p50):.1f}" x2="{_x(spread.p50):.1f}" y1="{y - 7:.1f}" '
        f'y2="{y + 7:.1f}" stroke="#12365e" stroke-width="2"/>',
        f'<path d="M{mark:.1f} {y - 7:.1f}l6 7l-6 7l-6 -7z" fill="#b34700" stroke="#ffffff"/>',
    ]
