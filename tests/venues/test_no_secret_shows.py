"""Keys, secrets, passphrases and signatures show in no error, no repr and no log."""

from __future__ import annotations

import http.server
import logging
import re
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from app.domain.errors import SeawallError, VenueError
from app.venues.base import VenueReader
from app.venues.catalogue import catalogue
from app.venues.clients import Clients
from app.venues.facts import LinkKind, VenueFacts
from tests.support.exchange import API_KEY, Exchange, credentials

WITH_KEYS = [
    facts.id
    for facts in catalogue().venues()
    if facts.linking is not None and facts.linking.kind is LinkKind.KEY
]


class _Refusing(http.server.BaseHTTPRequestHandler):
    """Answers every request with an error that repeats the request, as some venues do."""

    seen: list[str]

    def do_GET(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        type(self).seen.append(f"{self.path} {dict(self.headers)} {asked}")
        body = f'{{"code": -1, "retCode": 1, "msg": "bad request {self.path} for {API_KEY}"}}'
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    do_POST = do_GET

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[type[_Refusing]]:
    handler = type("Handler", (_Refusing,), {"seen": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    handler.url = f"http://127.0.0.1:{server.server_port}"
    yield handler
    server.shutdown()
    server.server_close()
    thread.join()


def _everything_said(error: BaseException) -> str:
    """The error and whatever stands behind it, as any handler could print it."""
    said = "".join(traceback.format_exception(error))
    link: BaseException | None = error
    while link is not None:
        said += f"{link!r} {link} {link.args}"
        link = link.__cause__ or link.__context__
    return said


def _signatures(seen: list[str]) -> set[str]:
    """What looks like a signature in the requests that arrived."""
    return set(re.findall(r"[0-9a-f]{64}|[A-Za-z0-9+/]{43}=", " ".join(seen)))


def _own(facts: VenueFacts) -> list[str]:
    """What must not show; a short number of an account could stand anywhere."""
    return [value for value in credentials(facts).values.values() if len(value) > 10]


def _ask_privately(reader: VenueReader) -> None:
    """The first signed call there is: what the key may do, else anything of the account's."""
    facts = reader.facts
    if facts.permission_check.verifiable:
        reader.check_permissions()
    else:
        signed = [read for read in facts.reads if read.signed and read.call]
        reader.connection.raw(signed[0].id)


@pytest.mark.parametrize("venue", WITH_KEYS)
def test_a_signed_call_that_fails_gives_nothing_away(
    venue: str,
    tmp_path: Path,
    refusing: type[_Refusing],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    facts: VenueFacts = catalogue().venue(venue)
    clients = Clients(tmp_path, refusing.url)
    # Whatever another test has made of urllib3's level, here it tells all.
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="urllib3"):
        reader = clients.account("a", venue, credentials(facts))
        with pytest.raises(VenueError) as caught:
            _ask_privately(reader)
    signatures = _signatures(refusing.seen)
    own = _own(facts)
    assert signatures or any(one in seen for one in own for seen in refusing.seen), "it was signed"

    output = capsys.readouterr()
    printed = output.out + output.err
    for said in (_everything_said(caught.value), caplog.text, printed, repr(reader)):
        for secret in (*own, *signatures):
            assert secret not in said
    assert any("urllib3" in record.name for record in caplog.records), "logs were on"


@pytest.mark.parametrize("venue", WITH_KEYS)
def test_no_repr_shows_a_credential(venue: str, tmp_path: Path) -> None:
    facts = catalogue().venue(venue)
    clients = Clients(tmp_path)
    reader = clients.account("a", venue, credentials(facts))
    client = reader.connection._client(facts.clients[0].ccxt)

    for thing in (clients, reader, reader.connection, client, credentials(facts), client.exchange):
        for secret in _own(facts):
            assert secret not in f"{thing!r} {thing}"


def test_a_venue_that_repeats_the_key_in_its_error_is_shortened(tmp_path: Path) -> None:
    binance = Exchange("binance", tmp_path, tmp_path)
    message = f"key {API_KEY} from 203.0.113.7 with {'ab' * 32} is wrong {'very ' * 100}"
    binance.answers("permissions", {"code": -2015, "msg": message}, status_code=401)

    with pytest.raises(SeawallError) as caught:
        binance.account().check_permissions()

    said = str(caught.value)
    assert "-2015" in said
    assert "203.0.113.7" in said, "the address to allow is worth showing"
    assert API_KEY not in said
    assert "abab" not in said
    assert len(said) < 300


def test_a_dropped_connection_keeps_no_signed_address_behind_it(tmp_path: Path) -> None:
    binance = Exchange("binance", tmp_path, tmp_path)
    error = requests.exceptions.ConnectionError("Max retries exceeded with url: /x?signature=feed")
    binance.answers("permissions", exc=error)

    with pytest.raises(SeawallError) as caught:
        binance.account().check_permissions()
    assert "feed" not in _everything_said(caught.value)
