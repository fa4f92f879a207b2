"""A network label printer for tests: a real server on a real port, that answers as Zebra's manual says.

It keeps the formats that it printed. What goes wrong with it is said when it is made."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from compounding.printing import Address, Times

PATIENT = Times(connect=10, answer=10, print_=30, pause=0.01)
"""For a printer that answers, however busy this machine is."""
HASTY = Times(connect=10, answer=1, print_=1, pause=0.01)
"""For one that does not."""
_COMMAND = re.compile(rb"~HS|~JA|\^XZ")


ALWAYS = 1000


@dataclass
class Zebra:
    """How the printer stands, and what it does wrong."""

    paper: int = 99
    """Labels left on the roll. One that comes to an empty roll waits in the printer."""
    head_open: bool = False
    paused: bool = False
    ribbon_out: bool = False
    jams: bool = False
    """It takes a label and never finishes it."""
    answers: int = ALWAYS
    """How many questions it answers before it falls silent."""
    says: bytes | None = None
    """What it answers instead of its status."""
    hangs_up_after: int | None = None
    """Bytes, after which it closes the connection."""
    hangs_up_at_the_end: bool = False
    """It prints the label and closes the connection."""
    deaf: bool = False
    """It takes the connection and reads nothing."""
    printed: list[bytes] = field(default_factory=list)
    asked: int = 0
    waiting: list[bytes] = field(default_factory=list)
    partial: bool = False
    port: int = 0

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", self.port)

    @property
    def times(self) -> Times:
        """How long a test waits for it."""
        return HASTY if self.deaf or self.jams or self.answers < ALWAYS else PATIENT

    def status(self) -> bytes:
        """Three lines as the manual has them; a 1 where something is wrong."""
        out, held = int(self.paper == 0 and bool(self.waiting)), len(self.waiting)
        first = f"030,{out},{int(self.paused)},0609,{held:03},0,0,{int(self.partial)},000,0,0,0"
        second = f"001,0,{int(self.head_open)},{int(self.ribbon_out)},0,2,4,0,{0:08},1,000"
        return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in (first, second, "1234,0"))

    def take(self, command: bytes, text: bytes, connection: socket.socket) -> None:
        if command == b"~HS":
            self.asked += 1
            if self.asked <= self.answers:
                connection.sendall(self.says if self.says is not None else self.status())
        elif command == b"~JA":
            self.waiting.clear()
            self.partial = False
        elif self.jams or self.paper == 0:
            self.waiting.append(text)
        else:
            self.paper -= 1
            self.printed.append(text)


def _serve(zebra: Zebra, connection: socket.socket, over: threading.Event) -> None:
    heard, label, taken = b"", b"", 0
    while not over.is_set():
        if zebra.deaf:
            over.wait(0.01)
            continue
        try:
            more = connection.recv(4096)
        except TimeoutError:
            continue
        if not more:
            return
        taken += len(more)
        if zebra.hangs_up_after is not None and taken > zebra.hangs_up_after:
            return
        heard += re.sub(rb"[\r\n]", b"", more)  # ZPL knows no lines
        while found := _COMMAND.search(heard):
            label += heard[: found.start()]
            heard = heard[found.end() :]
            zebra.partial = b"^XA" in label and found[0] != b"^XZ"
            ended, label = (label + b"^XZ", b"") if found[0] == b"^XZ" else (b"", label)
            zebra.take(found[0], ended, connection)
            if ended and zebra.hangs_up_at_the_end:
                return


@contextmanager
def running(zebra: Zebra) -> Iterator[Zebra]:
    """The printer on a port of this machine, as long as the block lasts."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        zebra.port = server.getsockname()[1]
        server.settimeout(0.02)
        thread = threading.Thread(target=_accept, args=(zebra, server, over), daemon=True)
        thread.start()
        try:
            yield zebra
        finally:
            over.set()
            thread.join(5)


def _accept(zebra: Zebra, server: socket.socket, over: threading.Event) -> None:
    while not over.is_set():
        try:
            connection, _ = server.accept()
        except TimeoutError:
            continue
        with connection:
            connection.settimeout(0.02)
            try:
                _serve(zebra, connection, over)
            except OSError:
                continue


def nobody() -> Address:
    """A port of this machine at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return Address("127.0.0.1", server.getsockname()[1])
