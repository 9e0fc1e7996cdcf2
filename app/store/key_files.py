"""The vault's keys on disk: one private file each, and one public file that lists them.

Each file is JSON with a ``version``, is written beside its place and then moved there, so a
reader sees the old file or the new one. Private files are 0600 in a directory of 0700.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from app.domain.errors import VaultError
from app.store.codec import from_json, to_json
from app.store.files import keep_private, make_private_file, replace_file

VERSION = 1
SUITE = "DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """``public`` is the raw key in base64; ``superseded_at`` is when another took its place."""

    id: str
    public: str
    created_at: datetime
    superseded_at: datetime | None = None

    def key(self) -> X25519PublicKey:
        return X25519PublicKey.from_public_bytes(base64.b64decode(self.public))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFile:
    """What the web process knows of the vault."""

    version: int
    suite: str
    sealing_key: str
    keys: tuple[PublicKey, ...]

    def sealing(self) -> PublicKey:
        """Raises ``VaultError`` when the file was edited and lists no such key."""
        for key in self.keys:
            if key.id == self.sealing_key:
                return key
        raise VaultError("The vault's public file is damaged; restore it from a backup.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFile:
    """One private key; ``private`` is the raw key in base64."""

    version: int
    suite: str
    id: str
    created_at: datetime
    private: str = field(repr=False)

    def key(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(base64.b64decode(self.private))

    def public(self) -> PublicKey:
        raw = self.key().public_key().public_bytes_raw()
        return PublicKey(
            id=self.id, public=base64.b64encode(raw).decode(), created_at=self.created_at
        )


File = TypeVar("File", PublicFile, PrivateFile)


def read_public(path: Path) -> PublicFile | None:
    """``None`` when there is none yet. Raises ``VaultError`` when it cannot be understood."""
    return _read(path, PublicFile)


def write_public(path: Path, content: PublicFile) -> None:
    """Readable by whoever may enter the directory: the web process may be another user."""
    replace_file(path, json.dumps(to_json(content), indent=1), mode=0o644)


def read_private(directory: Path, key_id: str) -> PrivateFile | None:
    """``None`` when this directory does not have that key."""
    return _read(_private_path(directory, key_id), PrivateFile)


def read_all_private(directory: Path) -> tuple[PrivateFile, ...]:
    """Every private key of the directory, oldest first."""
    found = [_read(path, PrivateFile) for path in sorted(directory.glob("vault-*.json"))]
    return tuple(sorted(filter(None, found), key=lambda key: (key.created_at, key.id)))


def make_private(directory: Path, *, now: datetime) -> PrivateFile:
    """A new key pair, its private half on disk before this returns."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    key = X25519PrivateKey.generate()
    made = PrivateFile(
        version=VERSION,
        suite=SUITE,
        id=hashlib.sha256(key.public_key().public_bytes_raw()).hexdigest()[:16],
        created_at=now,
        private=base64.b64encode(key.private_bytes_raw()).decode(),
    )
    path = _private_path(directory, made.id)
    replace_file(path, json.dumps(to_json(made), indent=1), mode=0o600)
    return made


def keep_all_private(directory: Path) -> None:
    """Nobody else may read the private keys, however they came to be here."""
    if directory.exists():
        keep_private(directory, mode=0o700)
    for path in directory.glob("vault-*.json"):
        keep_private(path, mode=0o600)


def delete_private(directory: Path, key_id: str) -> None:
    _private_path(directory, key_id).unlink(missing_ok=True)


@contextlib.contextmanager
def one_at_a_time(public_path: Path) -> Iterator[None]:
    """Hold the key files of this vault against other processes on this machine."""
    lock = public_path.with_suffix(".lock")
    make_private_file(lock)
    handle = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _private_path(directory: Path, key_id: str) -> Path:
    if not key_id.isalnum():
        raise VaultError("A sealed credential names a key that cannot exist.")
    return directory / f"vault-{key_id}.json"


def _read(path: Path, cls: type[File]) -> File | None:
    try:
        content = from_json(cls, json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise VaultError(f"{path} is damaged; restore it from a backup.") from error
    if content.version != VERSION or content.suite != SUITE:
        raise VaultError(f"{path} was written by another version of Seawall.")
    return content
