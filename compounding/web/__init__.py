"""Forms and pages: text into values at the edge, values into pages.

desk          what every page stands on: site, drugs, people, database, clock
fields        fields that keep what was typed and read it once
forms         what is asked of an order, and how it becomes values
acts          forms of what people do: answer and save, print, search
reasons       the coded reasons
orders        entry, review, saving
as_typed      an order as it was typed, to be read over
known         what is stored already of the same patient, and alike names
saving        what is stored of an order, and what binds it to what was shown
preparations  the list, a saved preparation, its papers
calculator    a dose without a patient
paperwork     what the papers are made from, and a trial of them
plan_page     a plan's strings laid out for a page
pictures      the vials and the bag, to scale
pages         head, banner, headers, error pages
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, Response, redirect, url_for
from flask_wtf.csrf import CSRFProtect

from compounding import formulary, training
from compounding.policy import Market
from compounding.records import Engine, Person
from compounding.web import calculator, orders, pages, preparations, saving
from compounding.web.desk import EXTENSION, Clock, Desk

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
MOST_SENT = 64 * 1024  # bytes; the longest form holds about 5,000


def create_app(home: Path | None = None, market: str | None = None, clock: Clock | None = None) -> Flask:
    """The desk of one training site, its database made and filled where missing.

    home    what the site keeps; default COMPOUNDING_HOME, else instance/
    market  us or uk; default COMPOUNDING_MARKET, else us
    clock   the present moment with its zone; default the machine's
    """
    home = home or Path(os.environ.get("COMPOUNDING_HOME", "instance"))
    of_market = _market(market or os.environ.get("COMPOUNDING_MARKET", "us"))
    d = _desk(home, of_market, clock or (lambda: datetime.now(UTC)))
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder="static")
    app.config.update(
        SECRET_KEY=_session_key(home),
        MAX_CONTENT_LENGTH=MOST_SENT,
        SESSION_COOKIE_NAME=f"desk_{of_market.value}",  # two desks on one machine share its cookies
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch can still be sent
    )
    app.extensions[EXTENSION] = d
    CSRFProtect(app)
    pages.set_up(app)
    app.register_blueprint(orders.blueprint)
    app.register_blueprint(preparations.blueprint)
    app.register_blueprint(calculator.blueprint)
    app.add_url_rule("/favicon.ico", "favicon", _favicon)
    return app


def _market(name: str) -> Market:
    try:
        return Market(name)
    except ValueError:
        raise ValueError(f"COMPOUNDING_MARKET: {name!r} is neither us nor uk") from None


def _desk(home: Path, market: Market, clock: Clock) -> Desk:
    drugs = formulary.catalogue(market, home / "drugs")
    site, staff = training.SITES[market], training.STAFF[market]

    def enter(engine: Engine, typed: training.Typed, who: Person, key: str) -> None:
        saving.enter(Desk(site, drugs, staff, engine, clock), typed, who, key)

    engine = training.prepare(home, market, clock(), enter)
    return Desk(site, drugs, staff, engine, clock)


def _session_key(home: Path) -> bytes:
    """The key that signs sessions: random, made once, readable by its owner alone."""
    path = home / "session.key"
    if not path.exists():
        new = home / f"session.key.{secrets.token_hex(4)}"
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):  # another process was here first, and its key holds
            os.link(new, path)
        new.unlink()
    return path.read_bytes()


def _favicon() -> Response:
    return redirect(url_for("static", filename="icon.svg"), 301)  # type: ignore[return-value]
