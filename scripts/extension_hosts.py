"""Writes the venues' hosts into the extension, from the page rules in the facts.

The extension needs no build step, so what it must know of the venues stands in its files: the
hosts it is drawn on (``manifest.json``), which of their pages are trading pages
(``lib/hosts.js``), and which fields of a fragment name a contract (``overlay/place.js``).
Run it after page rules were changed; a test compares.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.venues.catalogue import catalogue  # noqa: E402
from app.venues.facts import PageRule, VenueFacts  # noqa: E402

EXTENSION = ROOT / "extension"
MATCHES = re.compile(r'(?<="matches": \[\n)[^\]]*(?=\n      \])')
FRAGMENTS = re.compile(
    r"(?<=\n  // Written by scripts/extension_hosts\.py\.\n)  const FIELDS = .*;"
)
ANY_CASE = re.compile(r"\(\?i:([^()]*)\)")

HEAD = """\
/**
 * Written by scripts/extension_hosts.py from the page rules of `app/venues/facts`: the venues by
 * the hosts of their pages, in the order of the manifest. `fragment` names the fields of a
 * fragment that say which contract is on screen.
 */

/** @typedef {{ id: string, name: string, trading: RegExp, fragment: readonly string[] }} VenuePages */

/** @type {Readonly<Record<string, VenuePages>>} */
export const VENUES = {
"""


def main() -> None:
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
        print(f"Wrote {path.relative_to(ROOT)}.")


def files() -> Mapping[Path, str]:
    """What each of the three files must hold."""
    hosts = _hosts()
    manifest, place = EXTENSION / "manifest.json", EXTENSION / "overlay" / "place.js"
    matches = ",\n".join(f'        "https://{host}/*"' for host in hosts)
    fields = {host: _fields(rules) for host, (_, rules) in hosts.items() if _fields(rules)}
    return {
        manifest: _replaced(MATCHES, matches, manifest),
        place: _replaced(FRAGMENTS, f"  const FIELDS = {_object(fields)};", place),
        EXTENSION / "lib" / "hosts.js": HEAD
        + "".join(_entry(host, *known) for host, known in hosts.items())
        + "};\n",
    }


def _hosts() -> dict[str, tuple[VenueFacts, list[PageRule]]]:
    """Every host of a page, alphabetical, with its venue and that venue's rules for it."""
    hosts: dict[str, tuple[VenueFacts, list[PageRule]]] = {}
    for venue in catalogue().venues():
        for rule in venue.pages:
            owner, rules = hosts.setdefault(rule.host, (venue, []))
            if owner is not venue:
                raise SystemExit(f"{rule.host} has pages of {owner.id} and of {venue.id}.")
            rules.append(rule)
    return dict(sorted(hosts.items()))


def _entry(host: str, venue: VenueFacts, rules: list[PageRule]) -> str:
    trading = "|".join(dict.fromkeys(javascript(rule.pattern.pattern) for rule in rules))
    return (
        f"  {_literal(host)}: {{\n"
        f"    id: {_literal(venue.id)},\n"
        f"    name: {_literal(venue.name)},\n"
        f"    trading: /^(?:{trading})\\/*$/,\n"
        f"    fragment: {_literal(_fields(rules))},\n"
        "  },\n"
    )


def _fields(rules: list[PageRule]) -> list[str]:
    return list(dict.fromkeys(name for rule in rules for name in rule.fragment))


def javascript(pattern: str) -> str:
    """A facts file's pattern for the inside of a JavaScript literal, with nothing named.

    Browsers that are not new know no ``(?i:…)``, so each of its letters is written twice.
    """
    unnamed = re.sub(r"\(\?P<\w+>", "(?:", pattern)
    return ANY_CASE.sub(lambda found: f"(?:{_any_case(found[1])})", unnamed).replace("/", r"\/")


def _any_case(text: str) -> str:
    """``usd[tc]1`` as ``[uU][sS][dD][tTcC]1``."""
    parts = re.findall(r"\[[^\]]*\]|.", text)
    return "".join(
        re.sub(r"[a-z]", lambda letter: letter[0] + letter[0].upper(), part)
        if part.startswith("[")
        else f"[{part}{part.upper()}]"
        if part.isalpha()
        else part
        for part in parts
    )


def _literal(value: object) -> str:
    """As JavaScript with single quotes; the facts' names hold no quotes of either kind."""
    return json.dumps(value, ensure_ascii=False).replace('"', "'")


def _object(values: Mapping[str, object]) -> str:
    entries = ", ".join(f"{_literal(key)}: {_literal(value)}" for key, value in values.items())
    return f"{{ {entries} }}"


def _replaced(part: re.Pattern[str], text: str, path: Path) -> str:
    found, count = part.subn(lambda _: text, path.read_text(encoding="utf-8"))
    if count != 1:
        raise SystemExit(f"The place to write to is not in {path.relative_to(ROOT)}.")
    return found


if __name__ == "__main__":
    main()
