"""What the account as a whole adds to the verdict on one of its positions."""

from __future__ import annotations

from dataclasses import replace

from app.domain.joint import JointLiquidation, MoveKind
from app.domain.position import MarginMode, Position
from app.domain.thresholds import Thresholds
from app.domain.verdict import Assessment
from app.risk.outlook_reasons import account_reasons
from app.risk.severity import verdict_of


def with_account(
    assessment: Assessment, joint: JointLiquidation, thresholds: Thresholds
) -> Assessment:
    """``assessment`` with the reason that its account breaks before it would by itself."""
    move = nearest_move(assessment.position, joint)
    reasons = account_reasons(move, assessment.distance, thresholds)
    if not reasons:
        return assessment
    return replace(assessment, verdict=verdict_of([*assessment.verdict.reasons, *reasons]))


def nearest_move(position: Position, joint: JointLiquidation) -> float | None:
    """The smallest move of all prices by the same percent that liquidates the shared margin.

    ``None`` for a position on margin of its own, and where none is known within the picture.
    """
    if position.margin_mode is not MarginMode.CROSS:
        return None
    breaks = [
        found
        for view in joint.views
        if view.kind is MoveKind.SAME
        for found in view.breaks
        if found.subject == "account" and position.scope in found.scopes
    ]
    return min((found.move for found in breaks), key=abs, default=None)
