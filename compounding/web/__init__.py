"""Forms and pages: text into values at the edge, values into pages.

desk          what every page stands on: site, drugs, people, database, clock
fields        fields that keep what was typed and read it once
forms         what is asked of an order, and how it becomes values
routes        what each page needs of who opens it
identity      who is signed in, and the gate before every page
proving       a secret checked now, throttled
sign_in       signing in and out
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
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, Response, redirect, url_for
from flask_wtf.csrf import CSRFProtect

from compounding import formulary, training
from compounding.credentials import kept_key, secrets_key
from compounding.policy import Market
from compounding.records import Engine, Person
from compounding.web import account, calculator, identity, orders, pages, preparations, saving, sign_in
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
        SECRET_KEY=kept_key(home, "session.key"),
        MAX_CONTENT_LENGTH=MOST_SENT,
        SESSION_COOKIE_NAME=f"desk_{of_market.value}",  # two desks on one machine share its cookies
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch can still be sent
    )
    app.extensions[EXTENSION] = d
    identity.set_up(app)  # before the guard of the tokens: a form is looked at once its sender is known
    CSRFProtect(app)
    pages.set_up(app)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(account.blueprint)
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
    site, key = training.SITES[market], secrets_key(home)

    def enter(engine: Engine, typed: training.Typed, who: Person, form_key: str) -> None:
        saving.enter(Desk(site, drugs, engine, clock, key), typed, who, form_key)

    engine = training.prepare(home, market, clock(), enter)
    return Desk(site, drugs, engine, clock, key)


def _favicon() -> Response:
    return redirect(url_for("static", filename="icon.svg"), 301)  # type: ignore[return-value]
