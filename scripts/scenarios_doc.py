"""Writes ``docs/scenarios.md`` and its picture: how scenarios are worked out, and past crashes.

Takes a second. Run it after the method, its parameters or the named scenarios were changed; a
test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.domain.scenario import Assumption, PoolOutcome, Spread  # noqa: E402
from app.risk.scenario import simulate  # noqa: E402
from app.risk.scenario_named import NAMED, named  # noqa: E402
from app.risk.scenario_parameters import Parameters, assumptions  # noqa: E402
from app.risk.wording import money, percent  # noqa: E402
from scripts import scenarios_words as words  # noqa: E402
from scripts.scenarios_cases import CASES, Case, Published  # noqa: E402
from scripts.scenarios_picture import Row, picture  # noqa: E402

FILE = ROOT / "docs" / "scenarios.md"
PICTURE = ROOT / "docs" / "images" / "scenario.svg"
DRAWS = 10_000
FIELDS = {
    "forced_usd": "forced out",
    "shortfall_usd": "shortfall",
    "paid_usd": "paid by the fund",
    "adl_usd": "deleveraged",
}

Found = Sequence[tuple[Case, PoolOutcome]]


def main() -> None:
    found = worked()
    FILE.write_text(text(found), encoding="utf-8")
    PICTURE.write_text(drawing(found), encoding="utf-8")
    print(f"Wrote {FILE.name} and {PICTURE.name}.")


def worked() -> Found:
    """Every case through the model."""
    return [(case, _outcome(case)) for case in CASES]


def drawing(found: Found) -> str:
    """All compared figures in one picture."""
    return picture([
        Row(
            label=f"{case.short}: {FIELDS[one.field]}",
            spread=_spread(pool, one),
            published=one.usd,
        )
        for case, pool in found
        for one in case.published
    ])  # fmt: skip


def text(found: Found) -> str:
    """The whole page."""
    return "\n".join(
        [
            words.HEAD,
            words.METHOD,
            words.ASSUMED,
            _assumptions(assumptions(Parameters(), feedback=True)),
            words.NAMED_HEAD,
            _named(),
            words.COMPARED,
            *(_case(case, pool) for case, pool in found),
            words.READING,
        ]
    )


def _outcome(case: Case) -> PoolOutcome:
    event = named(case.scenario).event
    return simulate(event, [case.venue], draws=DRAWS).venues[0].pools[0]


def _spread(pool: PoolOutcome, published: Published) -> Spread:
    found: Spread | None = getattr(pool, published.field)
    assert found is not None
    return found


def _case(case: Case, pool: PoolOutcome) -> str:
    rows = [
        (
            FIELDS[one.field],
            f"{money(one.usd)} ({_link(one.source)})",
            money(spread.p50),
            f"{money(spread.p5)} to {money(spread.p95)}",
            _verdict(one.usd, spread),
            f"{one.words}; {one.note}" if one.note else one.words,
        )
        for one in case.published
        for spread in [_spread(pool, one)]
    ]
    columns = (
        "figure", ">published", ">model, middle", ">nine of ten draws", "within", "published is",
    )  # fmt: skip
    ends = (
        ""
        if pool.depleted is None
        else f"The fund runs out in {percent(pool.depleted)} of the draws."
    )
    return "\n".join(
        [f"### {case.title}\n", _assumptions(case.inputs), _table(columns, rows), f"{ends}\n"]
    )


def _verdict(usd: float, spread: Spread) -> str:
    if spread.p25 <= usd <= spread.p75:
        return "half of the draws"
    return "nine of ten draws" if spread.p5 <= usd <= spread.p95 else "**outside**"


def _named() -> str:
    rows = [
        (
            f"`{one.name}`",
            figure.name.removeprefix("Move of "),
            figure.value,
            str(figure.kind),
            f"{figure.why} {_link(figure.source)}".strip(),
        )
        for one in NAMED
        for figure in one.figures
    ]
    return _table(("name", "coin", ">move", "kind", "from"), rows)


def _assumptions(told: Iterable[Assumption]) -> str:
    rows = [
        (
            one.name,
            f"{one.value} {one.unit}".strip(),
            str(one.kind),
            f"{one.why} {_link(one.source)}".strip(),
        )
        for one in told
    ]
    return _table(("what", "value", "kind", "why"), rows)


def _link(source: str | None) -> str:
    return "" if source is None else f"[source]({source})"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown; columns whose name begins with ``>`` stand to the right."""
    lines = [[column.lstrip(">") for column in columns]]
    lines.append(["---:" if column.startswith(">") else "---" for column in columns])
    lines += [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
