"""Writes ``docs/fund-health.md`` and its picture: how well the rules on funds did in replays.

Takes half a minute. Run it after the rules, their thresholds or the made-up histories were
changed; a test compares.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.domain.fund_series import MICROSECOND, when  # noqa: E402
from app.monitor.backtest_figures import (  # noqa: E402
    Figures,
    Flagged,
    Score,
    figures,
    score_plan,
    score_suite,
)
from app.monitor.backtest_incidents import Told, incidents, tell  # noqa: E402
from app.risk.fund_histories import DAY, LARGEST_ORDINARY_PAYOUT, Kind  # noqa: E402
from app.risk.fund_histories_suite import (  # noqa: E402
    BLEEDS_A_DAY,
    SPEEDS,
    STALE_FORMS,
    restless,
    suite,
)
from app.risk.fund_thresholds import FundThresholds  # noqa: E402
from app.risk.wording import duration, percent  # noqa: E402
from scripts import fund_health_words as words  # noqa: E402
from scripts.fund_health_picture import picture  # noqa: E402

FILE = ROOT / "docs" / "fund-health.md"
PICTURE = ROOT / "docs" / "images" / "cascade.svg"
PICTURED = "cascade of 30% in 8 h, every minute"
CADENCES = {60: "every minute", 3600: "hourly", 86400: "daily"}
QUIET = {
    Kind.PRICE_SWING: "price swings",
    Kind.REGROUPED: "regroupings",
    Kind.STALE: "stale feeds",
}
CASCADES = (Kind.CASCADE, Kind.TOPPED_UP)
RESTLESS = (1.0, 2.0, 3.0, 5.0)
TARGET_SHARE, TARGET_SAMPLES = 0.15, 2
NOTHING = "–"

Choice = Callable[[Score], bool]


def main() -> None:
    PICTURE.write_text(drawing(), encoding="utf-8")
    scores = [score for market in score_suite() for score in market]
    FILE.write_text(text(scores, [tell(one) for one in incidents()]), encoding="utf-8")
    print(f"Wrote {FILE.name} and {PICTURE.name}.")


def drawing() -> str:
    """The picture of one cascade."""
    plan = next(one for one in suite() if one.name == PICTURED)
    return picture(plan.market()[0])


def text(scores: Sequence[Score], told: Sequence[Told]) -> str:
    """The whole page."""
    whole = figures(scores)
    return "\n".join(
        [
            words.HEAD.format(histories=whole.histories, years=f"{whole.years:.0f}"),
            "## What was asked, and what came out\n",
            _promises(scores),
            words.AHEAD,
            "## One cascade, and what was said when\n",
            words.PICTURE_TEXT,
            "## By kind of history\n",
            _kinds(scores),
            words.KINDS_NOTE,
            "## Cascades\n",
            _cascades(scores),
            words.CASCADES_NOTE,
            "## Slow bleeds\n",
            _bleeds(scores),
            words.BLEEDS_NOTE,
            "## Dead feeds\n",
            _stale(scores),
            words.STALE_NOTE,
            "## Falls that happened\n",
            words.INCIDENTS_HEAD,
            _incidents(told),
            words.INCIDENTS_NOTE,
            _sources(told),
            "## The thresholds, and the events they come from\n",
            _table(("word", "from", "why there"), words.thresholds(FundThresholds())),
            "## What this does not show\n",
            words.RESTLESS_HEAD,
            _restless(),
            words.LIMITS,
        ]
    )


def _promises(scores: Sequence[Score]) -> str:
    whole = figures(scores)
    cascades = [
        one for one in scores if one.truth.kind in CASCADES and one.truth.share >= TARGET_SHARE
    ]
    bleeds = [one for one in scores if one.truth.kind is Kind.BLEED and one.truth.share == 0.01]
    stale = [one for one in scores if one.truth.kind is Kind.STALE]
    divergent = [one.divergence_right for one in scores if one.divergence_right is not None]
    top_ups = [one.top_up_seen for one in scores if one.top_up_seen is not None]
    by_minute = figures(one for one in cascades if one.cadence_seconds == 60)
    rows = [
        (
            "at most one false alarm per venue-year",
            f"{whole.false_alarms / whole.years:.2f}",
            f"{whole.naive_false_alarms / whole.years:.2f}",
        ),
        (
            "cascades of 15 % or more flagged within two updates",
            _share(_quick(one.flagged for one in cascades), cascades),
            _share(_quick(one.naive_flagged for one in cascades), cascades),
        ),
        (
            "part of the fund gone by the first alarm, where updates come every minute",
            _lost(by_minute.median_lost),
            _lost(by_minute.naive_median_lost),
        ),
        (
            "bleeds of 1 % a day flagged within seven days",
            _share(_in_a_week(one.flagged for one in bleeds), bleeds),
            _share(_in_a_week(one.naive_flagged for one in bleeds), bleeds),
        ),
        *(
            (f"no alarm from {kind}", str(ours), str(naive))
            for kind, ours, naive in _calm_alarms(scores)
        ),
        (
            "dead feeds called stale",
            _share(sum(one.called_stale_after is not None for one in stale), stale),
            _share(0, stale),
        ),
        (
            "one exchange losing alone or all together: told apart",
            _share(sum(divergent), divergent),
            _share(0, divergent),
        ),
        ("top-ups told from growth", _share(sum(top_ups), top_ups), _share(0, top_ups)),
    ]
    return _table(("asked", ">Seawall", ">naive rule"), rows)


def _calm_alarms(scores: Sequence[Score]) -> Iterable[tuple[str, int, int]]:
    for kind, name in QUIET.items():
        found = figures(one for one in scores if one.truth.kind is kind)
        yield name, found.false_alarms, found.naive_false_alarms


def _kinds(scores: Sequence[Score]) -> str:
    rows = []
    for kind in Kind:
        found = figures(one for one in scores if one.truth.kind is kind)
        rows.append((str(kind), *_kind_cells(found)))
    rows.append(("**all**", *_kind_cells(figures(scores))[:-2], NOTHING, NOTHING))
    columns = ("kind", ">histories", ">venue-years", ">false alarms", ">naive", ">losses")
    return _table((*columns, ">flagged", ">naive", ">median delay", ">naive"), rows)


def _kind_cells(found: Figures) -> tuple[str, ...]:
    cells = (
        str(found.histories),
        f"{found.years:.1f}",
        str(found.false_alarms),
        str(found.naive_false_alarms),
    )
    if not found.losses:
        return (*cells, *[NOTHING] * 5)
    return (
        *cells,
        str(found.losses),
        str(found.flagged),
        str(found.naive_flagged),
        _delay(found.median_after),
        _delay(found.naive_median_after),
    )


def _cascades(scores: Sequence[Score]) -> str:
    rows = []
    for cadence, word in CADENCES.items():
        for speed in (*SPEEDS, "labelled", "unlabelled"):
            some = _some(scores, speed, cadence)
            found = figures(some)
            told = speed if speed in SPEEDS else f"in 1 h, then a top-up ({speed})"
            rows.append(
                (
                    word,
                    told,
                    _share(_quick(one.flagged for one in some), some),
                    _share(_quick(one.naive_flagged for one in some), some),
                    _lost(found.median_lost),
                    _lost(found.naive_median_lost),
                )
            )
    columns = ("updates", "cascade", ">within two updates", ">naive", ">gone by then", ">naive")
    return _table(columns, rows)


def _bleeds(scores: Sequence[Score]) -> str:
    rows = []
    for a_day in dict.fromkeys(BLEEDS_A_DAY):
        some = [one for one in scores if one.truth.kind is Kind.BLEED and one.truth.share == a_day]
        found = figures(some)
        rows.append(
            (
                f"{100 * a_day:g} % a day",
                _share(found.flagged, some),
                _share(found.naive_flagged, some),
                _delay(found.median_after),
                _delay(found.worst_after),
                _lost(found.median_lost),
            )
        )
    columns = ("bleed", ">flagged", ">naive", ">median delay", ">longest", ">gone by then")
    return _table(columns, rows)


def _stale(scores: Sequence[Score]) -> str:
    rows = []
    for form in STALE_FORMS:
        for cadence, word in CADENCES.items():
            some = _some(scores, form, cadence)
            after = [one.called_stale_after for one in some if one.called_stale_after is not None]
            rows.append(
                (
                    form,
                    word,
                    _share(len(after), some),
                    _delay(max(after, default=None)),
                    str(figures(some).false_alarms),
                )
            )
    return _table(("feed", "updates", ">called stale", ">after at most", ">alarms"), rows)


def _restless() -> str:
    rows = []
    for payouts in RESTLESS:
        found = figures(one for plan in restless(payouts) for one in score_plan(plan))
        rows.append(
            (
                f"{100 * payouts * LARGEST_ORDINARY_PAYOUT:g} %",
                f"{found.false_alarms / found.years:.1f}",
                f"{found.naive_false_alarms / found.years:.1f}",
            )
        )
    return _table(("ordinary payouts up to", ">alarms a venue-year", ">naive"), rows)


def _incidents(told: Sequence[Told]) -> str:
    rows = []
    for one in told:
        first = one.first_alarm
        rows.append(
            (
                one.incident.title,
                NOTHING if first is None else _day(first.at),
                "nothing" if first is None else f"*{first.state.health}*",
                "" if first is None else first.state.reasons[0].text,
                NOTHING if one.naive_at is None else _day(one.naive_at),
            )
        )
    return _table(("case", "first alarm", "word", "why", "naive rule"), rows)


def _sources(told: Sequence[Told]) -> str:
    lines = []
    for one in told:
        links = ", ".join(f"[{n}]({url})" for n, url in enumerate(one.incident.sources, start=1))
        assumed = " ".join(one.incident.assumed) or "Nothing else."
        lines.append(f"- {one.incident.title}. Sources: {links}. Assumed: {assumed}")
    return "Where the figures are from, and what was assumed:\n\n" + "\n".join(lines) + "\n"


def _some(scores: Sequence[Score], form: str, cadence: int) -> list[Score]:
    return [one for one in scores if one.truth.form == form and one.cadence_seconds == cadence]


def _quick(flags: Iterable[Flagged | None]) -> int:
    return sum(one is not None and one.samples <= TARGET_SAMPLES for one in flags)


def _in_a_week(flags: Iterable[Flagged | None]) -> int:
    return sum(one is not None and one.after <= 7 * DAY for one in flags)


def _share(count: int, of: Sequence[object]) -> str:
    return f"{count} of {len(of)}"


def _lost(part: float | None) -> str:
    return NOTHING if part is None else percent(part)


def _delay(microseconds: float | None) -> str:
    return NOTHING if microseconds is None else duration(microseconds * MICROSECOND)


def _day(at: int) -> str:
    return f"{when(at):%Y-%m-%d}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns whose name begins with ``>`` are figures and stand to the right."""
    rules = tuple("---:" if column.startswith(">") else "---" for column in columns)
    lines = [[column.lstrip(">") for column in columns], rules, *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


if __name__ == "__main__":
    main()
