"""How long the web process takes from its start to its first answer.

As a share of importing the three libraries it cannot do without, in turn within one run. Both
find their bytecode written, as after an installation: a first run of each is not counted.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from _servers import ROOT, free_port

from app.store.database import Database

RUNS = 9
BUDGET = 1.5
YARDSTICK = [sys.executable, "-c", "import flask, flask_smorest, sqlalchemy"]
WEB = [sys.executable, "-m", "app.cli", "web"]
GIVE_UP_SECONDS = 30.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="seawall-bench-") as name:
        folder = Path(name)
        Database(f"sqlite:///{folder / 'seawall.db'}").migrate()
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        pairs = [(imports(environment), first_answer(folder, environment)) for _ in range(RUNS + 1)]
        runs = pairs[1:]
    yardstick = statistics.median(one for one, _ in runs)
    answered = statistics.median(two for _, two in runs)
    share = statistics.median(two / one for one, two in runs)
    line = {
        "figure": "web_start_to_first_healthz",
        "seconds": round(answered, 3),
        "importing_flask_flask_smorest_sqlalchemy_seconds": round(yardstick, 3),
        "share": round(share, 2),
        "budget": BUDGET,
        "met": share <= BUDGET,
        "runs": RUNS,
    }
    print(json.dumps(line), flush=True)


def imports(environment: Mapping[str, str]) -> float:
    """Seconds of the yardstick."""
    began = time.perf_counter()
    subprocess.run(YARDSTICK, check=True, cwd=ROOT, env=environment)
    return time.perf_counter() - began


def first_answer(folder: Path, environment: Mapping[str, str]) -> float:
    """Seconds until ``/healthz`` is answered for the first time."""
    port = free_port()
    own = {"SEAWALL_DATA_DIR": str(folder), "SEAWALL_PORT": str(port)}
    began = time.perf_counter()
    with (folder / "web.log").open("ab") as log:
        web = subprocess.Popen(WEB, cwd=ROOT, env={**environment, **own}, stdout=log, stderr=log)
    try:
        while time.perf_counter() - began < GIVE_UP_SECONDS and web.poll() is None:
            if answers(port):
                return time.perf_counter() - began
            time.sleep(0.002)
    finally:
        web.terminate()
        web.wait(timeout=20)
    raise RuntimeError((folder / "web.log").read_text(errors="replace"))


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main()
