"""``seawall thresholds``: where the figures of positions begin to count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from app.cli.command import PlainError, json_option

if TYPE_CHECKING:
    from app.cli.place import Place

NEVER = ("none", "never")
STEPS = ("watch", "warning", "critical")


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def thresholds(context: click.Context, as_json: bool) -> None:
    """Where figures begin to count: shown, or changed by `set` and `reset`."""
    from app.cli.place import opened

    if context.invoked_subcommand is None:
        with opened() as place:
            _show(place, as_json=as_json)


@thresholds.command("set")
@click.argument("changes", nargs=-1, required=True, metavar="NAME=VALUE…")
@json_option
def change(changes: tuple[str, ...], as_json: bool) -> None:
    """Change some of them.

    NAME is as `seawall thresholds` shows it, VALUE a fraction, or `none` for a step that is
    never reached: distance.watch=0.15 touch_24h.critical=none
    """
    from app import clock
    from app.cli.place import opened
    from app.store import thresholds as stored

    wanted = _read(changes)
    with opened() as place:
        with place.database.write() as connection:
            before = stored.of_user(connection, user_id=place.user_id)
            stored.save(
                connection,
                user_id=place.user_id,
                thresholds=stored.merged(before, wanted),
                now=clock.now(),
            )
        _show(place, as_json=as_json)


@thresholds.command()
@json_option
def reset(as_json: bool) -> None:
    """Back to the defaults."""
    from app import clock
    from app.cli.place import opened
    from app.store import thresholds as stored

    with opened() as place:
        with place.database.write() as connection:
            stored.reset(connection, user_id=place.user_id, now=clock.now())
        _show(place, as_json=as_json)


def _read(changes: Sequence[str]) -> dict[str, Any]:
    """``name.step=value`` as the API takes it. Raises ``PlainError`` for what cannot be read."""
    from marshmallow import ValidationError

    from app.api.shapes.settings import ThresholdsChangeSchema

    document: dict[str, Any] = {}
    for change in changes:
        name, found, value = change.partition("=")
        figure, dot, step = name.strip().partition(".")
        if not found:
            raise PlainError(f"{change!r} is no change: write NAME=VALUE, as distance.watch=0.15.")
        if dot and isinstance(document.setdefault(figure, {}), dict):
            document[figure][step] = _number(name, value.strip())
        else:
            document[figure] = _number(name, value.strip())
    try:
        read: dict[str, Any] = ThresholdsChangeSchema().load(document)
    except ValidationError as error:
        raise PlainError(" ".join(_sentences(error.messages_dict))) from error
    return read


def _number(name: str, value: str) -> float | None:
    if value.lower() in NEVER:
        return None
    try:
        return float(value)
    except ValueError:
        raise PlainError(f"{name}: {value!r} is neither a number nor `none`.") from None


def _sentences(wrong: Mapping[str, Any]) -> Iterator[str]:
    for figure, said in wrong.items():
        if not isinstance(said, Mapping):
            yield f"{figure}: {' '.join(said)}"
        elif "_schema" in said:
            yield f"{figure}: Name a step of it, as {figure}.watch."
        else:
            yield from (f"{figure}.{step}: {' '.join(why)}" for step, why in said.items())


def _show(place: Place, *, as_json: bool) -> None:
    from app import clock
    from app.api.shapes.settings import MEANINGS, SettingsSchema, settings
    from app.cli.output import print_document, print_table
    from app.store import thresholds as stored

    with place.database.read() as connection:
        shown = settings(stored.get(connection, user_id=place.user_id))
    if as_json:
        print_document(SettingsSchema(), shown, clock.now())
        return
    print_table(
        ("Name", ">Watch", ">Warning", ">Critical", "", "What it is"),
        [
            (
                name,
                *_cells(shown["thresholds"][name]),
                "changed" if name in shown["overridden"] else "",
                meaning,
            )
            for name, meaning in MEANINGS.items()
        ],
    )


def _cells(value: Mapping[str, float | None] | float) -> tuple[str, ...]:
    """A figure's steps; one with a single threshold has it under the first of them."""
    from app.cli.output import NOTHING

    if isinstance(value, Mapping):
        steps = [value[step] for step in STEPS]
        return tuple("never" if step is None else f"{step:g}" for step in steps)
    return f"{value:g}", NOTHING, NOTHING
