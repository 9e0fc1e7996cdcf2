"""Servers the tests need: the one named, else one running here, else a throwaway one.

``SEAWALL_TEST_POSTGRES_URL`` and ``SEAWALL_TEST_REDIS_URL`` name servers to use; one that is
named and does not answer is an error, never a skip. A throwaway server listens on loopback
only, keeps its files in a temporary folder and ends with this process.
"""

from __future__ import annotations

import atexit
import functools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

START_SECONDS = 30.0
"""How long a throwaway server may take until it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A server for tests: its URL, or why there is none."""

    name: str
    url: str | None = None
    missing: str | None = None

    def require(self) -> str:
        """The URL; skips the calling test, saying what it needs, when there is none."""
        if self.url is None:
            pytest.skip(f"needs {self.name} ({self.missing})")
        return self.url


@functools.cache
def postgresql() -> Service:
    """A PostgreSQL server on which databases can be made, as an SQLAlchemy URL (psycopg)."""
    name = "PostgreSQL"
    named = os.environ.get("SEAWALL_TEST_POSTGRES_URL")
    if named:
        url = named.replace("postgres://", "postgresql://", 1)
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        if not _postgres_answers(url):
            raise RuntimeError("the server that SEAWALL_TEST_POSTGRES_URL names does not answer")
        return Service(name=name, url=url)
    local = (
        "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
        "postgresql+psycopg:///postgres",
    )
    for url in local:
        if _postgres_answers(url):
            return Service(name=name, url=url)
    programs = _postgres_programs()
    if programs is None:
        return Service(name=name, missing="no server, no initdb")
    return Service(name=name, url=_throwaway_postgres(*programs))


@functools.cache
def redis() -> Service:
    """A Redis server, as a URL without a database number."""
    name = "Redis"
    named = os.environ.get("SEAWALL_TEST_REDIS_URL")
    if named:
        if not _redis_answers(named):
            raise RuntimeError("the server that SEAWALL_TEST_REDIS_URL names does not answer")
        return Service(name=name, url=named)
    local = "redis://127.0.0.1:6379"
    if _redis_answers(local):
        return Service(name=name, url=local)
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        return Service(name=name, missing="no server, no redis-server")
    return Service(name=name, url=_throwaway_redis(program))


@functools.cache
def chromium() -> Service:
    """A Chromium to drive; ``url`` is the program's path. ``SEAWALL_TEST_CHROMIUM`` names one."""
    named = os.environ.get("SEAWALL_TEST_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if found is None:
        return Service(name="Chromium", missing="not installed")
    return Service(name="Chromium", url=found)


def _postgres_answers(url: str) -> bool:
    """Whether the server answers and lets this role make databases."""
    import psycopg

    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    may_create = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
    try:
        with psycopg.connect(plain, connect_timeout=3) as connection:
            row = connection.execute(may_create).fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


def _redis_answers(url: str) -> bool:
    from redis import Redis
    from redis.exceptions import RedisError

    try:
        with Redis.from_url(url, socket_connect_timeout=3, socket_timeout=3) as client:
            return bool(client.ping())
    except RedisError:
        return False


def _postgres_programs() -> tuple[str, str] | None:
    """``initdb`` and ``postgres`` of one installation, newest first where Debian keeps many."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    found = shutil.which("initdb")
    if found:
        folders.append(Path(found).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return str(folder / "initdb"), str(folder / "postgres")
    return None


def _throwaway_postgres(initdb: str, postgres: str) -> str:
    """PostgreSQL refuses to run as root; root lends it another user and a folder of that user's."""
    folder = _temporary_folder("seawall-postgres-")
    user = _unprivileged_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    data = folder / "data"
    options = ["-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    made = _run_as(user, [initdb, *options], folder)
    if made.wait(timeout=120) != 0:
        raise RuntimeError(f"initdb failed: {(folder / 'log').read_text(errors='replace')}")
    port = _free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "max_connections": "60",
    }
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = _run_as(user, [postgres, "-D", str(data), *flags], folder)
    url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    _await(server, lambda: _postgres_answers(url), log=folder / "log", stop=signal.SIGINT)
    return url


def _throwaway_redis(program: str) -> str:
    folder = _temporary_folder("seawall-redis-")
    port = _free_port()
    flags = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = _run_as(None, [program, *flags, "--dir", str(folder)], folder)
    url = f"redis://127.0.0.1:{port}"
    _await(server, lambda: _redis_answers(url), log=folder / "log", stop=signal.SIGTERM)
    return url


def _run_as(
    user: pwd.struct_passwd | None, command: list[str], folder: Path
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C reaches only the tests."""
    identity = {}
    if user is not None:
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **identity,
        )


def _await(
    server: subprocess.Popen[bytes], answers: Callable[[], bool], *, log: Path, stop: signal.Signals
) -> None:
    atexit.register(_stop, server, stop)
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        if answers():
            return
        time.sleep(0.1)
    raise RuntimeError(f"{server.args} did not start: {log.read_text(errors='replace')}")


def _stop(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if server.poll() is None:
        server.send_signal(how)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _temporary_folder(prefix: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Another user to be, for root; ``None`` when this process is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL does not run as root and there is no user to lend it")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
