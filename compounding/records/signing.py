"""The site's signing key. It lies outside the database: who holds the one does not yet hold the other."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from compounding.files import made_once
from compounding.records.database import RecordsRefused

NAME = "signing.key"


def key(home: Path) -> Ed25519PrivateKey:
    """The key in `home`. Raises RecordsRefused where there is none, or where others may read it."""
    path = home / NAME
    try:
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise RecordsRefused(f"The signing key {path} may be read by others: its mode must be 0600.")
        seed = bytes.fromhex(path.read_text("ascii").strip())
        return Ed25519PrivateKey.from_private_bytes(seed)
    except FileNotFoundError:
        raise RecordsRefused(f"The signing key {path} is missing. Put it back from where the site keeps it.") from None
    except OSError as error:
        raise RecordsRefused(f"The signing key {path} cannot be read: {error.strerror}.") from error
    except ValueError:
        raise RecordsRefused(f"The signing key {path} is not one: 64 hexadecimal figures.") from None


def made(home: Path) -> Ed25519PrivateKey:
    """The key in `home`, made where there is none: once, even where two start at the same time."""
    path = home / NAME
    if not path.exists():
        try:
            made_once(path, (Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n").encode())
        except OSError as error:
            raise RecordsRefused(f"The signing key {path} cannot be made: {error.strerror}.") from error
    return key(home)


def public(private: Ed25519PrivateKey) -> str:
    """The public half, as 64 hexadecimal figures."""
    return private.public_key().public_bytes_raw().hex()
