"""All venues there are facts of: this package's, and those other packages bring.

Files are parsed when they are first asked for. A page is resolved by parsing only the files
that name its host, which a search in their text tells: one page costs one file, not all.
Exchanges without a facts file (``generic``) are found by their id, and listed by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from app.domain.errors import NotFound
from app.venues import facts_toml, pages
from app.venues.facts import FactsError, VenueFacts
from app.venues.generic.exchanges import generic_venues
from app.venues.pages import PageMatch

FACTS = Path(__file__).parent / "facts"
ENTRY_POINTS = "seawall.venues"


class Catalogue:
    """Venues by id. Safe to use from several threads."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._files: dict[str, Path] = {}
        for folder in folders:
            for path in sorted(folder.glob("*.toml")):
                if path.stem in self._files:
                    raise FactsError(f"{path.name}: there are facts of this venue already")
                self._files[path.stem] = path
        self._texts: dict[str, str] = {}
        self._parsed: dict[str, VenueFacts] = {}
        self._lock = Lock()

    def ids(self) -> tuple[str, ...]:
        """Venues with a facts file, alphabetical; reads no file."""
        return tuple(sorted(self._files))

    def generic_ids(self) -> tuple[str, ...]:
        """Exchanges without one, of which only positions are read; alphabetical."""
        described = {client.ccxt for venue in self.venues() for client in venue.clients}
        return tuple(
            venue_id
            for venue_id, generic in sorted(generic_venues().items())
            if not generic.classes & described
        )

    def venue(self, venue_id: str) -> VenueFacts:
        """One with a facts file or without, also when its exchange has got a file by now.

        Raises ``NotFound``, and ``FactsError`` when its file cannot be used.
        """
        if venue_id not in self._files and venue_id in generic_venues():
            return generic_venues()[venue_id].facts
        if venue_id not in self._files:
            raise NotFound(f"Seawall knows no venue called {venue_id!r}.")
        with self._lock:
            if venue_id not in self._parsed:
                self._parsed[venue_id] = facts_toml.load(self._files[venue_id])
            return self._parsed[venue_id]

    def venues(self) -> tuple[VenueFacts, ...]:
        """Every venue with a facts file, alphabetical by id."""
        return tuple(self.venue(venue_id) for venue_id in self.ids())

    def generic_venues(self) -> tuple[VenueFacts, ...]:
        """Every exchange without one, alphabetical by name."""
        found = (self.venue(venue_id) for venue_id in self.generic_ids())
        return tuple(sorted(found, key=lambda facts: facts.name.casefold()))

    def resolve_page(self, url: str) -> PageMatch | None:
        """The contract the page at ``url`` shows, or ``None`` when it is no trading page."""
        host = pages.page_host(url)
        if host is None:
            return None
        return pages.resolve(url, (self.venue(venue_id) for venue_id in self._naming(host)))

    def _naming(self, host: str) -> list[str]:
        with self._lock:
            for venue_id, path in self._files.items():
                if venue_id not in self._texts:
                    self._texts[venue_id] = path.read_text(encoding="utf-8")
        return [name for name in self.ids() if f'"{host}"' in self._texts[name]]


@cache
def catalogue() -> Catalogue:
    """The catalogue of this installation.

    An entry point of the group ``seawall.venues`` names a package that holds more facts
    files; only its place is looked up, it is not imported here.
    """
    return Catalogue([FACTS, *_plugin_folders()])


def _plugin_folders() -> list[Path]:
    folders = []
    for entry_point in entry_points(group=ENTRY_POINTS):
        spec = find_spec(entry_point.module)
        if spec is None or not spec.submodule_search_locations:
            raise FactsError(f"{entry_point.value}: is no package that holds facts files")
        folders += [Path(place) for place in spec.submodule_search_locations]
    return folders
