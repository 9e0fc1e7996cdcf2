"""The extension knows the hosts of the venues' pages, and no others."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from app.venues.catalogue import catalogue

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "extension_hosts.py"))


def test_the_extension_is_up_to_date_with_the_page_rules() -> None:
    for path, text in SCRIPT["files"]().items():
        assert path.read_text(encoding="utf-8") == text, "run `python scripts/extension_hosts.py`"


def test_every_host_of_a_page_rule_is_in_all_of_its_files_that_name_hosts() -> None:
    manifest, _, hosts = SCRIPT["files"]().values()
    for venue in catalogue().venues():
        for rule in venue.pages:
            assert f'"https://{rule.host}/*"' in manifest
            assert f"'{rule.host}': {{" in hosts


@pytest.mark.parametrize(
    ("pattern", "javascript"),
    [
        ("/trade/(?P<symbol>[A-Z]+)", r"\/trade\/(?:[A-Z]+)"),
        ("(?i:usd[tc]1)", "(?:[uU][sS][dD][tTcC]1)"),
        ("(?i:perp|swap)", "(?:[pP][eE][rR][pP]|[sS][wW][aA][pP])"),
        ("(?:/[a-z]{2})?/x", r"(?:\/[a-z]{2})?\/x"),
    ],
)
def test_a_pattern_is_written_as_every_browser_reads_it(pattern: str, javascript: str) -> None:
    assert SCRIPT["javascript"](pattern) == javascript
