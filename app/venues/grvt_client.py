"""GRVT's client with an API key alone: no wallet's key, nothing signed, no builder approved.

ccxt's own signs in with a wallet's private key and then signs an approval of its builder's
fees. Here the API key is exchanged for a session when a read needs one. Sources:
https://api-docs.grvt.io/auth/ and, for how long a session lasts,
https://help.grvt.io/en/articles/14117414-how-to-troubleshoot-authentication-errors-when-using-the-grvt-api
"""

from __future__ import annotations

from typing import Any, Final

import ccxt

ACCOUNT_READS: Final = frozenset({"full/v1/positions", "full/v1/account_summary"})
"""The only paths that are given the session; whatever else asks goes without, to be refused."""
LOGIN: Final = "auth/api_key/login"
SOON_MS: Final = 10_000


class ReadOnlyGrvt(ccxt.grvt):  # type: ignore[misc]
    """Holds the session's cookie in memory only; no answer's headers are kept beside it."""

    def describe(self) -> Any:
        return self.deep_extend(
            super().describe(),
            {
                "requiredCredentials": {"apiKey": True, "privateKey": False},
                "enableLastResponseHeaders": False,
            },
        )

    def sign_in(self, params: Any = None) -> bool:
        """Nothing: ``request`` opens a session when a read needs it."""
        return True

    def sign_in_with_private_key(self, params: Any = None) -> Any:
        raise ccxt.NotSupported(f"{self.id} is read without a wallet's key")

    def create_signed_request(self, request: Any, *_args: Any, **_kwargs: Any) -> Any:
        """The request without a signature: it asks for a change, and the guard refuses it."""
        return request

    def initialize_client(self, params: Any = None) -> bool:
        """Nothing is approved for anybody."""
        return False

    def load_account_infos(self) -> bool:
        """The trading account is the one that was given."""
        return False

    def fetch_markets(self, params: Any = None) -> Any:
        """The instruments, which are public: asked without signing in."""
        answer = self.publicMarketPostFullV1AllInstruments(params or {})
        return self.parse_markets(self.safe_list(answer, "result", []))

    def request(self, path: str, *args: Any, **options: Any) -> Any:
        """As ccxt's, with a session where one is needed.

        One that GRVT has ended early is opened anew, once. Raises ``AuthenticationError``
        when GRVT does not accept the key.
        """
        if path not in ACCOUNT_READS:
            return super().request(path, *args, **options)
        is_new = self._open_session()
        try:
            return super().request(path, *args, **options)
        except ccxt.PermissionDenied:
            raise
        except ccxt.AuthenticationError:
            if is_new:
                raise
        self._forget_session()
        self._open_session()
        return super().request(path, *args, **options)

    def sign(
        self, path: str, api: Any = ("public",), method: str = "GET", params: Any = None
    ) -> Any:
        """As ccxt's for public requests, the login and reads of the account."""
        if path in ACCOUNT_READS:
            account = {"sub_account_id": str(self.options["accountId"])}
            return super().sign(path, api, method, {**account, **(params or {})})
        if path == LOGIN:
            return super().sign(path, api, method, params or {})
        signed = super().sign(path, ["publicMarket"], method, params or {})
        public = self.urls["api"]["publicMarket"]
        signed["url"] = signed["url"].replace(public, self.urls["api"][api[0]], 1)
        return signed

    def _open_session(self) -> bool:
        """Whether one had to be opened. One that ends within seconds counts as ended."""
        if (self.options.get("signInExpiration") or 0) > self.milliseconds() + SOON_MS:
            return False
        self._forget_session()
        self.sign_in_with_api_key()
        return True

    def _forget_session(self) -> None:
        for name in ("signInExpiration", "AuthCookieValue", "AuthAccountId"):
            self.options.pop(name, None)
