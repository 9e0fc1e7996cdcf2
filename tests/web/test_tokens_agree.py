"""One look: the page and the extension draw with the same tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "app/web/static/tokens.css"
EXTENSION = ROOT / "extension"


def tokens(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The custom properties a style sheet sets in the light, and in the dark."""
    light, _, dark = text.partition("@media (prefers-color-scheme: dark)")
    return properties(light), properties(dark)


def properties(text: str) -> dict[str, str]:
    found = re.findall(r"(--[a-z-]+)\s*:\s*([^;]+);", text)
    return {name: " ".join(value.split()) for name, value in found}


def in_the_extension() -> Path:
    """The file of the extension that sets the tokens, whichever it is."""
    setting = [
        path
        for path in sorted(EXTENSION.rglob("*"))
        if path.suffix in {".css", ".js"} and "--ground:" in path.read_text(encoding="utf-8")
    ]
    if not setting:
        pytest.skip("the extension sets no tokens here")
    assert len(setting) == 1, f"the tokens stand in {len(setting)} files: {setting}"
    return setting[0]


def test_page_and_extension_agree() -> None:
    page = tokens(PAGE.read_text(encoding="utf-8"))
    extension = tokens(in_the_extension().read_text(encoding="utf-8"))
    assert page[0].keys() > page[1].keys() > {"--ground", "--critical"}
    for ours, theirs in zip(page, extension, strict=True):
        shared = ours.keys() & theirs.keys()
        assert {"--ground", "--text", "--ok", "--watch", "--warning", "--critical"} <= shared
        assert {name: theirs[name] for name in shared} == {name: ours[name] for name in shared}
