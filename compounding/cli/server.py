"""`compounding serve`: the pages, served on this machine in training mode."""

from __future__ import annotations

import argparse

from compounding.cli.answers import FINE, Answer, Refused, choice_if_given, whole
from compounding.cli.parsers import Commands
from compounding.policy import Market
from compounding.quantities import quote

DEFAULT_PORT = 5000


def add(commands: Commands) -> None:
    """Declares `serve`."""
    serve = commands.add_parser("serve", help="serve the pages on this machine")
    serve.once("--port", "N", f"default {DEFAULT_PORT}")
    serve.once("--market", "us|uk", "which training site; default us")
    serve.set_defaults(run=_serve)


def _serve(given: argparse.Namespace) -> Answer:
    """Serves until it is interrupted."""
    import waitress

    from compounding.records import RecordsFault
    from compounding.web import create_app

    port = _port(given.port)
    market = choice_if_given("--market", Market, given.market)
    try:
        app = create_app(market=market.value if market else None)
    except (RecordsFault, ValueError) as fault:
        raise Refused(str(fault)) from None
    print(f"Serving http://127.0.0.1:{port} in training mode. Stop it with Ctrl+C.", flush=True)
    try:
        waitress.serve(app, host="127.0.0.1", port=port, ident=None, threads=4)
    except OSError as error:
        raise Refused(f"--port: {port} cannot be used: {error.strerror}.") from None
    return Answer(FINE)


def _port(text: str | None) -> int:
    if text is None:
        return DEFAULT_PORT
    port = whole("--port", text)
    if not 0 < port < 65536:  # the range of a TCP port
        raise Refused(f"--port: {quote(text)} is not from 1 to 65535.")
    return port
