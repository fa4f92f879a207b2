"""The files that commands write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from compounding.cli.answers import Refused


@contextmanager
def new_file(name: str) -> Iterator[BinaryIO]:
    """A file that did not exist, and that nobody else may read: it may hold patients. Gone again where what fills it
    fails. Raises Refused."""
    try:
        file = os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise Refused(f"{name}: cannot be written: {error.strerror}.") from None
    try:
        with file:
            yield file
    except BaseException:
        Path(name).unlink()
        raise
