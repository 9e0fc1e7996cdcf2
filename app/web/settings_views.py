"""The settings page: where the figures of one's positions begin to count, as percentages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from app import clock
from app.api.auth import Scope
from app.api.fields import rfc3339
from app.api.services import services
from app.domain.thresholds import Steps, Thresholds, overridden, problems
from app.store import thresholds
from app.web import content
from app.web.access import signed_in
from app.web.views import unless_unchanged

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from app.store.tokens import Principal

blp = Blueprint("settings_page", __name__, url_prefix="/settings")

NOTICES = {
    "saved": "Saved. Your positions are judged by it within seconds.",
    "reset": "Back to the defaults. Your positions are judged by them within seconds.",
}
REFUSED = "Nothing was changed: what is wrong stands below."
STEPS = ("watch", "warning", "critical")
LONGEST = 400
NUMBER = re.compile(r"-?(?=\.?[0-9])[0-9]{0,300}(\.[0-9]{0,350})?")
"""As long as the smallest fraction there is, which a program may have set."""
TITLES = {
    "distance": "Distance to liquidation",
    "touch_24h": "Touched within 24 hours",
    "margin_ratio": "Margin ratio",
    "coverage": "Coverage by the fund",
    "trigger": "Way to the exchange's trigger",
    "adl_standing": "Auto-deleveraging queue",
    "session_profit_usd": "Session profit",
}
EXPLAINED = {
    "distance": "How far the mark price is from liquidation. Counts at this much or less.",
    "touch_24h": "How likely an ordinary day reaches the liquidation price. Counts at this much or "
    "more.",
    "margin_ratio": "Only where there is no liquidation price; at 100\u00a0% the exchange liquidates. "
    "Counts at this much or more.",
    "coverage": "The fund behind a position beside the open interest it stands behind. Counts "
    "below this.",
    "trigger": "How far the exchange is on the way to where it deleverages or spreads losses. "
    "Counts at this much or more.",
    "adl_standing": "Your place in the queue, 100\u00a0% being its front. Counts above this; "
    "100\u00a0% is never passed.",
    "session_profit_usd": "Profit that the exchange can still take back, while its fund drains. "
    "Counts above this.",
}
"""The figures in the order of the page, with what a person has to know to set them."""


@blp.get("")
@signed_in(Scope.ADMIN)
def shown(*, principal: Principal) -> Response:
    """The form, with what holds now and the defaults."""
    notice = NOTICES.get(request.args.get("done", ""))
    return unless_unchanged(_page(principal, notice=notice))


@blp.post("")
@signed_in(Scope.ADMIN)
def save(*, principal: Principal) -> Response:
    """Let what the form says hold from now on; with anything wrong in it nothing changes."""
    wanted, wrong = _read(request.form)
    wrong |= problems(wanted)
    if wrong:
        page = _page(principal, typed=request.form, wrong=wrong)
        return make_response(page, HTTPStatus.UNPROCESSABLE_ENTITY)
    with services().database.write() as connection:
        thresholds.save(connection, user_id=principal.user_id, thresholds=wanted, now=clock.now())
    return _back("saved")


@blp.post("/reset")
@signed_in(Scope.ADMIN)
def reset(*, principal: Principal) -> Response:
    """Back to the defaults, whatever the form says."""
    with services().database.write() as connection:
        thresholds.reset(connection, user_id=principal.user_id, now=clock.now())
    return _back("reset")


def _read(form: Mapping[str, str]) -> tuple[Thresholds, dict[str, str]]:
    """What a form sets, and what of it cannot be read; an empty step is never reached."""
    document: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    defaults = Thresholds()
    for figure in TITLES:
        unit = 1 if figure == "session_profit_usd" else 100
        try:
            if isinstance(getattr(defaults, figure), Steps):
                steps = {step: _number(form[f"{figure}.{step}"], unit) for step in STEPS}
                document[figure] = steps
            else:
                document[figure] = _needed(_number(form[figure], unit))
        except ValueError as error:
            wrong[figure] = str(error)
    return thresholds.merged(defaults, document), wrong


def _number(text: str, unit: int) -> float | None:
    """``"12,5 %"`` of a hundred as 0.125; ``None`` for nothing. Raises ``ValueError``."""
    plain = text.strip().removesuffix("%").removeprefix("$").strip().replace(",", ".")
    if not plain:
        return None
    if not NUMBER.fullmatch(plain):
        raise ValueError("Write plain numbers, such as 12.5, or leave a step empty for never.")
    # By way of decimals: 0.2 % is then the same number as a default of 0.002.
    return float(Decimal(plain) / unit)


def _needed(number: float | None) -> float:
    if number is None:
        raise ValueError("This cannot be left empty.")
    return number


def _page(
    principal: Principal,
    *,
    notice: str | None = None,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> str:
    """The whole page; ``typed`` is shown in place of what holds, ``wrong`` beside its figure."""
    with services().database.read() as connection:
        stored = thresholds.get(connection, user_id=principal.user_id)
        gone = content.worker_is_gone(connection, now=clock.now())
    changed = overridden(stored.thresholds)
    return render_template(
        "settings.html",
        figures=[
            {
                "name": figure,
                "title": TITLES[figure],
                "explained": EXPLAINED[figure],
                "fields": _fields(figure, stored.thresholds, typed),
                "unit": "USD" if figure == "session_profit_usd" else "%",
                "changed": figure in changed,
                "problem": (wrong or {}).get(figure),
            }
            for figure in TITLES
        ],
        changed_at=stored.changed_at and rfc3339(stored.changed_at),
        worker_is_gone=gone,
        notice=notice,
        problem=REFUSED if wrong else None,
    )


def _fields(
    figure: str, now: Thresholds, typed: Mapping[str, str] | None
) -> list[dict[str, str | None]]:
    """The inputs of a figure: one a step, or one for all."""
    unit = 1 if figure == "session_profit_usd" else 100
    holds, default = getattr(now, figure), getattr(Thresholds(), figure)
    several = isinstance(default, Steps)
    made = []
    for step in STEPS if several else (None,):
        name = f"{figure}.{step}" if step else figure
        value = _written(getattr(holds, step) if step else holds, unit)
        made.append(
            {
                "name": name,
                "severity": step,
                "value": value if typed is None else typed.get(name, "")[:LONGEST],
                "default": _written(getattr(default, step) if step else default, unit),
            }
        )
    return made


def _written(value: float | None, unit: int) -> str:
    """``0.125`` of a hundred as "12.5"; empty for ``None``."""
    if value is None:
        return ""
    written = f"{Decimal(repr(value)) * unit:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _back(done: str) -> Response:
    return redirect(url_for("settings_page.shown", done=done, _anchor="top"), HTTPStatus.SEE_OTHER)
