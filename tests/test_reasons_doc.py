"""docs/reasons.md says what the registry says, and other pages point at it."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

from app.risk.reason_codes import REASON_CODES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8")


def test_the_page_of_reasons_is_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "reasons_doc.py"))["text"]()

    assert made == PAGE, "run `python scripts/reasons_doc.py`"


def test_every_code_has_one_place_to_link_to() -> None:
    assert re.findall(r"^### `(\w+)`$", PAGE, flags=re.MULTILINE) == list(REASON_CODES)


def test_links_to_the_page_of_reasons_arrive() -> None:
    headings = re.findall(r"^##+ (.+)$", PAGE, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
    for page in (ROOT / "docs").glob("*.md"):
        text = page.read_text(encoding="utf-8")
        own = r"\(#([\w-]+)\)" if page.name == "reasons.md" else r"\(reasons\.md#([\w-]+)\)"
        assert set(re.findall(own, text)) <= anchors, page.name


def test_the_page_of_figures_leads_to_the_page_of_reasons() -> None:
    assert "](reasons.md)" in (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
