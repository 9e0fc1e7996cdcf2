"""One case of a venue: recorded answers, what is asked, and what must come out.

A case is a bundle (docs/bundles.md) with ``about``, ``source``, ``at``, ``ask``, ``wanted``,
``with`` (files whose entries are added) and ``expect``, any part of what a replay prints. Run
``python -m tests.support.case <file>`` to see all of what it prints.
"""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from app.venues import bundle
from app.venues.bundle import Bundle
from app.venues.replay import Ask, replay

VENUES = Path(__file__).parents[1] / "venues"
CLOSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case as it stands in its file, its payload files read in."""

    venue: str
    name: str
    about: str
    source: str
    at: datetime
    ask: tuple[Ask, ...]
    wanted: tuple[str, ...] | None
    bundle: Bundle
    expect: dict[str, Any]

    def run(self) -> dict[str, Any]:
        """What a replay of it gives. The same for everybody who asks: do not alter it."""
        return _run(self)

    def __hash__(self) -> int:
        return hash((self.venue, self.name))


@cache
def _run(case: Case) -> dict[str, Any]:
    return replay(case.bundle, at=case.at, ask=case.ask, wanted=case.wanted)


def names(venue: str) -> tuple[str, ...]:
    """The cases of a venue, without the files that only hold shared entries."""
    folder = VENUES / venue / "cases"
    return tuple(path.stem for path in sorted(folder.glob("*.json")) if _is_case(path))


def _is_case(path: Path) -> bool:
    return not path.stem.startswith("_") and "entries" in json.loads(path.read_text("utf-8"))


def load(path: Path) -> Case:
    data = json.loads(path.read_text("utf-8"))
    entries = list(data["entries"])
    for other in data.get("with", ()):
        entries += json.loads((path.parent / f"{other}.json").read_text("utf-8"))["entries"]
    for entry in entries:
        _read_in(entry["response"], path.parent)
    return Case(
        venue=data["venue"],
        name=path.stem,
        about=data["about"],
        source=data["source"],
        at=datetime.fromisoformat(data["at"]),
        ask=tuple(Ask(word) for word in data["ask"]),
        wanted=tuple(data["wanted"]) if "wanted" in data else None,
        bundle=bundle.from_data({"venue": data["venue"], "entries": entries}),
        expect=data["expect"],
    )


@cache
def case(venue: str, name: str) -> Case:
    return load(VENUES / venue / "cases" / f"{name}.json")


def differences(expected: Any, given: Any, where: str = "") -> list[str]:
    """Where ``given`` is not what is expected; objects may hold more than is expected."""
    if isinstance(expected, dict):
        if not isinstance(given, dict):
            return [f"{where}: {given!r} is no object"]
        missing = [f"{where}.{key}: is not there" for key in expected if key not in given]
        return missing + [
            found
            for key in expected
            if key in given
            for found in differences(expected[key], given[key], f"{where}.{key}")
        ]
    if isinstance(expected, list):
        if not isinstance(given, list) or len(given) != len(expected):
            return [f"{where}: {given!r} is not a list of {len(expected)}"]
        return [
            found
            for number, (one, other) in enumerate(zip(expected, given, strict=True))
            for found in differences(one, other, f"{where}[{number}]")
        ]
    if _equal(expected, given):
        return []
    return [f"{where}: {given!r} instead of {expected!r}"]


def _equal(expected: Any, given: Any) -> bool:
    numbers = (int, float)
    if isinstance(expected, bool) or isinstance(given, bool):
        return expected is given
    if isinstance(expected, numbers) and isinstance(given, numbers):
        return math.isclose(expected, given, rel_tol=CLOSE, abs_tol=1e-12)
    return bool(expected == given)


def _read_in(response: dict[str, Any], folder: Path) -> None:
    if "file" in response:
        response["body"] = json.loads((folder / response.pop("file")).read_text("utf-8"))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        shown = load(Path(argument))
        print(json.dumps(shown.run(), indent=1, ensure_ascii=False))
        for difference in differences(shown.expect, shown.run()):
            print(f"DIFFERENT {difference}", file=sys.stderr)
