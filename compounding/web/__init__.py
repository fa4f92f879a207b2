"""Forms and pages: text into values at the edge, values into pages.

desk          what every page stands on: site, drugs, people, database, clock
fields        fields that keep what was typed and read it once
forms         what is asked of an order, and how it becomes values
routes        what each page needs of who opens it
needs         what an account must have before it opens or signs anything
identity      who is signed in, and their sessions
gate          who may open a page, asked before every page
proving       a secret checked now, throttled
unlocking     signing in, and in again in place of a page
sign_in       signing in and out
account       one's own password, PIN and second factor
staff         the accounts of a site
qr            a QR code as a drawing
signing       a signature at a page, and what binds a page to what it showed
acts          forms of what people do: answer and sign, print, search
reasons       the coded reasons
orders        entry, review, saving, changing
order_page    the page of an order's form
as_typed      an order as it was typed, to be read over
as_written    stored strings read as the program writes them, or refused
drafts        an order before it is saved, and what the log is told of each try
telling       what the log is told of an order
known         what is stored already of the same patient, and alike names
changing      an order that is changed, and from which version
saving        what is stored of an order, signed
blind         what nobody may see of a preparation who may still verify or check it
verifying     an order worked out afresh, compared and signed
viewing       the log of access
stored_page   a saved preparation as its pages show it
preparations  the list, a saved preparation, its papers
worklist      what is under way, the nearest limit first
work_rows     a row of the worklist
scanned_back  a label, a worksheet or a number, and whether it holds
recorded      what was recorded, in the words of the papers
labels        the labels, counted
label_forms   a copy scanned back, printed again, destroyed
label_copies  the copies as their page shows them
offers        a dose just over whole vials
lot_uses      everything that a lot was used for
enrolled      the product codes of the site
wastes        what was thrown away, of one preparation and of a period
waste_period  a period in parts, with its sums
recalls       a lot, and all that it was used for
downtime      blank worksheets printed ahead, and what became of their numbers
printers      the label printers, set up and calibrated
printer_forms forms of the label printers
printing      labels on a printer of the site, and what came out
scanner       what a scanner sends, read
enrolling     product codes that the site adds
rounding      a dose rounded down to whole vials
stepping      pages of whoever checks and releases: who may open them
checking      the blind check before the drug is added
record_page   what was recorded, as whoever checks or releases reads it
releasing     the final check and the release
planned_again the plan of a stored order made again, and held against what is stored
progressing   a stored preparation on its way
taking        a step that a page takes, judged on the page that it was opened on
path          what the pages of a preparation on its way share
path_page     the next action, clocks and lists of a preparation
path_rows     its steps, materials and vials
path_forms    a scan, a true time, a lot typed twice, an ending
picking       a scan or a typed pack, read against what is needed
materials     what is recorded and what leaves again
true_times    when a vial was wetted, and the drug added
witnessing    a second person who sees something go
ending        cancelled, rejected, come back, thrown away
patients      patients found, entered, corrected, and the page of one with their courses
patient_forms the forms of a patient, and of a course that is opened
courses       a course opened, shown, ordered from, and what is recorded of it
course_forms  what is recorded of a course, a form for each kind
course_page   a course as its page shows it
course_changes what a fact changes of its course, for the log
course_plan   the treatment plan of a course as a paper
in_course     a stored course as the rules see it
placing       an order in its course
checklists    the checklist before a dose
checklist_forms  its boxes, by the drug file
giving        a dose as it was given
given_times   when it ran in, by the true times typed
calculator    a dose without a patient
calendar      the doses of a course as months
drugs         the drugs that are prepared, each with all that its file states, and its master record
paperwork     what the papers are made from, and a trial of them
plan_page     a plan's strings laid out for a page
pictures      the vials and the bag, to scale
pages         head, banner, headers, error pages
audit         the log: searched, compared, checked, taken out
timeline      entries of the log as rows of a page
timelines     whose timeline an address names
chain         what the log rests on, and its check
extracts      what is taken out of the log
reporting     documents of a moment, printed in editions
reconciling   the label reconciliation sheet
certificates  waste certificates in words
master        what a master record is made from
log_forms     forms of those who read the log
settings      the site's settings, read and changed
fault_gate    shut while a setting does not fit: nothing is planned or printed
setting_form  the form of one setting, by its kind
kept_setting  one setting as it stands, with its history
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from flask import Flask, Response, redirect, url_for
from flask_wtf.csrf import CSRFProtect

from compounding import formulary, sites, training
from compounding.credentials import kept_key, secrets_key
from compounding.policy import Market
from compounding.sites import Opened
from compounding.web import (
    account,
    audit,
    calculator,
    checking,
    checklists,
    courses,
    downtime,
    drugs,
    ending,
    enrolling,
    fault_gate,
    gate,
    giving,
    identity,
    labels,
    materials,
    orders,
    pages,
    patients,
    preparations,
    printers,
    recalls,
    reconciling,
    releasing,
    reporting,
    rounding,
    saving,
    scanner,
    settings,
    sign_in,
    staff,
    true_times,
    verifying,
    wastes,
    worklist,
)
from compounding.web.desk import EXTENSION, Clock, Desk

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
MOST_SENT = 64 * 1024  # bytes; the longest form holds about 5,000


def create_app(home: Path | None = None, market: str | None = None, clock: Clock | None = None) -> Flask:
    """The desk of the site that `sites` finds: one for patient use, or a training site, made where there is none.

    home    what the site keeps; default COMPOUNDING_HOME, else instance/
    market  us or uk; default COMPOUNDING_MARKET, else the site's own, and us for a new training site
    clock   the present moment with its zone; default the machine's

    Raises RecordsFault, and ValueError for a market or a drug file that is none.
    """
    home = home or Path(os.environ.get("COMPOUNDING_HOME", "instance"))
    asked = market or os.environ.get("COMPOUNDING_MARKET")
    clock = clock or (lambda: datetime.now(UTC))
    found = sites.opened(home, _market(asked) if asked else None, clock())
    d = _desk(found, home, clock)
    app = Flask(__name__, template_folder=str(TEMPLATES), static_folder="static")
    app.config.update(
        SITE_URL=found.url,
        SECRET_KEY=kept_key(home, "session.key"),
        MAX_CONTENT_LENGTH=MOST_SENT,
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch can still be sent
        **identity.cookies(d),
    )
    app.extensions[EXTENSION] = d
    gate.set_up(app)  # before the guard of the tokens
    fault_gate.set_up(app)
    CSRFProtect(app)
    pages.set_up(app)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(account.blueprint)
    app.register_blueprint(staff.blueprint)
    app.register_blueprint(orders.blueprint)
    app.register_blueprint(preparations.blueprint)
    app.register_blueprint(verifying.blueprint)
    app.register_blueprint(materials.blueprint)
    app.register_blueprint(true_times.blueprint)
    app.register_blueprint(ending.blueprint)
    app.register_blueprint(worklist.blueprint)
    app.register_blueprint(checking.blueprint)
    app.register_blueprint(releasing.blueprint)
    app.register_blueprint(labels.blueprint)
    app.register_blueprint(wastes.blueprint)
    app.register_blueprint(reconciling.blueprint)
    app.register_blueprint(reporting.blueprint)
    app.register_blueprint(enrolling.blueprint)
    app.register_blueprint(scanner.blueprint)
    app.register_blueprint(rounding.blueprint)
    app.register_blueprint(recalls.blueprint)
    app.register_blueprint(downtime.blueprint)
    app.register_blueprint(calculator.blueprint)
    app.register_blueprint(drugs.blueprint)
    for one in (patients, courses, checklists, giving):
        app.register_blueprint(one.blueprint)
    app.register_blueprint(audit.blueprint)
    app.register_blueprint(settings.blueprint)
    app.register_blueprint(printers.blueprint)
    app.add_url_rule("/favicon.ico", "favicon", _favicon)
    return app


def _market(name: str) -> Market:
    try:
        return Market(name)
    except ValueError:
        raise ValueError(f"COMPOUNDING_MARKET: {name!r} is neither us nor uk") from None


def _desk(found: Opened, home: Path, clock: Clock) -> Desk:
    """The desk of a site; a training site's invented people and orders are there when it opens."""
    market = found.site.policy.market
    try:
        drugs = formulary.catalogue(market, home / "drugs")
        d = Desk(found.site, drugs, found.engine, clock, secrets_key(home), home)
        if found.site.training:
            training.fill(d.engine, d.secrets_key, market, clock(), partial(saving.enter, d))
    except BaseException:
        found.engine.dispose()
        raise
    return d


def _favicon() -> Response:
    return redirect(url_for("static", filename="icon.svg"), 301)  # type: ignore[return-value]
