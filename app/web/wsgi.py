"""Where gunicorn finds the application: ``app.web.wsgi:create()``."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings


def create(settings: Settings | None = None) -> Flask:
    """The application as the environment configures it.

    Nothing that is made while starting is garbage: not looking for it saves an eighth of the
    time. ``freeze`` then keeps it out of every later look, which would hold requests up.
    """
    gc.disable()
    try:
        from app.web.start import start  # noqa: PLC0415

        return start(settings)
    finally:
        gc.freeze()
        gc.enable()
