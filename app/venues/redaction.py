"""Takes a person out of a bundle: keys, signatures, account ids and addresses.

What is known to be secret (the account's own credentials) is replaced wherever it stands; what
is told by its name (``uid``, ``walletAddress``, ``email`` …) is replaced where it stands under
that name, and again wherever the same value stands elsewhere. One value has one replacement, of
the same form, in requests and answers alike, so that a replay still finds what belongs together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from app.domain.account import Credentials
from app.venues.bundle import ONE_TIME, REDACTED, Entry, parameters

PERSONAL: Final = frozenset({
    "acc_id", "access_key", "access_token", "account", "account_id", "account_index",
    "account_name", "account_number", "account_uid", "address", "address_list", "alias",
    "allowed_cidr_block", "allowed_cidr_blocks", "allowed_cidrs", "allowed_ips", "api_key",
    "apikey", "channel_code", "client_secret", "cross_address", "depositor", "dob", "email",
    "email_address", "eth_address", "ethereum_address", "first_name", "iiban", "inviter_id", "ip",
    "ip_address", "ip_addresses", "ip_list", "ip_white_list", "ip_whitelist", "ips", "l1_address",
    "l2_address", "last_name", "main_account", "main_uid", "master", "member_id", "mobile",
    "name_on_card", "nick_name", "nickname", "note", "orderly_key", "owner", "parent",
    "parent_id", "parent_uid", "phone", "phone_number", "real_name", "referral_code", "referrer",
    "refresh_token", "remark", "secret", "secret_key", "signer", "stark_key", "starkkey",
    "sub_account", "sub_account_address", "sub_account_id", "sub_account_index",
    "sub_account_name", "sub_account_user", "sub_accounts_address", "sub_name", "sub_uid",
    "subaccount", "subaccount_id", "subaccount_name", "subaccount_number", "tag", "token", "uid",
    "user", "user_address", "user_id", "user_name", "username", "wallet", "wallet_address",
})  # fmt: skip
"""Names of what belongs to a person, in small letters with ``_`` between the words."""

HARMLESS: Final = frozenset({"subaccount_number", "tag", "note", "account", "user", "token"})
"""Of those, names that also stand for contracts, coins or small counts: redacted only where the
value is a long text."""

ADDRESS: Final = re.compile(r"0x[0-9a-fA-F]{40,64}|[a-z]{2,12}1[02-9ac-hj-np-z]{38,58}")
EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
MASKED: Final = re.compile(r"(?P<start>[A-Za-z0-9+/=_-]{2,})\*{2,}(?P<end>[A-Za-z0-9+/=_-]*)")
KEPT_HEADERS: Final = ("Content-Type", "Retry-After")
LONG: Final = 6
"""Values at least so long are replaced wherever they stand; shorter ones could be anything."""


def redact(
    private: Sequence[Entry],
    public: Sequence[Entry],
    credentials: Credentials,
    stand_ins: Mapping[str, str],
) -> tuple[Entry, ...]:
    """The entries without anything that tells whose account it is, or could be used.

    ``private`` were asked for an account, ``public`` for nobody: what they name (a vault of the
    venue's own) belongs to no person, and in their answers only what the private ones showed to
    be personal is replaced. ``stand_ins`` are the values, by the names of ``credentials``, that
    a replay uses instead.
    """
    asked = {value for entry in public for value in _texts(_asked(entry))}
    found = _Found(credentials, stand_ins, asked)
    for entry in private:
        found.look(_asked(entry))
        found.look(entry.body)
    cleaned = [_entry(entry, found) for entry in private]
    found.by_value_only = True
    return (*cleaned, *(_entry(entry, found) for entry in public))


class _Found:
    """The values to replace, each with its replacement; ``public`` ones are not replaced.

    ``by_value_only`` leaves alone what only a field's name makes personal.
    """

    def __init__(
        self, credentials: Credentials, stand_ins: Mapping[str, str], public: Collection[str]
    ) -> None:
        self.by_value_only = False
        self._public = frozenset(public)
        self._by_value: dict[str, str] = {}
        self._own = tuple(
            (value, stand_ins.get(name, REDACTED)) for name, value in credentials.values.items()
        )
        self._count = 0
        for value, stand_in in self._own:
            self._by_value[value] = stand_in
            self._by_value[value.lower()] = stand_in

    def look(self, value: object, name: str = "") -> None:
        """Remember what is personal in JSON data."""
        if isinstance(value, Mapping):
            for key, item in value.items():
                self.look(item, str(key))
                if ADDRESS.fullmatch(str(key)):
                    self._remember(str(key))
        elif isinstance(value, list):
            for item in value:
                self.look(item, name)
        elif isinstance(value, str | int) and not isinstance(value, bool) and is_personal(name):
            text = str(value)
            if len(text) >= (2 * LONG if words(name) in HARMLESS else LONG):
                self._remember(text)

    def clean(self, value: object, name: str = "") -> object:
        """JSON data with everything personal replaced; ``name`` is what it stands under."""
        if isinstance(value, Mapping):
            return {self._text(str(k)): self.clean(item, str(k)) for k, item in value.items()}
        if isinstance(value, list):
            return [self.clean(item, name) for item in value]
        if isinstance(value, str):
            return self._named(value) if self._by_name(name) else self._text(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._number(value, name)
        return value

    def replaced(self, text: str) -> str:
        """``text`` with every value that is known replaced, also inside other text."""
        for value in sorted(self._by_value, key=len, reverse=True):
            if len(value) >= LONG and value in text:
                text = text.replace(value, self._by_value[value])
        return EMAIL.sub(REDACTED, text)

    def _by_name(self, name: str) -> bool:
        return not self.by_value_only and is_personal(name) and words(name) not in HARMLESS

    def _number(self, value: int, name: str) -> int:
        stand_in = self._by_value.get(str(value))
        if stand_in is not None:
            return int(stand_in) if stand_in.isdigit() else 0
        return 0 if self._by_name(name) else value

    def _text(self, text: str) -> str:
        if text in self._by_value:
            return self._by_value[text]
        return self.replaced(self._masked(text))

    def _named(self, text: str) -> str:
        """A value whose name says that it is personal: never itself, unless it is empty."""
        changed = self._text(text)
        return REDACTED if changed == text and text else changed

    def _masked(self, text: str) -> str:
        """An own key of which the venue shows a part; a replay must still recognise it."""
        match = MASKED.fullmatch(text)
        if match is None:
            return text
        for value, stand_in in self._own:
            if value.startswith(match["start"]) and value.endswith(match["end"]):
                stars = "*" * text.count("*")
                end = stand_in[-len(match["end"]) :] if match["end"] else ""
                return stand_in[: len(match["start"])] + stars + end
        return text

    def _remember(self, text: str) -> None:
        known = {*self._by_value, *self._public}
        if text not in known and text.lower() not in known:
            self._count += 1
            self._by_value[text] = _stand_in(text, self._count)


def is_personal(name: str) -> bool:
    """Whether a field's name says that its value belongs to a person."""
    return words(name) in PERSONAL


def words(name: str) -> str:
    """``walletAddress``, ``wallet-address`` and ``WALLET_ADDRESS`` as ``wallet_address``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace("-", "_"))
    return spaced.lower()


def _stand_in(text: str, number: int) -> str:
    """Another value of the same form."""
    if text.isdigit():
        return str(10 ** (len(text) - 1) + number)
    if text.startswith("0x") and re.fullmatch(r"0x[0-9a-fA-F]+", text):
        return "0x" + f"{number:x}".rjust(len(text) - 2, "0")
    if ADDRESS.fullmatch(text):
        prefix, _, rest = text.rpartition("1")
        return f"{prefix}1{str(number).replace('1', 'q').rjust(len(rest), 'q')}"
    return f"{REDACTED}-{number}"


def _asked(entry: Entry) -> dict[str, object]:
    """What a request names: its parameters, and the parts of its path."""
    path = urlsplit(entry.url).path.split("/")
    return {**parameters(entry.url, entry.request_body), "path": path}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif value is not None:
        yield str(value)


def _entry(entry: Entry, found: _Found) -> Entry:
    return replace(
        entry,
        url=_url(entry.url, found),
        request_body=_request_body(entry.request_body, found),
        headers={
            name: value for name, value in entry.headers.items() if name.title() in KEPT_HEADERS
        },
        body=found.clean(entry.body),
    )


def _url(url: str, found: _Found) -> str:
    parts = urlsplit(url)
    pairs = [
        (name, REDACTED if _signs(name) else str(found.clean(value, name)))
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return urlunsplit(
        (parts.scheme, parts.netloc, found.replaced(parts.path), urlencode(pairs), "")
    )


def _request_body(body: object, found: _Found) -> object:
    if isinstance(body, str):
        form = dict(parse_qsl(body, keep_blank_values=True))
        return urlencode(_cleaned_fields(form, found)) if form else found.replaced(body)
    return _cleaned_fields(body, found) if isinstance(body, dict) else found.clean(body)


def _cleaned_fields(fields: Mapping[str, object], found: _Found) -> dict[str, object]:
    """Without what signs; Crypto.com has the nonce a second time, as the request's ``id``."""
    nonce = fields.get("nonce", REDACTED)
    return {
        name: REDACTED if _signs(name) or value == nonce else found.clean(value, name)
        for name, value in fields.items()
    }


def _signs(name: str) -> bool:
    return name.lower() in ONE_TIME


def parsed(body: bytes | str | None) -> object:
    """A body as JSON where it is that, else as text; ``None`` where there is none."""
    if not body:
        return None
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        return json.loads(text)
    except ValueError:
        return text


def secrets_left(text: str, credentials: Credentials) -> Iterable[str]:
    """The names of credentials whose value still stands in ``text``: there must be none."""
    return [name for name, value in credentials.values.items() if value.lower() in text.lower()]
