"""Binance on recorded answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.exchange import Exchange

PAYLOADS = Path(__file__).parent / "payloads"


@pytest.fixture
def binance(tmp_path: Path) -> Exchange:
    """Binance, answering everything but positions with its documentation's samples."""
    exchange = Exchange("binance", tmp_path, PAYLOADS)
    for read_id, payload in {
        "markets_linear": "fapi_v1_exchangeInfo",
        "markets_inverse": "dapi_v1_exchangeInfo",
        "account_linear": "fapi_v3_account",
        "symbol_config_linear": "fapi_v1_symbolConfig",
        "adl_quantile_linear": "fapi_v1_adlQuantile",
        "brackets_linear": "fapi_v1_leverageBracket",
        "account_inverse": "dapi_v1_account",
        "adl_quantile_inverse": "dapi_v1_adlQuantile",
        "brackets_inverse": "dapi_v2_leverageBracket",
        "permissions": "sapi_v1_account_apiRestrictions.read_only",
        "fund_pools": "fapi_v1_insuranceBalance",
        "adl_risk": "fapi_v1_symbolAdlRisk",
        "marks_linear": "fapi_v1_premiumIndex",
        "marks_inverse": "dapi_v1_premiumIndex",
        "open_interest_linear": "fapi_v1_openInterest",
        "open_interest_inverse": "dapi_v1_openInterest",
        "time": "fapi_v1_time",
    }.items():
        exchange.answers(read_id, payload)
    exchange.answers("portfolio_account", "papi_v1_account.refused", status_code=401)
    exchange.answers("portfolio_pro_account", "sapi_v1_portfolio_account.refused", status_code=400)
    exchange.answers("positions_linear", [])
    exchange.answers("positions_inverse", [])
    return exchange
