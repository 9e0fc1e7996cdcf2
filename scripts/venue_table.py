"""Writes ``docs/venues.md`` from the facts: what is read of each venue, and what is not.

Run it after facts were changed; a test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.domain.loss_model import StepKind, Touches  # noqa: E402
from app.domain.position import Source  # noqa: E402
from app.risk.loss_summary import summarize  # noqa: E402
from app.venues.catalogue import catalogue  # noqa: E402
from app.venues.facts import AdlSubject, LinkKind, VenueFacts, VenueStatus  # noqa: E402

FILE = ROOT / "docs" / "venues.md"

HEAD = """\
# Exchanges

What Seawall reads of each exchange, and what it says when that is not enough. This page is made from the facts files (`app/venues/facts/`), where every claim has its source; `seawall venues --explain <id>` and the page of each exchange in Seawall show them.

- **Key check**: whether the exchange says what a key may do. Where it cannot, you look it up there and say so once.
- **Liquidation price**: the exchange's own, or estimated from margin, tiers and mark price.
- **Fund**: whether its balance can be read by a program, and whether the exchange gives its past too.
- **Warnings**: about auto-deleveraging, for a position, a contract or the whole fund.
- **After the fund**: what the exchange states it does when the fund cannot pay. Steps in brackets are left open or have no source.
"""

STEPS = {
    StepKind.BACKSTOP_LIQUIDATOR: "backstop liquidator",
    StepKind.TREASURY_TOP_UP: "top-up",
    StepKind.AUTO_DELEVERAGING: "auto-deleveraging",
    StepKind.SOCIALIZED_LOSS: "socialized loss",
    StepKind.CLAWBACK: "clawback",
}
SUBJECTS = {
    AdlSubject.POSITION: "position",
    AdlSubject.SYMBOL: "contract",
    AdlSubject.POOL: "fund",
}
PRICES = {Source.VENUE: "its own", Source.ESTIMATED: "estimated", Source.NONE: "none"}


def main() -> None:
    FILE.write_text(text(), encoding="utf-8")
    print(f"Wrote {FILE.name}.")


def text() -> str:
    """The whole page."""
    venues = catalogue().venues()
    full = [venue for venue in venues if venue.status is VenueStatus.FULL]
    others = [venue for venue in venues if venue.status is not VenueStatus.FULL]
    columns = ("Exchange", "Positions", "Key check", "Liquidation price")
    parts = [
        HEAD,
        f"## {len(full)} exchanges whose accounts can be linked\n",
        _table((*columns, "Fund", "Warnings", "After the fund"), map(_row, full)),
        "## Known, but not linked\n",
        _table(("Exchange", "", "After the fund"), map(_other_row, others)),
        f"""## {len(catalogue().generic_ids())} other exchanges, positions only

Any other exchange that ccxt reads positions of can be linked under an id that begins with `ccxt-` (`seawall link` lists them). It is asked by GET alone, at its own hosts; nobody checks what its key may do; its fund and what it does with losses are not known, and the page says so.
""",
        "## What each does with a loss, in short\n",
        *(_summary(venue) for venue in venues if venue.loss_model.steps),
    ]
    return "\n".join(parts)


def _row(venue: VenueFacts) -> tuple[str, ...]:
    assert venue.positions is not None
    return (
        _name(venue),
        "; ".join(scope.label for scope in venue.scopes),
        _key_check(venue),
        PRICES[venue.positions.liquidation_price],
        _fund(venue),
        ", ".join(dict.fromkeys(SUBJECTS[adl.subject] for adl in venue.adl)) or "none",
        _after(venue),
    )


def _other_row(venue: VenueFacts) -> tuple[str, ...]:
    status = "closed" if venue.status is VenueStatus.CLOSED else "loss model only"
    return (_name(venue), status, _after(venue))


def _name(venue: VenueFacts) -> str:
    return f"[{venue.name}]({venue.website}) `{venue.id}`"


def _key_check(venue: VenueFacts) -> str:
    if venue.linking is not None and venue.linking.kind is LinkKind.ADDRESS:
        return "address, no key"
    return "yes" if venue.permission_check.verifiable else "cannot be asked"


def _fund(venue: VenueFacts) -> str:
    if venue.fund.published:
        return "read, with its past" if venue.fund.history_reads else "read"
    return f"[not published]({venue.fund.page})" if venue.fund.page else "not published"


def _after(venue: VenueFacts) -> str:
    steps = [step for step in venue.loss_model.after_fund() if step.kind in STEPS]
    names = [
        STEPS[step.kind] if step.applies is Touches.YES else f"({STEPS[step.kind]})"
        for step in steps
    ]
    return ", ".join(dict.fromkeys(names)) or "not published"


def _summary(venue: VenueFacts) -> str:
    summary = summarize(venue.loss_model, venue_name=venue.name)
    sentences = (
        summary.absorbs_first,
        summary.winners,
        summary.profit,
        summary.top_up,
        summary.not_known,
    )
    return f"### {venue.name}\n\n" + "".join(f"- {one}\n" for one in sentences)


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


if __name__ == "__main__":
    main()
