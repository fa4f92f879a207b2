"""Files that must be whole or not there at all, and still there after a power cut."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def made_once(path: Path, content: bytes) -> None:
    """Puts a file with this content at a path where there is none, readable by its owner alone.

    One that is there is left as it is, also where another process makes one at the same time. Raises OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A link appears whole or not at all, and never in the place of another.
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(8).hex()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink()
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Puts the names in a folder on the disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
