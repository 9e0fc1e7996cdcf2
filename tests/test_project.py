"""The project as a whole: its rooms, its locks, its texts, and what it promises to start."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from app.cli import main

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements.txt": None,
    "requirements-dev.txt": "dev",
}
LONGEST_FILE = 400
BINARY = {".png", ".ico", ".woff2", ".gz", ".zip", ".jpg", ".db"}

# Put together here so that this file does not name what it forbids.
REGISTRIES = ("pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "npm" + "js.org")
INDEX_OPTIONS = ("index" + "-url", "find" + "-links", "trusted" + "-host")
MACHINE_PATHS = re.compile(r"(?<![\w.:-])/(?:root|home/\w+|Users/\w+|work/\w+|opt/\w+|tmp/w)/")


@cache
def project_files() -> tuple[Path, ...]:
    """What is, or would be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def texts(*suffixes: str) -> Iterator[tuple[Path, str]]:
    for path in project_files():
        if path.suffix not in BINARY and (not suffixes or path.suffix in suffixes):
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")


@cache
def pyproject() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_point_only_downwards() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_web_process_never_loads_ccxt(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from app.cli.place import prepare\n"
        "from app.settings import load_settings\n"
        "prepare(load_settings())\n"
        "from app.web.wsgi import create\n"
        "client = create().test_client()\n"
        "assert client.get('/healthz', headers={'Host': '127.0.0.1:8765'}).status_code == 200\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('ccxt', 'requests')))\n"
    )
    done = python(code, SEAWALL_DATA_DIR=str(tmp_path), SEAWALL_PORT="8765")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_no_file_of_the_program_is_too_long() -> None:
    long = {
        str(path): lines
        for path, text in texts(".py")
        if path.parts[0] == "app" and (lines := text.count("\n")) > LONGEST_FILE
    }
    assert not long


def test_no_lock_and_no_configuration_names_a_registry() -> None:
    configuration = (
        (path, text)
        for path, text in texts()
        if path.suffix in {".txt", ".toml", ".json", ".lock", ".cfg", ".yml", ".yaml", ".sh", ""}
        or path.name.startswith(".")
    )
    named = {
        (str(path), word)
        for path, text in configuration
        for word in REGISTRIES + INDEX_OPTIONS
        if word in text
    }
    assert not named


def test_no_text_names_a_place_on_the_machine_it_was_written_on() -> None:
    named = {
        (str(path), found.group())
        for path, text in texts()
        for found in MACHINE_PATHS.finditer(text)
    }
    assert not named


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_locked_at_a_version_the_project_allows(lock: str) -> None:
    project = pyproject()["project"]
    wanted = [*project["dependencies"]]
    if LOCKS[lock]:
        wanted += project["optional-dependencies"][LOCKS[lock]]
    pinned = pins(lock)
    for requirement in map(Requirement, wanted):
        versions = pinned.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement} is not in {lock}: run `make lock`"
        for version in versions:
            assert requirement.specifier.contains(version), f"{requirement}, {lock}: {version}"


def test_what_builds_the_project_is_locked_too() -> None:
    pinned = pins("requirements-build.txt")
    for name in pyproject()["build-system"]["requires"]:
        assert canonicalize_name(Requirement(name).name) in pinned


def test_the_locks_agree_with_each_other() -> None:
    everything = pins("requirements-dev.txt")
    for lock in ("requirements.txt", "requirements-build.txt"):
        for name, versions in pins(lock).items():
            assert versions == everything.get(name, versions), f"{name} differs in {lock}"


@pytest.mark.parametrize("lock", [*LOCKS, "requirements-build.txt"])
def test_every_locked_release_has_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert entries
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)


def test_the_readme_names_only_commands_that_there_are() -> None:
    readme = readme_text()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", readme, re.DOTALL))
    named = set(re.findall(r"\bmake ([a-z]+)", code))
    assert {"run", "demo", "test"} <= named
    assert named <= targets
    assert set(re.findall(r"\bseawall ([a-z][a-z-]+)", code)) <= set(main.commands)


def test_the_readme_explains_every_variable_that_is_read() -> None:
    settings = (ROOT / "app" / "settings.py").read_text(encoding="utf-8")
    read = re.findall(r"env\.(?!prefixed)\w+\(\s*\"([A-Z_]+)\"", settings)
    assert len(read) >= 8
    unexplained = {f"SEAWALL_{name}" for name in read if f"`SEAWALL_{name}`" not in readme_text()}
    assert not unexplained


def test_only_the_settings_read_the_environment() -> None:
    elsewhere = {
        str(path)
        for path, text in texts(".py")
        if path.parts[0] == "app"
        and path.parts[1] not in {"settings.py", "cli"}
        and re.search(r"os\.environ|os\.getenv|\bgetenv\(", text)
    }
    assert not elsewhere


def test_only_the_clock_reads_the_clock() -> None:
    elsewhere = {
        str(path)
        for path, text in texts(".py")
        if path.parts[0] == "app"
        and path.parts[1] not in {"clock.py", "sandbox"}
        and re.search(r"datetime\.(?:utc)?now\(|\btime\.time\(", text)
    }
    assert not elsewhere


def test_the_procfile_starts_commands_that_there_are() -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    processes = dict(re.fullmatch(r"(\w+): seawall (\w+)", line).groups() for line in lines)
    assert set(processes) == {"web", "worker"}
    assert set(processes.values()) <= set(main.commands)


def test_ci_can_start_its_script_and_the_script_runs_the_tests() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, list[str]]:
    """Package → versions; there may be one for each Python."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(
        r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


def readme_text() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")
