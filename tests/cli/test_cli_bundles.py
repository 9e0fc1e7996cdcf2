"""A refresh written down without the person in it, and run again from the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.place import Place
from app.domain.account import Credentials
from app.sandbox import ACCOUNTS, Sandbox
from app.store import accounts
from app.store.identifiers import new_id
from tests.support.installation import READ_ONLY
from tests.support.nouns import NOON


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(autouse=True)
def upstream(sandbox: Sandbox, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAWALL_UPSTREAM", sandbox.url)


def link(place: Place, venue: str) -> dict[str, str]:
    """Store an account of the sandbox as the web process does; its credentials."""
    fields = dict(ACCOUNTS[venue][READ_ONLY[venue]].fields)
    account_id = new_id()
    key_id, sealed = place.sealer().seal(
        account_id=account_id,
        user_id=place.user_id,
        venue=venue,
        credentials=Credentials(fields),
    )
    with place.database.write() as connection:
        accounts.create(
            connection,
            account_id=account_id,
            user_id=place.user_id,
            venue=venue,
            label=f"my {venue}",
            kind="key",
            public_part="part",
            key_id=key_id,
            sealed=sealed,
            now=NOON,
        )
    return fields


@pytest.mark.parametrize("venue", sorted(ACCOUNTS))
def test_a_recorded_refresh_says_the_same_when_it_is_replayed(
    seawall: Any, place: Place, tmp_path: Path, venue: str
) -> None:
    fields = link(place, venue)
    file = tmp_path / "bundle.json"
    recorded = seawall("record", f"my {venue}", "--to", str(file))
    assert recorded.exit_code == 0, recorded.output
    text = file.read_text()

    for value in fields.values():
        assert value.lower() not in text.lower()

    replayed = seawall("replay", str(file))
    assert replayed.exit_code == 0, replayed.output
    result = json.loads(replayed.stdout)

    assert result["unanswered"] == []
    assert result["permissions"]["verdict"] in {"read_only", "unverifiable"}
    positions = [one for scope in result["scopes"] for one in scope["positions"]]
    assert len(positions) >= 2
    assert all(scope["error"] is None for scope in result["scopes"])
    for part in ("funds", "markets"):
        assert isinstance(result[part], list), result[part]


def test_a_file_that_is_there_is_not_replaced_without_being_told(
    seawall: Any, place: Place, tmp_path: Path
) -> None:
    link(place, "okx")
    file = tmp_path / "bundle.json"
    file.write_text("mine")

    refused = seawall("record", "my okx", "--to", str(file))
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert file.read_text() == "mine"

    assert seawall("record", "my okx", "--to", str(file), "--force").exit_code == 0
    assert json.loads(file.read_text())["venue"] == "okx"


def test_an_endpoint_the_bundle_lacks_is_out_of_reach_and_the_rest_is_read(
    seawall: Any, place: Place, tmp_path: Path
) -> None:
    link(place, "okx")
    file = tmp_path / "bundle.json"
    seawall("record", "my okx", "--to", str(file))
    bundle = json.loads(file.read_text())
    bundle["entries"] = [
        entry for entry in bundle["entries"] if "/account/config" not in entry["request"]["url"]
    ]
    file.write_text(json.dumps(bundle))

    result = json.loads(seawall("replay", str(file)).stdout)
    assert result["permissions"]["error"]["code"] == "venue_unreachable"
    assert result["unanswered"] == ["GET https://www.okx.com/api/v5/account/config"]
    assert any(scope["positions"] for scope in result["scopes"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("no json", "no JSON"),
        ("[]", "not an object"),
        ("{}", '"venue"'),
        ('{"venue": "okx"}', '"entries"'),
        ('{"venue": "okx", "entries": [{}]}', "request of entry 1"),
        ('{"venue": "nowhere", "entries": []}', "nowhere"),
    ],
)
def test_a_file_that_is_no_bundle_is_told_where(
    seawall: Any, tmp_path: Path, text: str, why: str
) -> None:
    file = tmp_path / "bundle.json"
    file.write_text(text)
    result = seawall("replay", str(file))
    assert result.exit_code == 1
    assert why in result.stderr
    assert "Traceback" not in result.output


def test_an_account_that_is_not_there_is_a_sentence(seawall: Any) -> None:
    result = seawall("record", "nobody")
    assert result.exit_code == 1
    assert "nobody" in result.stderr
