"""Delta's client: the whole list of futures and not only its first page, and every refusal."""

from __future__ import annotations

from typing import Any, Final

import ccxt

PRODUCTS: Final = "products"
FUTURES: Final = "perpetual_futures,futures"
MOST_PAGES: Final = 20


class DeltaFutures(ccxt.delta):  # type: ignore[misc]
    """ccxt's delta; its list of products holds every page, and options are left out of it."""

    def request(
        self,
        path: str,
        api: Any = "public",
        method: str = "GET",
        params: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        if path != PRODUCTS:
            return super().request(path, api, method, params or {}, *args, **kwargs)
        asked = {**(params or {}), "contract_types": FUTURES}
        found: list[Any] = []
        for _ in range(MOST_PAGES):
            answer = super().request(path, api, method, asked, *args, **kwargs)
            page = answer.get("result")
            if not isinstance(page, list):
                raise ccxt.BadResponse("delta's list of products is no list")
            found += page
            after = (answer.get("meta") or {}).get("after")
            if not after:
                return {**answer, "result": found}
            asked["after"] = after
        raise ccxt.BadResponse("delta's list of products has no end")

    def handle_errors(  # noqa: PLR0917
        self,
        code: int,
        reason: str,
        url: str,
        method: str,
        headers: Any,
        body: str,
        response: Any,
        *sent: Any,
    ) -> Any:
        """Delta names an error by an object with a code, or by the code alone."""
        if isinstance(response, dict) and isinstance(response.get("error"), str):
            response = {**response, "error": {"code": response["error"]}}
        return super().handle_errors(code, reason, url, method, headers, body, response, *sent)
