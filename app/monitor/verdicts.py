"""After a user changed what their positions are judged by: the verdicts follow at once."""

from __future__ import annotations

from app.monitor.context import Context
from app.monitor.coordinator import Outcome
from app.monitor.demand import is_known
from app.monitor.intervals import IDLE
from app.monitor.reassess import judge_venue
from app.store import positions


def refresh_verdicts(context: Context, user_id: str) -> Outcome:
    """Judge every venue where the user holds something by what is stored; no exchange is asked.

    It is done once: what is read later is judged by the new thresholds anyway.
    """
    with context.database.read() as connection:
        venues = positions.venues_of(connection, user_id=user_id)
    for venue in venues:
        if is_known(context.catalogue, venue):
            judge_venue(context, venue)
    return Outcome(interval=IDLE, done=True)
