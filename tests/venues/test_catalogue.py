"""Finding venues: this package's, and those of others; and what a wrong file says."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app.venues import catalogue as catalogue_module
from app.venues import facts_toml
from app.venues.catalogue import FACTS, Catalogue
from app.venues.facts import FactsError, VenueFacts
from app.venues.facts_toml import parse

BINANCE = (FACTS / "binance.toml").read_text(encoding="utf-8")


CLOSED = '[closed]\non = 2026-01-31\ntext = "It ended."\nsource = "https://venue.example"\n'


def session(taken_from: str = "session_profit") -> str:
    return f'[session]\ntaken_from = "{taken_from}"\ninstruction = "Wait."\nsource = "https://v.example"\n'


def parsed(text: str) -> VenueFacts:
    return parse(tomllib.loads(text), "binance.toml")


def changed(old: str, new: str) -> str:
    assert old in BINANCE, old
    return BINANCE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "Binance"', 'name = ""', "name: is empty"),
        ('name = "Binance"', "name = 5", "name: cannot be 5"),
        ('name = "Binance"', 'nane = "Binance"', "name: is missing"),
        ('kind = "cex"', 'kind = "bank"', "kind: must be one of cex, dex"),
        ('website = "https://www.binance.com"', 'website = "binance"', "website: "),
        ('website = "https', 'colour = "yellow"\nwebsite = "https', "colour: is not a key"),
        ('id = "binance"', 'id = "other"', "id: is 'other', which belongs in other.toml"),
        ('ccxt = "secret"', 'ccxt = "privateKey"', "linking.fields[1].ccxt: … private key"),
        ('name = "secret"', 'name = "seed"', "linking.fields[1].name: must be one of"),
        ('read = "permissions"', 'read = "nothing"', "permission_check.read: names the read"),
        ('read = "permissions"\n', "", "permission_check.read: is missing"),
        ('"positions_linear",', '"positions",', "scopes.linear.reads: names the read 'positions'"),
        ('ccxt = "binancecoinm"\nreads', 'ccxt = "bybit"\nreads', "scopes.inverse.ccxt: names no"),
        ('transform = ["upper", "perp', 'transform = ["shout", "perp', "transform: 'shout' is not one of"),
        ('(?P<symbol>(?:[A', '((?:[A', "pages[0].pattern: has no group named 'symbol'"),
        ('(?P<symbol>(?:[A', '(?P<symbol(?:[A', "pages[0].pattern: … is no pattern"),
        ('method = "GET"', 'method = "DELETE"', "reads[0].method: must be GET or POST"),
        ('method = "GET"', 'method = "POST"', "reads[0].body: is missing"),
        ('host = "fapi.', 'host = "Fapi.', "reads[0].host: "),
        ('path = "/fapi/v1/time"', 'path = "/fapi/../time"', "reads[0].path: "),
        ('path = "/fapi/v1/time"', 'path = "/fapi/*"', "reads[0].path: "),
        ('path = "/fapi/v1/time"', 'path = "fapi/v1/time"', "reads[0].path: "),
        ('path = "/fapi/v1/time"', 'path = "/fapi/:v1/time"', "reads[0].path: "),
        ('path = "/fapi/v1/time"', 'path = "/fapi/v1:/time"', "reads[0].path: "),
        ('path = "/fapi/v1/time"', 'path = "/fapi/{a}:b/time"', "reads[0].path: "),
        ('path = "/fapi/v1/time"', 'path = "/fapi/v1:x{a}/time"', "reads[0].path: "),
        ('weight = 1', 'weight = -1', "reads[0].weight: must be a number"),
        ('weight = 1', 'weight = true', "reads[0].weight: must be a number"),
        ('id = "permissions"', 'id = "time"', "reads[1].id: 'time' is there twice"),
        ('call = "binanceusdm.sapi', 'call = "binance.sapi', "reads.permissions.call: names no"),
        ('purpose = "clock"', 'purpose = "fun"', "reads[0].purpose: must be one of"),
        ('as_of = 2025-05-06\n', "", "waterfall[1].as_of: is missing"),
        ('as_of = 2025-05-06', 'as_of = "2025"', "waterfall[1].as_of: cannot be '2025'"),
        ('source = "none"\nnote = "No source', 'source = "none"\nranking = "x', "waterfall[4].source"),
        ('applies = "unknown"\ntitle = "Clawback', 'applies = "no"\ntitle = "Clawback',
         "waterfall[4].applies: must be unknown where there is no source"),
        ('touches_profit = "no"', 'touches_profit = "maybe"', "touches_profit: must be one of"),
        ('scope = "ip"', 'scope = "key"', "limits.scope: must be one of ip, uid"),
        ('per_minute = 2400', 'per_minute = "many"', "limits.per_minute: cannot be 'many'"),
        ('published = true', 'published = "yes"', "fund.published: cannot be 'yes'"),
        ('reads = ["fund_pools"]\n', "", "fund.reads: is empty"),
        ('reads = ["fund_pools"]\n', 'reads = ["fund_pools"]\nhistory_reads = ["x"]\n',
         "fund.history_reads: names the read 'x'"),
        ('reads = ["fund_pools"]\n', 'reads = ["fund_pools"]\nhistory_note = "Years."\n',
         "fund.history_note: belongs to a past that can be read"),
        ('inverse = "Binance publishes', 'spot = "Binance publishes', "fund.uncovered.spot: names no"),
        ('status = "full"', 'status = "closed"', "closed: must be there if the status is closed"),
        ('[limits]', f'{CLOSED}\n[limits]', "closed: must be there if the status is closed"),
        ('[limits]', f'{CLOSED}announced_on = 2026-02-01\n[limits]', "closed.announced_on: is later"),
        ('[limits]', f'{CLOSED}withdrawals_until = 2026-02-01T02:00:00\n[limits]',
         "closed.withdrawals_until: is a moment without a time zone"),
        ('transform = ["upper", "perp', 'fragment = {a = ".*"}\ntransform = ["upper", "perp',
         "pages[1].fragment: would match a page that has none"),
        ('transform = ["upper", "perp', 'fragment = {a = "(?P<symbol>x)"}\ntransform = ["upper", "perp',
         "pages[1].fragment: names a group"),
        ('signed = true\nweight = 1\npurpose = "permissions"',
         'signed = false\nweight = 1\npurpose = "permissions"', "reads.permissions.signed"),
        ('reads = ["candles_linear", "candles_inverse"]', 'reads = ["hours"]',
         "candles.reads: names the read 'hours'"),
        ('reads = ["candles_linear", "candles_inverse"]', 'reads = []', "candles.reads: names no"),
        ('limit = 499', 'limit = 1', "candles.limit: must be at least 2"),
        ('[limits]', f'{session()}settles_at = ["8 am"]\n[limits]',
         "session.settles_at: '8 am' is no time of day"),
        ('[limits]', f'{session("hope")}settles_at = ["08:00"]\n[limits]',
         "session.taken_from: must be one of"),
    ],
)  # fmt: skip
def test_a_wrong_file_says_which_file_which_key_and_what(old: str, new: str, says: str) -> None:
    with pytest.raises(FactsError) as caught:
        parsed(changed(old, new))
    assert str(caught.value).startswith("binance.toml: ")
    for part in says.split(" … "):
        assert part in str(caught.value)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("id = ", encoding="utf-8")

    with pytest.raises(FactsError, match=r"broken\.toml: is no TOML"):
        Catalogue([tmp_path]).venue("broken")


def test_one_broken_file_leaves_the_other_venues(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text("id = ", encoding="utf-8")
    found = Catalogue([FACTS, tmp_path])

    assert found.venue("binance").name == "Binance"


def test_two_files_for_one_venue_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "binance.toml").write_text(BINANCE, encoding="utf-8")

    with pytest.raises(FactsError, match=r"binance\.toml"):
        Catalogue([FACTS, tmp_path])


def test_another_package_can_bring_a_venue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "extra_venues"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')", encoding="utf-8")
    text = BINANCE.replace('id = "binance"', 'id = "other"').replace("www.binance.com", "other.com")
    (package / "other.toml").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    point = importlib.metadata.EntryPoint("extra", "extra_venues", "seawall.venues")
    monkeypatch.setattr(catalogue_module, "entry_points", lambda **_kwargs: [point])
    catalogue_module.catalogue.cache_clear()
    try:
        found = catalogue_module.catalogue()
        assert {"binance", "other"} <= set(found.ids())
        match = found.resolve_page("https://other.com/en/futures/BTCUSDT")
        assert match is not None
        assert match.venue == "other"
    finally:
        catalogue_module.catalogue.cache_clear()


def test_the_requests_of_a_refresh_are_listed_for_a_budget() -> None:
    binance = facts_toml.load(FACTS / "binance.toml")

    assert [(read.id, read.weight) for read in binance.reads_of("linear")] == [
        ("positions_linear", 5),
        ("account_linear", 5),
        ("symbol_config_linear", 5),
        ("adl_quantile_linear", 5),
        ("brackets_linear", 1),
    ]
    assert binance.limits is not None
    assert binance.limits.ours == 240


def test_the_catalogue_loads_neither_ccxt_nor_requests() -> None:
    code = (
        "import sys; from app.venues.catalogue import catalogue; catalogue().venues(); "
        "sys.exit(bool({'ccxt', 'requests', 'urllib3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=FACTS.parents[2])

    assert done.returncode == 0
