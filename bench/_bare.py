"""The yardstick: a Flask application that does nothing."""

from __future__ import annotations

from flask import Flask

app = Flask(__name__)


@app.get("/ok")
def ok() -> dict[str, bool]:
    return {"ok": True}
