"""The HTTP API under ``/api/v1``: one module a resource, one shape a noun.

``init_api`` adds it to a Flask application; ``Services`` is all it needs. Handlers answer from
what is stored: they never wait for an exchange, and cannot open a credential.
"""

from app.api.application import OVERLAY_PATH, init_api

__all__ = ["OVERLAY_PATH", "init_api"]
