"""Writes ``docs/reasons.md`` from the registry of reason codes.

Run it after a code, its words or a default threshold was changed; a test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.domain.reason import Severity  # noqa: E402
from app.risk.reason_code import Group, ReasonCode  # noqa: E402
from app.risk.reason_codes import REASON_CODES  # noqa: E402

FILE = ROOT / "docs" / "reasons.md"

HEAD = """\
# Reasons

A position is as severe as the worst of its reasons: `ok` (no reason), `watch`, `warning`, `critical`. Each reason has a code that does not change, a sentence, and where there is one the number it stands on, the threshold that number crossed, and the window of time. Numbers are as everywhere in the API: fractions are fractions, `0.05` is 5 %.

- **Yours** are thresholds you can change: on the page *Settings*, with `seawall thresholds`, or with `PUT /api/v1/settings/thresholds`. The tables show the defaults.
- **Fixed** are those that say how well a fund is; [fund-health.md](fund-health.md) measures them. How each figure is computed stands in [figures.md](figures.md).
- What speaks of a fund counts for the positions that the fund stands behind, and for no others.
- What is not known never lowers a severity. A fund that an exchange does not publish, or whose trend is not known yet, is named beside the position and does not raise one either: every position there would be on watch for ever, and watch would mean nothing.
- Growing old never lowers a severity.

This page is made by `scripts/reasons_doc.py` from the registry in `app/risk/reason_codes.py`; a test compares.
"""

NONE = "–"
COLUMNS = ("Reason", "critical", "warning", "watch")


def main() -> None:
    FILE.write_text(text(), encoding="utf-8")
    print(f"Wrote {FILE.name}.")


def text() -> str:
    """The whole page."""
    parts = [HEAD]
    for group in Group:
        members = [one for one in REASON_CODES.values() if one.group is group]
        parts.append(f"## {group.value}\n")
        parts.append(_table(COLUMNS, map(_row, members)))
        parts += map(_section, members)
    return "\n".join(parts)


def _row(one: ReasonCode) -> tuple[str, ...]:
    severities = (Severity.CRITICAL, Severity.WARNING, Severity.WATCH)
    begins = (one.steps.get(severity, NONE) for severity in severities)
    return (f"[`{one.code}`](#{one.code})", *begins)


def _section(one: ReasonCode) -> str:
    lines = [
        ("Number", one.number or "none"),
        ("Window", one.window),
        ("Thresholds", _thresholds(one)),
        ("Look at", one.look_at),
    ]
    listed = "".join(f"- **{name}**: {said}\n" for name, said in lines if said)
    return f"### `{one.code}`\n\n{one.title}. {one.meaning}\n\n{listed}"


def _thresholds(one: ReasonCode) -> str | None:
    if one.setting is not None:
        return f"yours, `{one.setting}`"
    if one.fixed:
        return f"fixed, {', '.join(f'`{name}`' for name in one.fixed)} of `FundThresholds`"
    return None


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


if __name__ == "__main__":
    main()
