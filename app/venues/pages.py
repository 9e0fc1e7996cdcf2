"""From the address of a page to the contract it shows, by the facts' page rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from app.domain.position import ContractKind
from app.venues.facts import PageRule, VenueFacts

STEPS: Final[Mapping[str, Callable[[str], str]]] = {
    "upper": str.upper,
    "lower": str.lower,
    "url_decode": unquote,
    "remove_dash": lambda text: text.replace("-", ""),
    "remove_underscore": lambda text: text.replace("_", ""),
    "dash_to_underscore": lambda text: text.replace("-", "_"),
    "underscore_to_dash": lambda text: text.replace("_", "-"),
    "perpetual_to_perp": lambda text: text.replace("PERPETUAL", "PERP"),
}
"""The named steps a facts file may use in ``transform``, in the order it names them."""

MAX_URL = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMatch:
    """The contract on a trading page; ``native_symbol`` is the venue's own name for it."""

    venue: str
    venue_name: str
    kind: ContractKind
    kind_label: str
    native_symbol: str


def page_host(url: str) -> str | None:
    """The host of a page that could be a venue's, lower-case, or ``None``.

    Only ``https`` on its own port counts, and no address with a user name in it.
    """
    if len(url) > MAX_URL:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or port not in {None, 443} or "@" in parts.netloc:
        return None
    return parts.hostname


def resolve(url: str, venues: Iterable[VenueFacts]) -> PageMatch | None:
    """The contract the page at ``url`` shows, or ``None`` when it is no trading page."""
    host = page_host(url)
    if host is None:
        return None
    path = urlsplit(url).path
    for facts in venues:
        for rule in facts.pages:
            symbol = _symbol(rule, path) if rule.host == host else None
            if symbol is not None:
                return PageMatch(
                    venue=facts.id,
                    venue_name=facts.name,
                    kind=rule.kind,
                    kind_label=rule.label,
                    native_symbol=symbol,
                )
    return None


def _symbol(rule: PageRule, path: str) -> str | None:
    path = path.rstrip("/")
    match = rule.pattern.fullmatch(path)
    if match is None or any(pattern.search(path) for pattern in rule.exclude):
        return None
    symbol = rule.native.format_map(match.groupdict())
    for step in rule.transform:
        symbol = STEPS[step](symbol)
    return symbol
