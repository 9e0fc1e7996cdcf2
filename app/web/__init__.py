"""The process that faces the browser: the API, the status page, and what guards both.

``create_app`` builds it. It cannot open a credential, never waits for an exchange, and never
loads ccxt.
"""

from app.web.factory import create_app

__all__ = ["create_app"]
