"""gunicorn with threads, configured here and by nothing else but its own environment variables."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.glogging import Logger

from app.logs import configure_logging

if TYPE_CHECKING:
    from app.settings import Settings

THREADS = 8
KEEP_ALIVE_SECONDS = 75
"""Longer than the extension waits between two questions, so that it keeps its connection."""
STOP_SECONDS = 5


class WebServer(BaseApplication):  # type: ignore[misc]
    """Serves the web process. ``WEB_CONCURRENCY`` says how many processes there are (1)."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        configured: dict[str, object] = {
            "bind": f"{host}:{self.settings.port}",
            "worker_class": "gthread",
            "threads": THREADS,
            "keepalive": KEEP_ALIVE_SECONDS,
            "graceful_timeout": STOP_SECONDS,
            "logger_class": OurLogger,
            "loglevel": "warning",
            "accesslog": None,
            "control_socket_disable": True,
        }
        for name, value in configured.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        from app.web.wsgi import create

        application: Callable[..., Any] = create()
        return application


class OurLogger(Logger):  # type: ignore[misc]
    """What gunicorn has to say goes where everything else goes."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are answered first."""
    configure_logging(settings)
    WebServer(settings).run()
