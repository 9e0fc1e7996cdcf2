"""From the address of a page to the contract it shows, by the facts' page rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

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
    parts = urlsplit(url)
    fragment = parse_qs(parts.fragment, keep_blank_values=True)
    for facts in venues:
        for rule in facts.pages:
            symbol = _symbol(rule, parts.path, fragment) if rule.host == host else None
            if symbol is not None:
                return PageMatch(
                    venue=facts.id,
                    venue_name=facts.name,
                    kind=rule.kind,
                    kind_label=rule.label,
                    native_symbol=symbol,
                )
    return None


def _symbol(rule: PageRule, path: str, fragment: Mapping[str, Sequence[str]]) -> str | None:
    path = path.rstrip("/")
    groups = _groups(rule, path, fragment)
    if groups is None or any(pattern.search(path) for pattern in rule.exclude):
        return None
    symbol = rule.native.format_map(groups)
    for step in rule.transform:
        symbol = STEPS[step](symbol)
    return symbol


def _groups(
    rule: PageRule, path: str, fragment: Mapping[str, Sequence[str]]
) -> Mapping[str, str] | None:
    """What the rule's patterns name, if all match; a field that is there twice is no answer."""
    read = [(rule.pattern, [path])]
    read += [(pattern, [*fragment.get(name, [""])]) for name, pattern in rule.fragment.items()]
    groups: dict[str, str] = {}
    for pattern, values in read:
        match = pattern.fullmatch(values[0]) if len(values) == 1 else None
        if match is None:
            return None
        groups |= match.groupdict()
    return groups
