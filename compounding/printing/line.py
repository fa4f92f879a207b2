"""The connection to a network label printer. No label is called printed before the printer itself has said that it is
done, and none is called unprinted that it may have.

A label goes in two parts. All of it but its end is sent first, and the printer is asked how it stands: it prints
nothing of a label whose end has not come, so whatever goes wrong until then leaves it unprinted for certain. After the
end it is asked again until it is idle. Where it then falls silent nobody here knows, and a person must look.
(Zebra, ZPL II programming guide: ^XZ ends a format and prints it; control commands such as ~HS and ~JA are acted upon
when they are received.)
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from compounding.printing.status import ANSWER, ASK, LONGEST, Status, read_status

_CANCEL = b"~JA\r\n"
"""Cancels what the printer holds: a label must not come out by itself once it is written down as not printed."""


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Times:
    """How long is waited, in seconds."""

    connect: float = 3.0
    answer: float = 3.0
    """For an answer to one question."""
    print_: float = 20.0
    """For one label to come out: 4 in take 2 s at the slowest speed, and a cutter or a cold head some more."""
    pause: float = 0.3
    """Between two questions. It must be idle twice: right after the end of a label it may not have begun it."""


def longest(labels: int, times: Times) -> float:
    """How many seconds a sending of so many labels takes at most, once there is a connection: then it is out, or
    somebody must look. Of each label two parts are sent and, after each, a question that is sent and answered; what
    was asked just before it was too slow is still waited for, and then it is taken back."""
    return labels * (times.print_ + times.pause + 7 * times.answer)


class NotPrinted(Exception):
    """A label that did not come out, for certain. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unknown(Exception):
    """Nobody here knows whether a label came out: a person must look. `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Line:
    """An open connection to one printer."""

    def __init__(self, connection: socket.socket, times: Times) -> None:
        self._connection = connection
        self._times = times

    def ready(self) -> None:
        """Raises NotPrinted where it does not answer, or could not print now."""
        try:
            status = self._ask()
        except (OSError, ValueError) as error:
            raise NotPrinted(_why(error)) from None
        if status.faults:
            raise NotPrinted(status.faults[0])

    def print_(self, label: bytes, end: bytes) -> None:
        """Prints one label, which ends with `end`, and waits until it is out. Raises NotPrinted and Unknown."""
        if not label.endswith(end):
            raise ValueError("a label ends with the end of its format")
        try:
            self._send(label.removesuffix(end))
            self.ready()
        except NotPrinted:
            self._cancel()
            raise
        except OSError as error:
            raise NotPrinted(_why(error)) from None
        try:
            self._send(end)
            self._settle()
        except (OSError, ValueError) as error:
            self._cancel()
            raise Unknown(_why(error)) from None

    def _settle(self) -> None:
        """Raises as print_, and what _ask raises."""
        until, idle = time.monotonic() + self._times.print_, 0
        while idle < 2:
            time.sleep(self._times.pause)
            status = self._ask()
            if status.faults:
                self._cancel()
                # Idle, it has nothing left to print: the label may have been the last one on the roll.
                raise (Unknown if status.idle else NotPrinted)(status.faults[0])
            idle = idle + 1 if status.idle else 0
            if time.monotonic() > until:
                self._cancel()
                raise Unknown("too-slow")

    def _send(self, data: bytes) -> None:
        self._connection.settimeout(self._times.answer)
        self._connection.sendall(data)

    def _cancel(self) -> None:
        """Takes back what the printer holds, where it still listens."""
        with suppress(OSError):
            self._send(_CANCEL)

    def _ask(self) -> Status:
        """Raises OSError where it is gone, and ValueError for what is no answer."""
        self._send(ASK)
        until, heard = time.monotonic() + self._times.answer, b""
        while not ANSWER.search(heard):
            if len(heard) > LONGEST:
                raise ValueError("the answer is too long for a printer's status")
            if (left := until - time.monotonic()) <= 0:
                raise TimeoutError
            self._connection.settimeout(left)
            more = self._connection.recv(LONGEST)
            if not more:
                raise ConnectionError("the printer hung up")
            heard += more
        return read_status(heard)


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, TimeoutError):
        return "silent"
    return "broke-off" if isinstance(error, OSError) else "not-a-printer"


@contextmanager
def connected(address: Address, times: Times) -> Iterator[Line]:
    """A line to a printer, closed at the end. Raises NotPrinted where there is none."""
    try:
        connection = socket.create_connection((address.host, address.port), times.connect)
    except socket.gaierror:
        raise NotPrinted("no-such-host") from None
    except (OSError, UnicodeError):  # a label of a host that is longer than 63 letters
        raise NotPrinted("no-connection") from None
    with connection:
        yield Line(connection, times)
