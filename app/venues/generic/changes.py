"""Which GET smells of a change: what the guard refuses of an exchange nobody described.

A venue with a facts file lets named reads pass and nothing else. A generic one lets every GET
to its own hosts pass, which by HTTP's rules reads only; what is named here is refused on top,
for exchanges that break those rules. What remains is honest to say: a path that changes
something by GET and is worded like a question would pass. No exchange in ``exchanges.toml``
is known to have one; classes that trade by GET are left out of it.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl

STEMS: Final = re.compile(
    r"order|withdraw|transfer|deposit|cancel|submit|create|delete|remove|modif|amend|update"
    r"|redeem|redempt|purchas|subscri|convert|borrow|repay|listenkey|apikey|approv|execut"
    r"|claim|adjust|switch|generat|revoke|logout|stak|faucet|password"
)
"""Anywhere in a path, separators left out. Seawall needs none of these, not even to look at."""

WORDS: Final = frozenset(
    [
        "set",
        "add",
        "buy",
        "sell",
        "place",
        "close",
        "edit",
        "move",
        "pay",
        "send",
        "batch",
        "enable",
        "disable",
        "change",
        "reset",
        "key",
        "keys",
        "token",
        "tokens",
        "open",
        "settle",
        "start",
        "stop",
        "confirm",
        "agree",
        "activate",
        "exercise",
        "take",
        "roll",
    ]
)
"""As whole words of a path; inside others (``assets``, ``address``) they mean nothing."""

HELD: Final = frozenset({"position", "positions", "interest"})
"""After ``open`` these say what there is, not that something is opened."""

OVERRIDES: Final = frozenset(
    {"_method", "method", "httpmethod", "action", "cmd", "command", "op", "operation"}
)
"""Query fields by which some servers do another thing than the path and method say."""

WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def smells_of_a_change(path: str, query: str) -> bool:
    """Whether a GET of ``path`` with ``query`` might change something at an exchange."""
    if STEMS.search(re.sub(r"[^a-z/]", "", path.lower())):
        return True
    words = [word.lower() for word in WORD.findall(path)]
    following = zip(words, [*words[1:], ""], strict=True)
    if any(word in WORDS and not (word == "open" and after in HELD) for word, after in following):
        return True
    return any(
        name.lower() in OVERRIDES or name.lower().startswith("x-http")
        for name, _ in parse_qsl(query, keep_blank_values=True)
    )
