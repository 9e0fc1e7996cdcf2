"""What a page says to a person, and what its forms would send."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

SILENT = {"script", "style", "svg", "title", "noscript"}


def words(answer: TestResponse, status: int = 200) -> str:
    """The text of a page that must have this status, every run of blanks as one."""
    html = answer.get_data(as_text=True)
    assert answer.status_code == status, html
    assert answer.content_type.startswith("text/html"), answer.content_type
    reader = _Reader()
    reader.feed(html)
    return re.sub(r"[ \n]+", " ", "".join(reader.text)).strip()


@dataclass
class Form:
    """A form: where it goes, and its fields with what stands in them."""

    action: str
    method: str
    fields: dict[str, str | None] = field(default_factory=dict)


def forms(answer: TestResponse) -> list[Form]:
    """Every form of a page."""
    reader = _Reader()
    reader.feed(answer.get_data(as_text=True))
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.forms: list[Form] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in SILENT:
            self._silent += 1
        if tag == "form":
            self.forms.append(Form(given["action"] or "", given.get("method") or "get"))
        if tag in {"input", "select"} and given.get("name"):
            self.forms[-1].fields[given["name"] or ""] = given.get("value")
        if tag in {
            "p",
            "div",
            "li",
            "h1",
            "h2",
            "h3",
            "h4",
            "dt",
            "dd",
            "td",
            "th",
            "summary",
            "br",
        }:
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in SILENT:
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text.append(data)
