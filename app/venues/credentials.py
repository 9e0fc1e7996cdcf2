"""What a person gives to link an account, checked before anything is stored or sent.

It defends the promise that no wallet's private key is ever accepted: in a field that asks for
a public address, a private key or a seed phrase is recognised and refused, and no message
repeats it. Needs no ccxt, so the process that faces the browser checks the same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from app.domain.account import Credentials
from app.domain.errors import InvalidInput
from app.venues.facts import CredentialField, LinkKind, VenueFacts, VenueKind

ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40}")
PRIVATE_KEY: Final = re.compile(
    r"(?:0x)?[0-9a-fA-F]{64}|0x[0-9a-fA-F]{60,63}|(?:0x)?[0-9a-fA-F]{128}"
    r"|[1-9A-HJ-NP-Za-km-z]{86,88}"
)
"""Of an Ethereum-like wallet, of Starknet (leading zeros left out), of Solana in both spellings."""
SEED_PHRASE: Final = re.compile(r"[a-zA-Z]{2,10}(?:[\s,]+[a-zA-Z]{2,10}){11,23}[\s,.]*")
LONGEST: Final = 512


def check_credentials(facts: VenueFacts, values: Mapping[str, str]) -> Credentials:
    """The trimmed values of exactly the fields a venue asks for; an address in lower case.

    Raises ``InvalidInput``, whose message names the field and never holds a value.
    """
    if facts.linking is None:
        raise InvalidInput(f"Accounts at {facts.name} cannot be linked.")
    fields = facts.linking.fields
    if set(values) - {field.name for field in fields}:
        raise InvalidInput(f"{facts.name} needs only: {', '.join(f.label for f in fields)}.")
    wallet = facts.linking.kind is LinkKind.ADDRESS or facts.kind is VenueKind.DEX
    return Credentials(
        {field.name: _clean(facts, field, values, wallet=wallet) for field in fields}
    )


def looks_like_wallet_secret(text: str) -> bool:
    """Whether ``text`` has the form of a wallet's private key or is 12 to 24 plain words."""
    text = text.strip()
    return bool(PRIVATE_KEY.fullmatch(text) or SEED_PHRASE.fullmatch(text))


def _clean(
    facts: VenueFacts, field: CredentialField, values: Mapping[str, str], *, wallet: bool
) -> str:
    value = values.get(field.name, "").strip()
    if not value:
        raise InvalidInput(f"{facts.name} needs: {field.label}.")
    if (wallet and looks_like_wallet_secret(value)) or SEED_PHRASE.fullmatch(value):
        raise InvalidInput(
            "This looks like a wallet's private key or seed phrase. It was not stored; Seawall "
            f"never needs one. {field.label} is all {facts.name} needs here. If you pasted it "
            "anywhere else by mistake, move your funds to a new wallet."
        )
    if len(value) > LONGEST or not value.isprintable() or not value.isascii():
        raise InvalidInput(f"{field.label} does not look right: copy it again from {facts.name}.")
    if field.pattern is not None:
        if not field.pattern.fullmatch(value):
            raise InvalidInput(
                f"{field.label} does not look right: copy it again from {facts.name}."
            )
        return value
    return _address(facts, value) if field.name == "address" else value


def _address(facts: VenueFacts, value: str) -> str:
    if not ADDRESS.fullmatch(value):
        raise InvalidInput(
            f"{facts.name} needs a public address: 0x and then 40 digits from 0 to 9 and a to f."
        )
    return value.lower()
