"""Files of ours on disk: private from the first moment, and replaced in one step."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def make_private_file(path: Path) -> None:
    """An empty file that only its owner may read, unless it is there; so its directory (0700).

    For what a library would otherwise create with the permissions everybody gets. One that is
    there is not opened: closing it again would take away the locks this process has on it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        keep_private(path, mode=0o600)


def keep_private(path: Path, *, mode: int) -> None:
    """Take from others what a copy or a restored backup gave them, where that is ours to take."""
    if path.stat().st_mode & 0o077:
        with suppress(PermissionError):
            path.chmod(mode)


def replace_file(path: Path, text: str, *, mode: int) -> None:
    """Write a file so that a reader, and a power cut, finds the old one whole or the new one."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
