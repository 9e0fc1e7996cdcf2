"""Credentials under seal: whoever faces the browser can close them in, only the worker get them out.

Hybrid public-key encryption (RFC 9180). The seal is bound to what it is for: key, account,
user and venue are part of it, so a sealed credential copied to another row does not open.

``Sealer`` needs the public file alone. ``Opener``, ``ensure_keys``, ``rotate`` and ``retire``
need the directory of private keys, which the web process has no use for and, on a machine of
its own, no copy of.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from app.domain.account import Credentials
from app.domain.errors import VaultError
from app.store import key_files
from app.store.key_files import SUITE, VERSION, PublicFile

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_FORMAT = b"\x01"
"""The first byte of every sealed credential; another format would get another."""

_KEEP_SUPERSEDED = timedelta(hours=1)
"""A web process may have read the old public key a moment before the rotation."""


class Sealer:
    """Seals with the newest public key, read anew each time: a rotation needs no restart."""

    def __init__(self, public_path: Path) -> None:
        self._public_path = public_path

    def seal(
        self, *, account_id: str, user_id: str, venue: str, credentials: Credentials
    ) -> tuple[str, bytes]:
        """The key's id and the sealed credential. Raises ``VaultError`` when there is no key yet."""
        public = key_files.read_public(self._public_path)
        if public is None:
            raise VaultError("The vault has no key yet. Start the worker once; it makes one.")
        key = public.sealing()
        sealed = _SUITE.encrypt(
            json.dumps(dict(credentials.values)).encode(),
            key.key(),
            info=_binding(key.id, account_id, user_id, venue),
        )
        return key.id, _FORMAT + sealed


class Opener:
    """Opens what was sealed with any of the private keys in a directory."""

    def __init__(self, private_dir: Path) -> None:
        self._private_dir = private_dir

    def open(
        self, *, account_id: str, user_id: str, venue: str, key_id: str, sealed: bytes
    ) -> Credentials:
        """The credential behind what ``Sealer.seal`` returned for the same account.

        Raises ``VaultError`` when the key is not here, when it was sealed for another account,
        user or venue, or when it is damaged.
        """
        private = key_files.read_private(self._private_dir, key_id)
        if private is None:
            raise VaultError(
                f"The vault's private key {key_id} is not in {self._private_dir}. "
                "Restore it, or link the account again."
            )
        try:
            if not sealed.startswith(_FORMAT):
                raise InvalidTag
            plain = _SUITE.decrypt(
                sealed.removeprefix(_FORMAT),
                private.key(),
                info=_binding(key_id, account_id, user_id, venue),
            )
        except InvalidTag:
            raise VaultError(
                "A sealed credential is damaged or belongs to another account. "
                "Unlink the account and link it again."
            ) from None
        return Credentials(json.loads(plain))


def ensure_keys(private_dir: Path, public_path: Path, now: datetime) -> None:
    """Make the vault's first key pair unless there is one; safe to call at every start.

    A lost public file is written again from the private keys. Raises ``VaultError`` when the
    private half of the sealing key is missing, rather than replace what accounts are sealed with.
    """
    with key_files.one_at_a_time(public_path):
        key_files.keep_all_private(private_dir)
        public = key_files.read_public(public_path)
        if public is None:
            made = key_files.read_all_private(private_dir)
            keys = made or (key_files.make_private(private_dir, now=now),)
            newest = keys[-1].public()
            older = (replace(key.public(), superseded_at=now) for key in keys[:-1])
            _publish(public_path, newest.id, (*older, newest))
        elif key_files.read_private(private_dir, public.sealing_key) is None:
            raise VaultError(
                f"The vault's private key {public.sealing_key} is not in {private_dir}. Restore "
                f"it; or, to start afresh and link every account again, move {public_path} away."
            )


def rotate(private_dir: Path, public_path: Path, now: datetime) -> str:
    """Make a new key pair the sealing one, and return its id.

    Nothing sealed before stops opening: the older private keys stay until ``retire``.
    """
    with key_files.one_at_a_time(public_path):
        public = key_files.read_public(public_path)
        older = public.keys if public else ()
        made = key_files.make_private(private_dir, now=now).public()
        superseded = (replace(key, superseded_at=key.superseded_at or now) for key in older)
        _publish(public_path, made.id, (*superseded, made))
        return made.id


def retire(
    private_dir: Path, public_path: Path, *, in_use: Collection[str], now: datetime
) -> tuple[str, ...]:
    """Delete the private keys that no account is sealed with, and return their ids.

    Keeps the sealing key, and one superseded within the hour.
    """
    with key_files.one_at_a_time(public_path):
        public = key_files.read_public(public_path)
        if public is None:
            return ()
        gone = tuple(
            key.id
            for key in public.keys
            if key.id not in in_use
            and key.superseded_at is not None
            and key.superseded_at <= now - _KEEP_SUPERSEDED
        )
        if gone:
            kept = tuple(key for key in public.keys if key.id not in gone)
            _publish(public_path, public.sealing_key, kept)
            for key_id in gone:
                key_files.delete_private(private_dir, key_id)
        return gone


def _publish(path: Path, sealing_key: str, keys: tuple[key_files.PublicKey, ...]) -> None:
    content = PublicFile(version=VERSION, suite=SUITE, sealing_key=sealing_key, keys=keys)
    key_files.write_public(path, content)


def _binding(key_id: str, account_id: str, user_id: str, venue: str) -> bytes:
    """HPKE's ``info``: what a seal is for. JSON keeps the parts apart whatever they contain."""
    return json.dumps(["seawall credentials", VERSION, key_id, account_id, user_id, venue]).encode()
