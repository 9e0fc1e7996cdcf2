"""Records a refresh: every answer of a venue as a bundle, with nobody in it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import requests

from app.domain.account import Credentials
from app.domain.errors import SeawallError
from app.venues import bundle as bundles
from app.venues.bundle import Bundle, Entry
from app.venues.clients import Clients
from app.venues.facts import VenueFacts
from app.venues.redaction import parsed, redact, secrets_left
from app.venues.replay import PRIVATE, PUBLIC, held, made_up, run


class Recording:
    """Witnesses the answers of a venue, in order."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def witness(
        self, request: requests.PreparedRequest, response: requests.Response, body: bytes
    ) -> None:
        self.entries.append(
            Entry(
                method=str(request.method),
                url=str(request.url),
                request_body=parsed(request.body),
                status=response.status_code,
                headers=dict(response.headers),
                body=parsed(body),
            )
        )


def record(
    facts: VenueFacts,
    credentials: Credentials,
    *,
    clock: Callable[[], datetime],
    upstream: str | None = None,
) -> Bundle:
    """Asks a venue everything that a refresh of an account there asks, once, from scratch.

    What fails is in the bundle as it failed, or not at all. Raises ``SeawallError`` should a
    credential be left in what was recorded: then nothing is given out.
    """
    recording = Recording()
    with tempfile.TemporaryDirectory() as folder:
        clients = Clients(
            Path(folder),
            upstream,
            clock=clock,
            witness=recording.witness,
        )
        private = run(clients, facts, credentials, ask=PRIVATE)
        border = len(recording.entries)
        run(clients, facts, None, ask=PUBLIC, wanted=held(private))
        clients.close()
    stand_ins = made_up(facts)
    entries = redact(
        recording.entries[:border],
        recording.entries[border:],
        credentials,
        stand_ins.values if stand_ins else {},
    )
    clean = Bundle(venue=facts.id, entries=entries, recorded_at=clock())
    if secrets_left(bundles.as_text(clean), credentials):
        raise SeawallError(
            "A credential was left in what was recorded, so it was thrown away. Please report "
            f"this, naming {facts.name}."
        )
    return clean
