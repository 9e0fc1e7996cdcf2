"""Distinctive secrets are planted at every venue, everything is done that can be done with them,
and then all that came of it is searched: logs, files, pages, answers and errors.

Two logs are kept: the one Seawall writes, and what any library said at all, unsifted, as if
somebody had turned every logger to DEBUG.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import re
import sys
import threading
import urllib.parse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner

from app.cli import main
from app.logs import configure_logging
from app.sandbox import ACCOUNTS, Sandbox
from app.sandbox.accounts import DemoAccount
from app.sandbox.faults import SHAPES, FaultKind
from app.store import codes
from app.store.queue import JobQueue
from tests.support.api import Caller, body
from tests.support.databases import open_database
from tests.support.installation import Installation, travelling
from tests.support.nouns import NOON

KEY_VENUES = ("binance", "bybit", "okx")
WALLET_KEY = "0x" + "c0ffee" * 10 + "beef"
SEED = "zebra abandon ability able about above absent absorb abstract absurd abuse access"
ADDRESS = "0x" + "5a" * 4 + "0badcafe" * 4
SLOW = {FaultKind.LATENCY}
PAGES = (
    "/", "/accounts", "/accounts?venue=okx", "/accounts?venue=hyperliquid", "/venues", "/sign-in",
    "/venues/okx", "/venues/hyperliquid", "/nowhere",
)  # fmt: skip
ANSWERS = (
    "accounts", "positions?limit=200", "funds?limit=200", "venues?limit=200", "tokens",
    "openapi.json", "overlay?url=https://www.okx.com/trade-swap/btc-usdt-swap",
    "overlay?url=https://www.binance.com/en/futures/BTCUSDT",
)  # fmt: skip


def planted(venue: str, name: str, **how: Any) -> DemoAccount:
    """An account of a sandbox venue with secrets that occur nowhere else, in all kinds of text."""
    stem = f"{venue}{name}".replace("_", "")
    fields = {"api_key": f"PLANTEDkey{stem}7Qx", "secret": f"PLANTED/secret+{stem}=="}
    if venue == "okx":
        fields["passphrase"] = f"PLANTED pass&{stem}'\"<b>\\é"[:24].replace("é", "e")
    return DemoAccount(venue=venue, name=name, fields=fields, **how)


PLANTED = [
    account
    for venue in KEY_VENUES
    for account in (
        planted(venue, "good"),
        planted(venue, "powerful", powers=frozenset({"trade", "withdraw"})),
        planted(venue, "elsewhere", ip="203.0.113.7"),
        planted(venue, "expired", expired=True),
    )
]
UNKNOWN = [planted(venue, "unknown") for venue in KEY_VENUES]


@dataclass
class Trace:
    """Everything that came out, by where; and what must not be in it."""

    found: dict[str, bytes] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def add(self, where: str, said: str | bytes) -> None:
        said = said.encode() if isinstance(said, str) else said
        self.found[where] = self.found.get(where, b"") + said

    def leaks(self) -> list[tuple[str, str]]:
        return [
            (where, name)
            for where, said in self.found.items()
            for name, secret in self.secrets.items()
            for form in forms(secret)
            if form in said
        ]


def forms(secret: str) -> set[bytes]:
    """How the same secret may look: as it is, and as JSON, an address, HTML or base64 write it."""
    raw = secret.encode()
    html = secret.replace("&", "&amp;").replace("<", "&lt;").replace("'", "&#39;")
    return {
        raw,
        repr(secret)[1:-1].encode(),
        json.dumps(secret)[1:-1].encode(),
        json.dumps(json.dumps(secret))[3:-3].encode(),
        urllib.parse.quote(secret, safe="").encode(),
        urllib.parse.quote_plus(secret).encode(),
        html.replace(">", "&gt;").replace('"', "&#34;").encode(),
        base64.b64encode(raw),
        raw.hex().encode(),
    }


class Unsifted(logging.Handler):
    """Keeps every record of every logger as it came, with its traceback."""

    def __init__(self) -> None:
        super().__init__(0)
        self.said = io.StringIO()
        self._plain = logging.Formatter("%(name)s %(levelname)s %(message)s %(args)s")

    def emit(self, record: logging.LogRecord) -> None:
        self.said.write(self._plain.format(record) + "\n")


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trace]:
    """What came of it all; done once."""
    folder: Path = tmp_path_factory.mktemp("planted")
    patch = pytest.MonkeyPatch()
    for account in PLANTED:
        patch.setitem(ACCOUNTS[account.venue], f"planted-{account.name}", account)
    patch.setitem(
        ACCOUNTS["hyperliquid"],
        "planted",
        DemoAccount(venue="hyperliquid", name="planted", fields={"address": ADDRESS}, book="main"),
    )
    made = Trace()
    for account in (*PLANTED, *UNKNOWN):
        for name, value in account.fields.items():
            made.secrets[f"{account.venue} {account.name} {name}"] = value
    made.secrets |= {"wallet key": WALLET_KEY, "wallet key, bare": WALLET_KEY[2:], "seed": SEED}
    made.secrets |= {"address": ADDRESS}

    root, unsifted, ours = logging.getLogger(), Unsifted(), io.StringIO()
    handlers, level = root.handlers, root.level
    printed = io.StringIO()
    patch.setattr(sys, "stdout", printed)
    patch.setattr(sys, "stderr", printed)
    patch.setattr(threading, "excepthook", lambda args: printed.write(repr(args)))
    try:
        with (
            travelling(NOON) as time,
            Sandbox(still=True) as sandbox,
            open_database("sqlite", folder) as database,
        ):
            queue = JobQueue(folder / "queue.db")
            seawall = Installation(folder, database, queue, sandbox, time)
            configure_logging(replace(seawall.settings, log_level="DEBUG"), stream=ours)
            root.addHandler(unsifted)
            root.setLevel(1)
            for name in list(logging.root.manager.loggerDict):
                logging.getLogger(name).setLevel(logging.INFO if "sqlalchemy" in name else 1)
            live(seawall, made, patch)
            seawall.close()
            queue.close()
            assert sandbox.writes == ()
            made.add("files", whole(folder))
        made.add("our log", ours.getvalue())
        made.add("every log", unsifted.said.getvalue())
        made.add("printed", printed.getvalue())
        yield made
    finally:
        patch.undo()
        root.handlers = handlers
        root.setLevel(level)
        structlog.reset_defaults()
        for name in list(logging.root.manager.loggerDict):
            logging.getLogger(name).setLevel(logging.NOTSET)


def whole(folder: Path) -> bytes:
    """Every file there is, but for the private half of the vault."""
    return b"\n".join(
        str(path.relative_to(folder)).encode() + path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent.name != "worker"
    )


def live(seawall: Installation, trace: Trace, patch: pytest.MonkeyPatch) -> None:
    """A life in short: linking of every kind, faults of every kind, looking, leaving."""
    browser, token = signed_in(seawall, trace)
    ids = link_everything(seawall, trace, browser)
    seawall.settle()
    look(seawall, trace, browser, ids)
    trace.add("files", whole(seawall.folder))
    for kind in FaultKind:
        shapes = SHAPES if kind is FaultKind.WRONG_TYPES else ("",)
        for shape in shapes if kind not in SLOW else ():
            details = {"shape": shape} if shape else {"seconds": 120.0}
            seawall.sandbox.faults.add(kind, **details)
            for name in ids:
                asked = seawall.api.post(f"/api/v1/accounts/{name}/check")
                assert asked.status_code in {202, 409}, "only a refused key is not asked about"
            seawall.wait(minutes=20)
            look(seawall, trace, browser, ids, pages=("/", "/accounts"))
            seawall.sandbox.faults.clear()
    seawall.wait(hours=2)
    trace.add("files", whole(seawall.folder))
    command_line(seawall, trace, patch)
    for name in ids[:2]:
        assert seawall.api.delete(f"/api/v1/accounts/{name}").status_code == 204
    seawall.settle()
    trace.secrets["api token"] = seawall.api.headers["Authorization"].removeprefix("Bearer ")
    trace.secrets["session"] = token


def signed_in(seawall: Installation, trace: Trace) -> tuple[Caller, str]:
    """A browser, signed in by a code; a paired extension; and the codes and tokens of both."""
    with seawall.database.write() as conn:
        code = codes.issue(
            conn, user_id=seawall.user_id, purpose="sign_in", ttl_seconds=60, now=NOON
        )
    stranger = Caller(seawall.app, headers={"Sec-Fetch-Site": "same-origin"})
    trace.add("wrong code", stranger.post("/sign-in", data={"code": "x" + code}).get_data())
    answer = stranger.post("/sign-in", data={"code": code})
    assert answer.status_code == 303
    found = re.search("seawall_session=([^;]+)", answer.headers["Set-Cookie"])
    assert found is not None
    trace.add("signing in", f"{answer.headers['Location']}{answer.get_data(as_text=True)}")
    pairing = body(seawall.api.post("/api/v1/pairing-codes"), 201)["code"]
    paired = body(
        stranger.post("/api/v1/pairing", json={"code": pairing, "label": "extension"}), 201
    )
    trace.secrets |= {"sign-in code": code, "pairing code": pairing, "paired": paired["token"]}
    browser = Caller(seawall.app, cookie=found[1], headers={"Sec-Fetch-Site": "same-origin"})
    return browser, found[1]


def link_everything(seawall: Installation, trace: Trace, browser: Caller) -> list[str]:
    """Every planted account, half by the API and half by the page; and what is to be refused."""
    ids = []
    for number, account in enumerate((*PLANTED, *UNKNOWN)):
        given = dict(account.fields)
        label = f"{account.venue} {account.name}"
        if number % 2:
            answer = browser.post(
                "/accounts", data={"venue": account.venue, "label": label, **given}
            )
            assert answer.status_code == 303, answer.get_data(as_text=True)
        else:
            linked = {"venue": account.venue, "label": label, "credentials": given}
            answer = seawall.api.post("/api/v1/accounts", json=linked)
            ids.append(body(answer, 202)["id"])
        trace.add("linking", f"{answer.headers}{answer.get_data(as_text=True)}")
        # Again: a conflict. And turned around, misspelt, misplaced and broken.
        bad: list[dict[str, Any]] = [
            {"json": {"venue": account.venue, "label": "x", "credentials": given}},
            {"json": {"venue": account.venue, "label": "x", **given}},
            {"json": {"venue": given["secret"], "label": "x", "credentials": given}},
            {"json": {"venue": account.venue, "label": "x", "credentials": {given["secret"]: "x"}}},
            {"json": {"venue": account.venue, "label": "x", "credentials": [given]}},
            {"json": {given["secret"]: given["secret"]}},
            {"json": [given]},
            {"data": json.dumps(given)[:-4], "content_type": "application/json"},
            {"data": given["secret"], "content_type": "application/json"},
            {"data": given["secret"], "content_type": "text/plain"},
        ]
        for how in bad:
            refused = seawall.api.post("/api/v1/accounts", **how)
            assert 400 <= refused.status_code < 500
            trace.add("refused links", f"{refused.headers}{refused.get_data(as_text=True)}")
        for data in (
            {"venue": account.venue, "label": "", **given},
            {"venue": "nowhere", "label": "x", **given},
            {"venue": account.venue, "label": "x", **given, given["secret"]: "x"},
        ):
            refused = browser.post("/accounts", data=data)
            assert refused.status_code == 422
            trace.add("refused forms", refused.get_data())
    for address in (ADDRESS, WALLET_KEY, WALLET_KEY[2:], SEED, f"{ADDRESS}0"):
        linked = {"venue": "hyperliquid", "label": "w", "credentials": {"address": address}}
        answer = seawall.api.post("/api/v1/accounts", json=linked)
        trace.add("wallets", answer.get_data())
        if address == ADDRESS:
            ids.append(body(answer, 202)["id"])
        else:
            assert answer.status_code == 422
        trace.add("wallets", browser.post("/accounts", data={**linked, "address": address}).data)
    return ids


def look(
    seawall: Installation,
    trace: Trace,
    browser: Caller,
    ids: list[str],
    pages: Sequence[str] = PAGES,
) -> None:
    for page in pages:
        trace.add(f"page {page}", browser.get(page).get_data())
    for path in (*ANSWERS, *(f"accounts/{name}" for name in ids)):
        answer = seawall.api.get(f"/api/v1/{path}")
        assert answer.status_code == 200, path
        trace.add("answers", f"{answer.headers}{answer.get_data(as_text=True)}")
    for shown in seawall.get("positions?limit=5")["items"]:
        trace.add("answers", json.dumps(seawall.get(f"positions/{shown['id']}")))


def command_line(seawall: Installation, trace: Trace, patch: pytest.MonkeyPatch) -> None:
    """``verify-key``, which asks the venue in its own process; it stores nothing."""
    patch.setenv("SEAWALL_DATA_DIR", str(seawall.folder / "another"))
    patch.setenv("SEAWALL_UPSTREAM", seawall.sandbox.url)
    for account in (*PLANTED, *UNKNOWN):
        for broken in (False, True):
            if broken:
                seawall.sandbox.faults.add(FaultKind.WRONG_TYPES, shape="lists_for_objects")
            given = json.dumps({"venue": account.venue, "credentials": dict(account.fields)})
            for arguments in (["--stdin-json"], ["--stdin-json", "--json"]):
                done = CliRunner().invoke(main, ["verify-key", *arguments], input=given)
                trace.add("command line", done.output + repr(done.exception))
            seawall.sandbox.faults.clear()
    given = json.dumps({"credentials": {"api_key": PLANTED[0].fields["secret"]}})
    for text in (given, given[:-3], given.replace("{", "[")):
        done = CliRunner().invoke(main, ["link", "binance", "--stdin-json"], input=text)
        trace.add("command line", done.output + repr(done.exception))


def test_no_secret_is_anywhere_in_what_came_out(trace: Trace) -> None:
    assert len(trace.secrets) > 40
    assert trace.leaks() == []


def test_the_search_would_have_found_one(trace: Trace) -> None:
    """Every place was really written to, and a secret put there would be seen."""
    places = {
        "our log": b"source failing",
        "every log": b"urllib3.connectionpool",
        "files": b"SQLite format 3",
        "answers": b'"status":"active"',
        "command line": b"can trade",
        "refused links": b"is not valid JSON",
        "refused forms": b"1 to 80 characters",
    }
    for where, said in places.items():
        assert said in trace.found[where], where
    seen = Trace(found=dict(trace.found), secrets=dict(trace.secrets))
    for where in trace.found:
        seen.add(where, f"…{PLANTED[0].fields['secret']}…")
    assert {where for where, _ in seen.leaks()} == set(trace.found)


def test_no_signature_of_a_request_is_in_any_log(trace: Trace) -> None:
    for where in ("our log", "every log", "printed", "command line"):
        assert not re.findall(rb"signature=[0-9a-f]{8}", trace.found[where])
        assert not re.findall(rb"SIGN\W+[0-9a-zA-Z+/]{20}", trace.found[where])
