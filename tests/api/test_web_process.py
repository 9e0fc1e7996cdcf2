"""What the process that faces the browser loads, and what it can do without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.store.database import Database
from app.store.vault import ensure_keys
from tests.support.nouns import NOON

ROOT = Path(__file__).parents[2]
ASK = """
import sys
from app.web.wsgi import create
app = create()
client = app.test_client()
headers = {{"Host": "127.0.0.1:8765"}}
assert client.get("/healthz", headers=headers).status_code == 200
{more}
print(" ".join(sorted(sys.modules)))
"""
SERVING = """
from app import clock
from app.store import tokens, users
own = app.extensions["seawall"]
with own.database.write() as conn:
    user = users.ensure_owner(conn, now=clock.now())
    token = tokens.issue(conn, user_id=user.id, label="x", scopes=["read"], now=clock.now()).token
headers["Authorization"] = "Bearer " + token
page = "/api/v1/overlay?url=https://www.binance.com/en/futures/BTCUSDT"
health = "/api/v1/venues/binance/health"
for path in ("/api/v1/accounts", "/api/v1/positions", "/api/v1/funds", "/api/v1/venues", health, page):
    assert client.get(path, headers=headers).status_code == 200
own.demand.settle()
"""
LINKING = """
from app import clock
from app.store import tokens, users
own = app.extensions["seawall"]
with own.database.write() as conn:
    user = users.ensure_owner(conn, now=clock.now())
    token = tokens.issue(conn, user_id=user.id, label="x", scopes=["admin"], now=clock.now()).token
headers["Authorization"] = "Bearer " + token
new = {"venue": "hyperliquid", "label": "x", "credentials": {"address": "0x" + "ab" * 20}}
assert client.post("/api/v1/accounts", headers=headers, json=new).status_code == 202
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    database = Database(f"sqlite:///{tmp_path / 'seawall.db'}")
    database.migrate()
    database.dispose()
    ensure_keys(tmp_path / "worker", tmp_path / "vault-public.json", NOON)
    return tmp_path


def loaded(folder: Path, more: str = "") -> set[str]:
    """The modules a web process has loaded after answering."""
    environment = {"SEAWALL_DATA_DIR": str(folder), "SEAWALL_PORT": "8765"}
    done = subprocess.run(
        [sys.executable, "-c", ASK.format(more=more)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()} | set(done.stdout.split())


def test_it_starts_without_what_only_some_requests_need(folder: Path) -> None:
    unwanted = {"ccxt", "requests", "alembic", "huey", "cryptography", "numpy", "app.monitor"}
    assert not loaded(folder) & unwanted


def test_serving_readers_needs_no_more(folder: Path) -> None:
    unwanted = {"ccxt", "requests", "alembic", "huey", "cryptography", "numpy", "app.monitor"}
    assert not loaded(folder, SERVING) & unwanted


def test_linking_loads_the_vault_and_the_queue_but_no_exchange(folder: Path) -> None:
    names = loaded(folder, LINKING)
    assert {"cryptography", "huey"} <= names
    assert not names & {"ccxt", "requests", "app.monitor", "app.venues.clients"}


def test_it_does_not_need_the_private_keys(folder: Path) -> None:
    (folder / "worker").rename(folder / "elsewhere")
    loaded(folder, LINKING)
