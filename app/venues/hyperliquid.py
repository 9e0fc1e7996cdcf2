"""Hyperliquid, read by public address alone; one ``POST /info`` body type a question.

A refresh of an account asks for its state at Hyperliquid itself and at every builder-deployed
exchange (HIP-3), one request each; the address's role, its account mode, the list of exchanges
and the margin tiers are kept for an hour. ccxt signs and lists nothing here: symbols and tiers
come from Hyperliquid's own metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from app.domain.errors import (
    VenueError,
    VenueGarbled,
    VenueRejected,
    VenueUnreachable,
    VenueUnsupported,
)
from app.domain.fund import FundHistoryPage, MarketStat, PoolReading
from app.domain.market_risk import Candle
from app.domain.permissions import KeyPermissions, KeyVerdict
from app.domain.position import AccountMargin, MarginMode, ScopeReading
from app.venues import hyperliquid_account as account
from app.venues import hyperliquid_market as market
from app.venues import unified
from app.venues.base import VenueReader
from app.venues.connection import Connection
from app.venues.errors import parsing
from app.venues.facts import Scope, VenueFacts

MAIN: Final = "main"
HIP3: Final = "hip3"
"""The scope that stands in the facts for all builder-deployed exchanges; ``hip3:<name>`` each."""
NAMELESS: Final = market.Vault(name=market.LIQUIDATOR_NAME, children=(), values=())


class HyperliquidReader(VenueReader):
    """One address at Hyperliquid, or what Hyperliquid publishes."""

    gives_all_funds = False
    gives_fund_history = True

    def __init__(
        self, facts: VenueFacts, connection: Connection, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(facts, connection, clock)
        self._role: account.Role | None = None
        self._dexes: tuple[str, ...] = ()
        self._turn = 0
        self._told: dict[str, market.Vault] = {}

    def permissions(self, checked_at: datetime) -> KeyPermissions:
        """A public address can sign nothing; what is asked is whose address it is."""
        role = self._role = self._ask_role()
        notes = ["A public address: nothing can be signed with it."]
        if role.user is not None:
            notes.append(f"It is an API wallet's; its owner's, {_short(role.user)}, is read.")
        if role.master is not None:
            notes.append(f"It is a sub-account of {_short(role.master)}.")
        if role.kind in {"user", "agent"}:
            notes += self._sub_accounts(role.user or self.connection.address())
        return KeyPermissions(
            verdict=KeyVerdict.READ_ONLY,
            powers=(),
            asked="Hyperliquid, userRole",
            checked_at=checked_at,
            note=" ".join(notes),
        )

    def scopes(self) -> tuple[Scope, ...]:
        """Hyperliquid itself and each builder-deployed exchange.

        When the list of those cannot be read, the last one serves; without any, one scope
        stands for all and its reading fails by itself.
        """
        template = self.facts.scope(HIP3)
        try:
            dexes = self._list_dexes()
        except VenueError:
            dexes = self._dexes
            if not dexes:
                return (self.facts.scope(MAIN), template)
        builders = (
            replace(template, id=f"{HIP3}:{dex}", label=f"{dex} (HIP-3)", params={"dex": dex})
            for dex in dexes
        )
        return (self.facts.scope(MAIN), *builders)

    def read_scope(self, scope: Scope) -> ScopeReading:
        if scope.id == HIP3:
            raise VenueUnreachable(
                "Hyperliquid's list of builder-deployed exchanges was not read.",
                venue=self.facts.id,
            )
        dex = str(scope.params.get("dex", ""))
        state = self._ask("account_state", "clearinghouseState", user=self._user(), **_in(dex))
        listed = self._universe(dex) if _holds(state) else None
        positions = account.positions(state, scope=scope.id, listed=listed)
        crossed = any(position.margin_mode is MarginMode.CROSS for position in positions)
        margin: AccountMargin | None = None
        if crossed:
            asset = listed.collateral if listed else "USDC"
            margin = account.account_margin(state, scope=scope.id, asset=asset, mode=self._mode())
        return ScopeReading(scope=scope.id, positions=positions, margin=margin)

    def pools(self) -> tuple[PoolReading, ...]:
        """The liquidator vaults, and HLP's total as a headline; their histories once each.

        Without HLP's list, or with a liquidator that does not answer, the sum would be short
        and look like a loss: then the fund was not read.
        """
        hlp = self._vault("vault", market.HLP)
        if hlp is None:
            raise VenueGarbled("Hyperliquid does not know HLP as a vault.", venue=self.facts.id)
        children = {address: self._vault("child_vault", address) for address in hlp.children}
        known = {a: vault for a, vault in children.items() if vault and market.is_liquidator(vault)}
        found = known or {market.LIQUIDATOR: NAMELESS}
        new = [self._is_new(vault) for vault in found.values()]
        own = self._universe("")
        reading = market.liquidators(
            [self._state(address) for address in found],
            tuple(found.values()),
            symbols=tuple(own.tiers) if own else (),
            history=any(new),
            listed=bool(known),
        )
        beside = self._beside()
        if not hlp.values:
            return (reading, *beside)
        return (reading, *beside, market.headline(hlp, history=self._is_new(hlp)))

    def fund_history(self, cursor: str | None) -> FundHistoryPage:
        """What the vaults hold and held: their answers have all of it, live ones too."""
        self._told.clear()
        return FundHistoryPage(readings=self.pools())

    def market_stats(self, wanted: Collection[str]) -> tuple[MarketStat, ...]:
        """Hyperliquid's own contracts, those of exchanges with ``wanted`` ones, and one more."""
        stats = list(self._stats(""))
        try:
            dexes = self._list_dexes()
        except VenueError:
            dexes = self._dexes
        for dex in self._turn_of(dexes, wanted):
            try:
                stats += self._stats(dex)
            except VenueError:
                continue
        return tuple(stats)

    def candles(self, native_symbol: str, since: datetime, limit: int) -> tuple[Candle, ...]:
        """Asked for by the contract's own name: ccxt does not list the other exchanges' ones.

        A time to end is named, since an answer weighs more with every candle in it.
        """
        self._must_list(native_symbol)
        until = since + timedelta(hours=limit) - timedelta(milliseconds=1)
        asked = {
            "coin": native_symbol,
            "interval": "1h",
            "startTime": unified.milliseconds(since),
            "endTime": unified.milliseconds(until),
        }
        answer = self.connection.raw("candles", {"type": "candleSnapshot", "req": asked})
        return unified.candles(market.candle_rows(answer), since=since, now=self.clock())

    def _must_list(self, native_symbol: str) -> None:
        """Raises ``VenueUnsupported``: of an unknown contract it would only say HTTP 500."""
        dex = native_symbol.partition(":")[0] if ":" in native_symbol else ""
        known = not dex or dex in self._list_dexes()
        answer = self._ask("universe", "metaAndAssetCtxs", **_in(dex)) if known else None
        if answer is None or native_symbol not in market.listed(answer):
            raise VenueUnsupported(
                f"Hyperliquid lists no contract {native_symbol}.", venue=self.facts.id
            )

    def _stats(self, dex: str) -> tuple[MarketStat, ...]:
        answer = self._ask("market_stats", "metaAndAssetCtxs", **_in(dex))
        with parsing(self.facts.id, "its markets"):
            collateral = self._collateral(market.pair(answer)[0])
            return market.market_stats(answer, collateral=collateral, at=self.clock())

    def _turn_of(self, dexes: tuple[str, ...], wanted: Collection[str]) -> tuple[str, ...]:
        first = sorted({coin.split(":")[0] for coin in wanted if ":" in coin} & set(dexes))
        others = [dex for dex in dexes if dex not in first]
        if not others:
            return tuple(first)
        self._turn = (self._turn + 1) % len(others)
        return (*first, others[self._turn])

    def _list_dexes(self) -> tuple[str, ...]:
        answer = self._ask("perp_dexs", "perpDexs")
        with parsing(self.facts.id, "the list of exchanges"):
            self._dexes = market.dex_names(answer)
        return self._dexes

    def _user(self) -> str:
        """The address whose positions are read: an API wallet's owner, else as given.

        Asked once; each permission check asks anew.
        """
        if self._role is None:
            self._role = self._ask_role()
        return self._role.user or self.connection.address()

    def _ask_role(self) -> account.Role:
        answer = self._ask("user_role", "userRole", user=self.connection.address())
        with parsing(self.facts.id, "the address's role"):
            role = account.role(answer)
        if role.kind == "missing":
            raise VenueRejected(
                "Hyperliquid knows no account at this address. Check that it is the account's "
                "own address, not that of a wallet that never deposited there.",
                venue=self.facts.id,
            )
        return role

    def _mode(self) -> str | None:
        """The account mode, ``None`` where it cannot be read."""
        try:
            answer = self._ask("abstraction", "userAbstraction", user=self._user())
        except VenueError:
            return None
        return answer.strip().strip('"') if isinstance(answer, str) else None

    def _universe(self, dex: str) -> account.Universe | None:
        """Tiers and collateral; of Hyperliquid's own exchange not knowing them costs a note."""
        try:
            answer = self._ask("universe", "metaAndAssetCtxs", **_in(dex))
            with parsing(self.facts.id, "the margin tiers"):
                meta = market.pair(answer)[0]
                return account.universe(meta, dex=dex, collateral=self._collateral(meta))
        except VenueError as error:
            if dex:
                raise
            if isinstance(error, VenueGarbled):
                self.connection.forget_kept()
            return None

    def _collateral(self, meta: object) -> str:
        index = account.collateral_index(meta)
        if index == 0:
            return "USDC"
        return account.token_name(self._ask("spot_meta", "spotMeta"), index)

    def _sub_accounts(self, user: str) -> list[str]:
        try:
            answer = self._ask("sub_accounts", "subAccounts", user=user)
        except VenueError:
            return []
        if not isinstance(answer, list) or not answer:
            return []
        return [f"It has {len(answer)} sub-account(s), which are addresses to link by themselves."]

    def _beside(self) -> tuple[PoolReading, ...]:
        """The vault beside HLP; that it does not answer costs its own figure alone."""
        try:
            answer = self._state(market.BESIDE)
            with parsing(self.facts.id, "a vault"):
                return (market.beside(answer),)
        except VenueError:
            return ()

    def _state(self, address: str) -> Any:
        return self._ask("liquidator", "clearinghouseState", user=address)

    def _vault(self, read_id: str, address: str) -> market.Vault | None:
        """A vault's details, ``None`` for an address that is none: ``null``, as text in ccxt."""
        answer = self._ask(read_id, "vaultDetails", vaultAddress=address)
        return None if answer is None or answer == "null" else market.vault(answer)

    def _is_new(self, vault: market.Vault) -> bool:
        """Whether a vault's history, which is kept for a while, was not passed on before."""
        known = self._told.get(vault.name)
        self._told[vault.name] = vault
        return vault != known

    def _ask(self, read_id: str, kind: str, **fields: str) -> Any:
        return self.connection.kept(read_id, {"type": kind, **fields})


def _in(dex: str) -> dict[str, str]:
    return {"dex": dex} if dex else {}


def _holds(state: object) -> bool:
    return isinstance(state, dict) and bool(state.get("assetPositions"))


def _short(address: str) -> str:
    return f"{address[:6]}...{address[-4:]}"
