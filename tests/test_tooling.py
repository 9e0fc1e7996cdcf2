"""What the tests themselves rest on: the fence around this machine, and saying what did not run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
import requests

from tests.support import loopback, services
from tests.support.report import NotRun

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parent.parent
FIND_PYTHON = ROOT / "scripts" / "find_python.sh"


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1/", "http://venue.example/", "http://[2001:db8::1]/"]
)
def test_no_test_reaches_another_machine(url: str) -> None:
    with pytest.raises(loopback.NotLoopback, match="this machine only"):
        requests.get(url, timeout=1)


def test_not_even_a_datagram_leaves() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sender, pytest.raises(loopback.NotLoopback):
        sender.sendto(b"hello", ("192.0.2.1", 9))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "[::1]", "localhost", "0.0.0.0"])
def test_this_machine_is_reached_by_any_of_its_names(host: str) -> None:
    assert loopback.is_loopback(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "localhost.example", "8.8.8.8"])
def test_other_addresses_are_not_this_machine(host: str) -> None:
    assert not loopback.is_loopback(host)


SKIPPING = """
    import pytest

    @pytest.mark.parametrize("n", range(3))
    def test_of_the_database(n):
        pytest.skip("needs PostgreSQL (no server, no initdb)")

    def test_of_the_browser():
        pytest.skip("needs Chromium (not installed)")

    @pytest.mark.skip(reason="flaky on Tuesdays")
    def test_of_something_else():
        pass

    def test_that_runs():
        pass
"""


def test_what_did_not_run_is_named_with_the_number_of_its_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SKIPPING)
    result = pytester.runpytest_inprocess(plugins=[NotRun(in_ci=False)])
    result.stdout.fnmatch_lines(
        [
            "Not run: PostgreSQL (no server, no initdb) — 3 tests",
            "Not run: Chromium (not installed) — 1 test",
        ]
    )
    result.stdout.no_fnmatch_line("*Tuesdays*")
    assert result.ret == pytest.ExitCode.OK


def test_in_ci_what_did_not_run_fails_the_run(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SKIPPING)
    result = pytester.runpytest_inprocess(plugins=[NotRun(in_ci=True)])
    result.stdout.fnmatch_lines(["CI=true: what is missing fails the run."])
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_in_ci_a_whole_run_succeeds(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_that_runs(): pass")
    assert pytester.runpytest_inprocess(plugins=[NotRun(in_ci=True)]).ret == pytest.ExitCode.OK


def test_a_module_that_skips_as_a_whole_is_named_too(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        "import pytest\npytest.skip('needs Redis (no server)', allow_module_level=True)"
    )
    result = pytester.runpytest_inprocess(plugins=[NotRun(in_ci=False)])
    result.stdout.fnmatch_lines(["Not run: Redis (no server) — 1 test"])


def test_the_lines_are_left_for_a_runner_that_prints_more_after_pytest(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pytester.path / "not-run"
    monkeypatch.setenv("SEAWALL_TEST_NOT_RUN", str(path))
    pytester.makepyfile(SKIPPING)
    pytester.runpytest_inprocess(plugins=[NotRun(in_ci=False)])
    assert path.read_text(encoding="utf-8").splitlines()[0].startswith("Not run: PostgreSQL")


def test_without_a_postgresql_server_a_throwaway_one_is_started() -> None:
    programs = services._postgres_programs()
    if programs is None:
        pytest.skip("needs PostgreSQL (no initdb)")
    url = services._throwaway_postgres(*programs)
    assert "@127.0.0.1:" in url
    assert services._postgres_answers(url)


def test_without_a_redis_server_a_throwaway_one_is_started() -> None:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs Redis (no redis-server)")
    assert services._redis_answers(services._throwaway_redis(program))


def test_a_named_server_that_does_not_answer_is_an_error_and_no_skip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEAWALL_TEST_POSTGRES_URL", "postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(RuntimeError, match="SEAWALL_TEST_POSTGRES_URL"):
        services.postgresql.__wrapped__()


def stub_python(folder: Path, *, new_enough: bool, has_venv: bool) -> Path:
    """A program that answers what ``find_python.sh`` asks a Python."""
    path = folder / "python3"
    path.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        "  *'< (3, 11)'*) " + ("exit 0" if new_enough else "exit 1") + ";;\n"
        "  *ensurepip*) " + ("exit 0" if has_venv else "exit 1") + ";;\n"
        "  *version_info*) echo 3.12;;\n"
        "  --version) echo Python 3.9.2;;\n"
        "esac\n"
    )
    path.chmod(0o755)
    return path


def find_python(*arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(FIND_PYTHON), *arguments],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_old_python_is_refused_with_what_to_do(tmp_path: Path) -> None:
    stub_python(tmp_path, new_enough=False, has_venv=True)
    found = find_python(path=str(tmp_path))
    assert found.returncode == 1
    assert "needs Python 3.11 or newer; found only Python 3.9.2" in found.stderr
    assert "make run PYTHON=" in found.stderr


def test_a_python_without_venv_names_the_package_that_brings_it(tmp_path: Path) -> None:
    stub_python(tmp_path, new_enough=True, has_venv=False)
    found = find_python(path=str(tmp_path))
    assert found.returncode == 1
    assert "apt install python3.12-venv" in found.stderr


def test_no_python_at_all_is_said_in_a_sentence(tmp_path: Path) -> None:
    found = find_python(path=str(tmp_path))
    assert found.returncode == 1
    assert "Seawall needs Python 3.11 or newer." in found.stderr


def test_a_named_python_is_taken(tmp_path: Path) -> None:
    named = stub_python(tmp_path, new_enough=True, has_venv=True)
    found = find_python(str(named), path="/usr/bin:/bin")
    assert found.stdout.strip() == str(named)


def test_make_alone_says_what_there_is() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "demo", "test", "lint", "bench", "openapi", "lock", "clean"):
        assert f"make {target} " in shown
