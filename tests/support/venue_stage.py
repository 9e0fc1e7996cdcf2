"""``Exchange`` for venues whose reads share a path: answers told apart by query or JSON body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.domain.account import Credentials
from app.venues.base import VenueReader
from tests.support.exchange import Exchange


class Stage(Exchange):
    """What one venue answers; of several answers that fit a request the last given wins."""

    def answers(
        self,
        read_id: str,
        payload: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        """``query`` and ``body`` narrow the requests that are answered so.

        A read's own body rules apply by themselves; a request that names a ``dex`` is
        answered only where ``body`` names it too.
        """
        rules = {name: values[0] for name, values in self.facts.read(read_id).body.items()}
        wanted = {**rules, **(body or {})}

        def fits(request: Any) -> bool:
            asked = parse_qs(urlsplit(request.url).query)
            if any(asked.get(name) != [value] for name, value in (query or {}).items()):
                return False
            if not wanted:
                return True
            given = request.json()
            return given.get("dex") == wanted.get("dex") and wanted.items() <= given.items()

        content = self.payload(payload) if isinstance(payload, str) else payload
        super().answers(
            read_id,
            **(kwargs or {"text": json.dumps(content)}),
            additional_matcher=fits,
            status_code=status,
            headers={"Content-Type": "application/json", **(headers or {})},
        )

    def reader(self, **credentials: str) -> VenueReader:
        """An account with these credentials."""
        return self.clients.account("main", self.facts.id, Credentials(credentials))

    def later(self, **amount: float) -> None:
        """Time goes on."""
        self.now += timedelta(**amount)

    def _id(self, request: Any) -> str:
        """By path, and where one path serves all by the body: ``clearinghouseState xyz``."""
        if request.method == "GET":
            return super()._id(request)
        given = request.json()
        return " ".join(filter(None, (given["type"], given.get("dex"))))
