"""Write the hashed lock files from pyproject.toml: ``make lock``.

uv resolves once for every Python and platform that pyproject.toml allows. A lock names
neither an index nor a folder of the machine it was made on.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# Written by `make lock` from pyproject.toml; change that and run it again.\n"
FLAGS = (
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--no-header",
    "--quiet",
)


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    oldest = project["project"]["requires-python"].removeprefix(">=")
    # `pip install --editable` asks hatchling for `editables` besides.
    build = [*project["build-system"]["requires"], "editables"]
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []

    def write(lock: str, *sources: str, given: str = "") -> None:
        path = ROOT / lock
        command = ["uv", "pip", "compile", *FLAGS, *upgrade, "--python-version", oldest]
        command += [*sources, "--output-file", lock]
        quiet = subprocess.DEVNULL
        subprocess.run(command, cwd=ROOT, input=given, text=True, check=True, stdout=quiet)
        pins = _pins(path)
        path.write_text(HEADER + "".join(pins), encoding="utf-8")
        print(f"{lock}: {sum(not line.startswith(' ') for line in pins)} packages")

    write("requirements-dev.txt", "pyproject.toml", "--extra", "dev")
    same = ("--constraint", "requirements-dev.txt")
    write("requirements.txt", "pyproject.toml", *same)
    write("requirements-build.txt", "-", *same, given="\n".join(build))


def _pins(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [line for line in lines if not line.startswith(("#", "-"))]


if __name__ == "__main__":
    main()
