"""A worker killed while it reads a fund and its past: nothing is lost and nothing doubled.

tests/store/test_backfills.py breaks the storing of a page off at every one of its statements;
here true processes are killed over a whole backfill, at points spread evenly over it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.store.database import Database
from tests.support.databases import empty_database_url

STEPS = {"sqlite": 61, "postgresql": 53}
"""Every so many-th point. Both are prime, so that they fall on ever other places in a page."""


@pytest.mark.parametrize("kind", STEPS)
def test_a_worker_killed_at_any_point_loses_and_doubles_nothing(kind: str, tmp_path: Path) -> None:
    with empty_database_url(kind, tmp_path) as url:
        database = Database(url)
        database.migrate()
        database.dispose()
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.reaped", url, str(tmp_path), str(STEPS[kind])],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])

    assert found["wrong"] == []
    assert found["killed"] == len(range(0, found["points"], STEPS[kind])) > 5
    whole = found["whole"]
    # 100, 2, 1 and 2 balances of the past; the newest of three families are read live too.
    assert whole["backfill"] == [None, True, 105]
    assert len({tuple(row[:4]) for row in whole["samples"]}) == len(whole["samples"])
    assert {row[3] for row in whole["samples"]} == {"0"}, "nothing was taken for a correction"
