"""`compounding serve`: the pages, served on this machine: in training to its own browsers, else to a proxy."""

from __future__ import annotations

import argparse
from typing import Any

from compounding.cli.answers import FINE, Answer, Refused, choice_if_given, whole
from compounding.cli.parsers import Commands
from compounding.policy import Market
from compounding.quantities import quote

DEFAULT_PORT = 5000
LOOPBACK = "127.0.0.1"

BEHIND_A_PROXY: dict[str, Any] = {
    "trusted_proxy": LOOPBACK,
    "trusted_proxy_count": 1,
    "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
    "clear_untrusted_proxy_headers": True,
}
"""Who asks, and whether over https, is what the proxy on this machine says; what a browser says of it is dropped."""


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
    url = app.config["SITE_URL"]
    print(_said(port, url), flush=True)
    try:
        waitress.serve(app, host=LOOPBACK, port=port, ident=None, threads=4, **(BEHIND_A_PROXY if url else {}))
    except OSError as error:
        raise Refused(f"--port: {port} cannot be used: {error.strerror}.") from None
    return Answer(FINE)


def _said(port: int, url: str) -> str:
    here = f"http://{LOOPBACK}:{port}"
    if url:
        return f"Serving {url} for patient use, to the proxy on this machine at {here}. Stop it with Ctrl+C."
    return f"Serving {here} in training mode. Stop it with Ctrl+C."


def _port(text: str | None) -> int:
    if text is None:
        return DEFAULT_PORT
    port = whole("--port", text)
    if not 0 < port < 65536:  # the range of a TCP port
        raise Refused(f"--port: {quote(text)} is not from 1 to 65535.")
    return port
