"""Run every check and test and say in the last lines what ran and what did not: ``make test``.

Checks of the code run first, Python's beside node's; then pytest in two processes, which drives
the browser too. Nothing is left out silently: what this machine lacks is named at the end, and fails the
run under ``CI=true``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
OLDEST_NODE = (20, 19)
NODE_CHECKS = ("lint", "check", "webext")
NODE_TESTS = ("test",)
FIRST_HALF = tuple(f"tests/{name}" for name in ("venues", "store", "monitor", "integration"))
"""About half of the tests' time; the other half drives browsers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that ran: ``code`` is its exit code."""

    name: str
    code: int
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description="Run every check and test.")
    parser.add_argument("--no-tests", action="store_true", help="only the checks of the code")
    options, pytest_arguments = parser.parse_known_args()
    with_tests: bool = not options.no_tests

    missing = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        chains = [pool.submit(_python_checks)]
        if lacking := _lacking_node():
            missing.append(f"Not run: node's checks and tests ({lacking})")
        else:
            chains.append(pool.submit(_node_checks, with_tests=with_tests))
        steps = [step for chain in chains for step in chain.result()]
    if with_tests:
        if not _has_chromium():
            _install_chromium()
        tests, not_run = _tests(pytest_arguments)
        steps += tests
        missing += not_run
    return _summary(steps, missing)


def _python_checks() -> list[Step]:
    return [
        _run("ruff check", [TOOLS / "ruff", "check", "."]),
        _run("ruff format", [TOOLS / "ruff", "format", "--check", "."]),
        _run("import contracts", [TOOLS / "lint-imports"]),
        _run("mypy", [TOOLS / "mypy"]),
    ]


def _node_checks(*, with_tests: bool) -> list[Step]:
    """Scripts of ``package.json``, after ``npm ci`` where that is due."""
    wanted = [*NODE_CHECKS, *(NODE_TESTS if with_tests else ())]
    steps = []
    if not _is_newer("node_modules/.package-lock.json", than="package-lock.json"):
        steps.append(_run("npm ci", ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]))
    if all(step.code == 0 for step in steps):
        steps += [_run(f"npm run {name}", ["npm", "run", "--silent", name]) for name in wanted]
    return steps


def _tests(arguments: list[str]) -> tuple[list[Step], list[str]]:
    """Everything, in two processes side by side; or what ``arguments`` name, in one."""
    if arguments:
        step, not_run = _pytest("pytest", arguments)
        return [step], not_run
    with ThreadPoolExecutor(max_workers=2) as pool:
        first = pool.submit(_pytest, "pytest, 1st half", [*FIRST_HALF], whole=True)
        rest = pool.submit(_pytest, "pytest, the rest", [f"--ignore={one}" for one in FIRST_HALF])
        found = [rest.result(), first.result()]
    return [step for step, _ in found], [line for _, lines in found for line in lines]


def _pytest(name: str, arguments: list[str], *, whole: bool = False) -> tuple[Step, list[str]]:
    """Run pytest, its output as it comes or (``whole``) when it ends; what it could not run."""
    with tempfile.TemporaryDirectory() as folder:
        not_run = Path(folder, "not-run")
        environment = {**os.environ, "SEAWALL_TEST_NOT_RUN": str(not_run)}
        command: list[str | Path] = [sys.executable, "-m", "pytest", *arguments]
        if whole:
            step = _run(name, command, environment)
        else:
            started = time.monotonic()
            code = subprocess.call(command, cwd=ROOT, env=environment)
            step = Step(name=name, code=code, seconds=time.monotonic() - started)
        lines = not_run.read_text(encoding="utf-8").splitlines() if not_run.exists() else []
    return step, lines


def _run(
    name: str, command: list[str | Path], environment: Mapping[str, str] | None = None
) -> Step:
    """Run one check; its output is shown whole when it ends, so that two do not mingle."""
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(f"--- {name}\n{done.stdout.strip()}", flush=True)
    return Step(name=name, code=done.returncode, seconds=time.monotonic() - started)


def _summary(steps: list[Step], missing: list[str]) -> int:
    """The last lines of the run, and its exit code."""
    print()
    for step in steps:
        print(f"{step.name:18} {'ok' if step.code == 0 else 'FAILED':6} {step.seconds:6.1f} s")
    for line in missing:
        print(line)
    failed = any(step.code for step in steps)
    if missing and os.environ.get("CI") == "true":
        print("CI=true: what did not run fails the run.")
        failed = True
    return int(failed)


def _lacking_node() -> str | None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return "no node or no npm"
    version = subprocess.check_output([node, "--version"], text=True).strip()
    if tuple(map(int, version.removeprefix("v").split(".")[:2])) < OLDEST_NODE:
        return f"node {version} is older than {OLDEST_NODE[0]}.{OLDEST_NODE[1]}"
    return None


def _is_newer(name: str, *, than: str) -> bool:
    made = ROOT / name
    return made.exists() and made.stat().st_mtime >= (ROOT / than).stat().st_mtime


def _has_chromium() -> bool:
    named = os.environ.get("SEAWALL_TEST_CHROMIUM")
    return bool(named or shutil.which("chromium") or shutil.which("chromium-browser"))


def _install_chromium() -> None:
    """Debian's Chromium, where this is Debian and we may; else the tests say they need it."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    get = ["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-liberation"]
    for name, command in (("apt-get update", ["apt-get", "update"]), ("install Chromium", get)):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        print(f"--- {name}: {'ok' if done.returncode == 0 else done.stderr}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
