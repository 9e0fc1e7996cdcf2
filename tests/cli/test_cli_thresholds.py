"""``seawall thresholds``: shown, changed, and back to the defaults."""

from __future__ import annotations

import pytest

from app import clock
from app.cli.place import Place
from app.domain.thresholds import Steps, Thresholds
from app.store import sources, thresholds
from tests.cli.conftest import told


def stored(place: Place) -> Thresholds:
    with place.database.read() as connection:
        return thresholds.of_user(connection, user_id=place.user_id)


def test_the_defaults_are_shown_with_what_they_are(seawall, place: Place) -> None:
    shown = seawall("thresholds").stdout
    assert "distance" in shown
    assert "The way from the mark price to liquidation" in shown
    assert "0.0005" in shown
    assert "never" in shown
    assert "changed" not in shown


def test_a_step_is_changed_and_the_others_stay(seawall, place: Place) -> None:
    result = seawall("thresholds", "set", "distance.watch=0.15", "touch_24h.critical=none")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("changed") == 2
    assert stored(place).distance == Steps(watch=0.15, warning=0.05, critical=0.02)
    assert stored(place).touch_24h == Steps(watch=0.05, warning=0.2, critical=None)
    with place.database.read() as connection:
        (waiting,) = sources.due(connection, now=clock.now(), limit=9)
    assert waiting.source == f"verdicts:{place.user_id}"


def test_one_that_has_no_steps_is_changed_by_its_name(seawall, place: Place) -> None:
    assert seawall("thresholds", "set", "session_profit_usd=250").exit_code == 0
    assert stored(place).session_profit_usd == 250.0


def test_for_a_machine_it_prints_what_the_api_answers(seawall, place: Place) -> None:
    shown = told(seawall("thresholds", "set", "adl_standing=0.9", "--json"))
    assert shown == told(seawall("thresholds", "--json"))
    assert shown["thresholds"]["adl_standing"] == 0.9
    assert shown["defaults"]["adl_standing"] == 0.8
    assert shown["overridden"] == ["adl_standing"]
    assert shown["changed_at"].endswith("Z")


def test_back_to_the_defaults(seawall, place: Place) -> None:
    seawall("thresholds", "set", "distance.watch=0.15")
    assert told(seawall("thresholds", "reset", "--json"))["overridden"] == []
    assert stored(place) == Thresholds()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["distance.watch=0.01"], "distance: Each step must be below the one before it"),
        (["distance.watch=15"], "distance: Each step must be above 0 and at most 1"),
        (["distance.wach=0.1"], "distance.wach: Unknown field."),
        (["distanc.watch=0.1"], "distanc: Unknown field."),
        (["distance=0.1"], "distance: Name a step of it, as distance.watch."),
        (["distance=0.1", "distance.watch=0.2"], "distance: Name a step of it"),
        (["adl_standing.watch=0.1"], "adl_standing: Must be a number."),
        (["adl_standing=none"], "adl_standing: Field may not be null."),
        (["distance.watch=near"], "distance.watch: 'near' is neither a number nor `none`."),
        (["distance.watch"], "write NAME=VALUE"),
        (["distance.watch=nan"], "distance.watch: "),
    ],
    ids=str,
)
def test_what_is_wrong_is_a_sentence_and_changes_nothing(
    seawall, place: Place, changes: list[str], said: str
) -> None:
    result = seawall("thresholds", "set", "trigger.watch=0.4", *changes)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert stored(place) == Thresholds()
