"""Names for rows: random ones for what people make, digests for what a venue names."""

from __future__ import annotations

import hashlib
import secrets


def new_id() -> str:
    """A random identifier (80 bits, lower-case hexadecimal)."""
    return secrets.token_hex(10)


def digest(*parts: str) -> str:
    """The same 80-bit identifier for the same parts, in this and every other process."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]
