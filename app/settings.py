"""The one place that reads the environment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from environs import Env
from platformdirs import user_data_path

from app.domain.errors import InvalidInput

DEFAULT_PORT = 8765
HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be configured; defaults serve one person on one machine.

    ``database_url`` and ``queue_url`` are SQLAlchemy and Redis URLs; ``None`` means the
    files ``seawall.db`` and ``queue.db`` in ``data_dir``; they may hold passwords, so neither
    is shown. ``upstream`` sends all exchange traffic to a sandbox on this machine. ``watch``
    are the venues whose funds and markets are read besides those of linked accounts;
    ``None`` means every venue there is, since one venue's fund is judged beside the others'.
    """

    data_dir: Path
    database_url: str = field(repr=False)
    queue_url: str | None = field(repr=False)
    host: str
    port: int
    allowed_hosts: tuple[str, ...]
    upstream: str | None
    log_level: str
    worker_threads: int
    watch: frozenset[str] | None = None

    @property
    def base_url(self) -> str:
        """Where a browser on this machine reaches the web process."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def private_dir(self) -> Path:
        """Holds what only the worker may read (the vault's private keys)."""
        return self.data_dir / "worker"

    @property
    def cache_dir(self) -> Path:
        """Market lists and other things that can be fetched again."""
        return self.data_dir / "cache"


def load_settings() -> Settings:
    """Read ``SEAWALL_*`` from the environment.

    Raises ``InvalidInput`` with what to do about it when a value cannot be used.
    """
    env = Env()
    with env.prefixed("SEAWALL_"):
        data_dir = (
            Path(env.str("DATA_DIR", "") or user_data_path("seawall")).expanduser().absolute()
        )
        port = env.int("PORT", DEFAULT_PORT)
        host = env.str("HOST", "127.0.0.1")
        return Settings(
            data_dir=data_dir,
            database_url=env.str("DATABASE_URL", "") or f"sqlite:///{data_dir / 'seawall.db'}",
            queue_url=env.str("QUEUE_URL", "") or None,
            host=host,
            port=port,
            allowed_hosts=_allowed_hosts(env.list("ALLOWED_HOSTS", []), host=host, port=port),
            upstream=check_upstream(env.str("UPSTREAM", "")),
            log_level=env.str("LOG_LEVEL", "INFO").upper(),
            worker_threads=env.int("WORKER_THREADS", 12),
            watch=_watch(env.list("WATCH", [])),
        )


def _watch(names: list[str]) -> frozenset[str] | None:
    """Nothing or ``all`` is every venue, ``linked`` is none besides those of linked accounts."""
    wanted = {name.strip().lower() for name in names} - {""}
    return None if not wanted or "all" in wanted else frozenset(wanted - {"linked"})


UPSTREAM = re.compile(
    r"http://(?P<host>127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::(?P<port>\d{1,5}))?/?", re.ASCII
)
"""Plain spellings alone: libraries disagree about what the others mean, and one of them connects."""


def check_upstream(url: str) -> str | None:
    """The sandbox's address, or ``None``; anything but a plain loopback address is refused."""
    if not url:
        return None
    match = UPSTREAM.fullmatch(url)
    if match is None or int(match["port"] or 80) > HIGHEST_PORT:
        raise InvalidInput(
            "SEAWALL_UPSTREAM must be a loopback address such as http://127.0.0.1:9000: "
            "exchange credentials are sent there."
        )
    return url.rstrip("/")


def _allowed_hosts(extra: list[str], *, host: str, port: int) -> tuple[str, ...]:
    names = ["127.0.0.1", "localhost", "[::1]"]
    if host not in {"0.0.0.0", "::", "127.0.0.1", "::1"}:  # noqa: S104
        names.append(f"[{host}]" if ":" in host else host)
    return tuple(dict.fromkeys([*(f"{name}:{port}" for name in names), *extra]))
