"""``seawall joint``: an account under a move of all prices, as a picture and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from app.cli.command import json_option

if TYPE_CHECKING:
    from app.cli.place import Place

NO_ACCOUNT = "No account is linked yet. `seawall link` links one."
TITLES = {
    "same": "Every price by the same percent",
    "beta": "BTC by that percent, every other price by its beta",
}
WIDTH = 24


@click.command()
@click.argument("account", required=False)
@json_option
def joint(account: str | None, as_json: bool) -> None:
    """What a move of all prices does to an account: which margin breaks first, and where.

    ACCOUNT is its label or id; without it, all accounts.
    """
    from app import clock
    from app.api.shapes.joint import JointSchema
    from app.cli.output import print_items
    from app.cli.place import opened

    with opened() as place:
        shown = _shown(place, account)
    if as_json:
        print_items(JointSchema(), shown, clock.now())
    elif not shown:
        click.echo(NO_ACCOUNT)
    for number, one in enumerate([] if as_json else shown):
        if number:
            click.echo()
        _draw(one)


def _shown(place: Place, name: str | None) -> list[dict[str, Any]]:
    from app.api.shapes.joint import joint_liquidation
    from app.cli.accounts import find
    from app.store import accounts, joints

    asked = [find(place, name)] if name is not None else None
    with place.database.read() as connection:
        chosen = asked or accounts.list_for(connection, user_id=place.user_id)
        return [
            joint_liquidation(one, joints.get(connection, user_id=place.user_id, account_id=one.id))
            for one in chosen
        ]


def _draw(one: Mapping[str, Any]) -> None:
    from app.cli.output import console, plain
    from app.risk.wording import percent

    out = console()
    ratio = "" if one["margin_ratio"] is None else f", margin ratio {percent(one['margin_ratio'])}"
    hedges = f", {one['hedges']} hedged" if one["hedges"] else ""
    out.print(
        plain(f"{one['label']} ({one['venue']}): positions {one['positions']}{hedges}{ratio}"),
        style="bold",
    )
    for view in one["views"]:
        out.print(f"\n  {TITLES[view['kind']]}", markup=False)
        for line in _lines(view):
            out.print(plain(f"  {line}"), soft_wrap=True)
        for line in _breaks(view):
            out.print(plain(f"  {line}"), soft_wrap=True)
    told = [*one["notes"].values(), *one["approximations"]]
    if told:
        out.print()
    for sentence in told:
        out.print(plain(f"  {sentence}"), style="dim")


def _lines(view: Mapping[str, Any]) -> list[str]:
    """A line a move, worst loss to the left of the axis and best profit to the right.

    ``█`` is a profit or a loss, ``░`` one after something was liquidated.
    """
    from app.cli.output import NOTHING
    from app.risk.wording import money, percent

    points: Sequence[Mapping[str, Any]] = view["points"][::2]
    most = max((abs(point["profit_usd"] or 0.0) for point in points), default=0.0) or 1.0
    lines = []
    for point in points:
        profit = point["profit_usd"]
        long = round(abs(profit or 0.0) / most * WIDTH)
        block = ("░" if point["liquidated"] else "█") * long
        left, right = (block, "") if (profit or 0.0) < 0 else ("", block)
        ratio = point["margin_ratio"]
        state = f"ratio {percent(ratio)}" if ratio is not None else NOTHING
        if point["liquidated"]:
            state = f"✗ liquidated: {point['liquidated']}"
        amount = NOTHING if profit is None else money(profit)
        move = _whole(point["move"])
        lines.append(f"{move:>7} {left:>{WIDTH}}│{right:<{WIDTH}} {amount:>12}  {state}")
    return lines


def _whole(move: float) -> str:
    """A move of the curve, which is whole per cents: "−10\u2009%"."""
    return f"{'−' if move < 0 else '+' if move > 0 else ''}{abs(round(move * 100))}\u2009%"


def _breaks(view: Mapping[str, Any]) -> list[str]:
    """What breaks either way, the nearest first."""
    told = []
    for sign, word in ((-1, "Down"), (1, "Up")):
        found = [one for one in view["breaks"] if one["move"] * sign >= 0]
        if not found:
            told.append(f"{word}: nothing breaks until 60\u2009%.")
        told += [
            f"{word if number == 0 else 'Then'}: breaks {_break(one)}."
            for number, one in enumerate(found)
        ]
    return told


def _break(found: Mapping[str, Any]) -> str:
    from app.risk.wording import percent, price

    at = "now" if found["move"] == 0 else f"at {percent(found['move'], signed=True)}"
    if found["subject"] == "account":
        return f"{at}: the cross margin of {', '.join(found['scopes'])}"
    where = "" if found["price"] is None else f", at {price(found['price'])}"
    return f"{at}: {found['symbol']} on isolated margin{where}"
