"""What every page has: its head, its banner, its headers, and the pages that say what went wrong."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from compounding.formulary import Presentation
from compounding.patient import Identity, months_between, years_between
from compounding.policy import Market
from compounding.records import RecordsFault, RecordsRefused
from compounding.web.desk import desk_as_known
from compounding.web.forms import SiteForm
from compounding.web.plan_page import NO_BREAK, kept
from compounding.web.routes import ROUTES
from compounding.wording.numbers import DASH, amount, count
from compounding.wording.numbers import day as written_day
from compounding.wording.papers import spaced_nhs
from compounding.wording.plan_values import PlanText

NOT_SAVED = 503
View = TypeVar("View", bound=Callable[..., Any])
_SHOWN_AGAIN: set[Callable[..., Any]] = set()
LOST = "Your session had ended, so nothing was done. All that was typed is still here: read it again and send it again."

# Nothing is fetched from elsewhere, nothing stands in the pages but markup, and no other page may frame them.
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_NAV = (
    ("Worklist", "worklist.shown"),
    ("Patients", "patients.listed"),
    ("Preparations", "preparations.listed"),
    ("New order", "orders.new"),
    ("Calculator", "calculator.calculator"),
    ("Drugs", "drugs.listed"),
    ("Waste", "wastes.shown"),
    ("Recalls", "recalls.shown"),
    ("Audit", "audit.searched"),
    ("Staff", "staff.listed"),
    ("Settings", "settings.listed"),
)

_SENTENCES = {
    400: ("Not understood", "What was sent cannot be read. Go back and send it again."),
    404: ("Not found", "There is no such page, or no preparation of this number."),
    405: ("Not allowed", "This page cannot be used in this way."),
    413: ("Too long", "More was sent than a form of this desk can hold. Nothing is saved."),
    415: ("Not understood", "What was sent cannot be read. Go back and send it again."),
    422: ("Not understood", "What was sent cannot be read. Go back and send it again."),
    500: ("Something went wrong", "The desk has a fault. Look in the preparations for what is saved."),
}


def set_up(app: Flask) -> None:
    """Gives an application the head, the headers and the error pages."""
    app.context_processor(_head)
    app.after_request(_headers)
    app.register_error_handler(CSRFError, _lost)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(RecordsFault, _unsaved)
    app.log_exception = _log_without_values  # type: ignore[method-assign]


def _head() -> dict[str, Any]:
    d, who = desk_as_known(), g.get("signed_in")
    return {
        "lang": "en-US" if d.market is Market.US else "en-GB",
        "training": d.site.training,
        "nav": [
            (name, url_for(place), place.startswith(f"{request.blueprint}."))
            for name, place in _NAV
            if who is not None and who.may(ROUTES[place])
        ],
        "site": d.site.name if who is None else f"{d.site.name} · {who.workstation}",
        "who": None if who is None else who.person,
    }


def _headers(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.endpoint != "static":  # the stylesheet holds no patient, and is asked for again each time
        response.headers["Cache-Control"] = "no-store"
    return response


def _lost(error: CSRFError) -> Any:
    """Shows the page of the form again, with what was typed, where its view knows how; else refuses."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view not in _SHOWN_AGAIN or g.get("signed_in") is None:
        return _refused(error)
    g.lost = True
    try:
        shown: Any = view(**(request.view_args or {}))
    except (HTTPException, RecordsFault) as refused:
        # As without this handler: what is raised within one, nobody else answers.
        return current_app.handle_user_exception(refused)
    response = current_app.make_response(shown)
    if "Location" not in response.headers:  # what was done before the session ended leads to its page
        response.status_code = 400
    return response


def shown_again(view: View) -> View:
    """Marks a view that asks lost() before it acts: it may be called for a form without its session."""
    _SHOWN_AGAIN.add(view)
    return view


def lost() -> bool:
    """Whether the form came without its session: then a view shows it again and does nothing."""
    return bool(g.get("lost", False))


def _refused(error: HTTPException) -> Any:
    code = error.code or 500
    if code < 400:  # a redirect
        return error
    title, sentence = _SENTENCES.get(code, _SENTENCES[500 if code >= 500 else 400])
    response = current_app.make_response((_said(title, sentence), code))
    if isinstance(allowed := getattr(error, "valid_methods", None), (list, tuple, set)):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def _unsaved(fault: RecordsFault) -> Any:
    return _said("The records cannot be reached", str(fault)), NOT_SAVED


def _said(title: str, sentence: str) -> str:
    """The error page; bare where it cannot be drawn: what is raised here the server itself would log, values and
    all."""
    try:
        return render_template("error.html", title=title, sentence=sentence)
    except Exception:
        _log_without_values(sys.exc_info())
        return f"<!doctype html><title>{escape(title)}</title><p>{escape(sentence)}</p>"


def _log_without_values(exc_info: Any) -> None:
    """Where it happened, without the message: that may quote what was typed, and so a patient."""
    kind, _, trace = exc_info
    where = "".join(traceback.format_tb(trace))
    current_app.logger.error("%s %s: %s\n%s", request.method, request.path, getattr(kind, "__name__", kind), where)


def page(template: str, errors: list[dict[str, str]] | None = None, heading: str = "", **more: Any) -> str:
    """A page, with the summary of its errors on top where it has any."""
    return render_template(template, errors=errors or [], errors_heading=heading, **more)


def problem(anchor: str, text: str, severity: str = "stop") -> dict[str, str]:
    return {"id": anchor, "text": text, "severity": severity}


def problems(*forms: SiteForm | None) -> list[dict[str, str]]:
    """What is wrong with the fields of these forms, each leading to its field; of those that there are."""
    found = [pair for form in forms if form is not None for pair in form.errors_in_order()]
    return [problem(field.anchor, f"{field.label.text.removesuffix('.')}: {text}") for field, text in found]


def status_of(fault: RecordsFault) -> int:
    """How a page answers on which something was not stored: 409 where the records refuse it as they stand."""
    return 409 if isinstance(fault, RecordsRefused) else NOT_SAVED


def heading(problems: Sequence[object], nothing: str = "saved", instead: str = "") -> str:
    """`instead` is said where something was stored all the same."""
    return f"{count(len(problems), 'problem')}. {instead or f'Nothing is {nothing}.'}"


# ------------------------------------------------------------------ the banner


def product_banner(drug: Presentation | None, market: Market) -> dict[str, Any]:
    """The drug's part of the banner, before there is a plan."""
    unplanned: dict[str, Any] = {"number": "", "dose": DASH, "dose_notes": []}
    if drug is None:
        return {**unplanned, "drug": "No drug chosen", "market": market.value.upper(), "vial": DASH}
    vial = f"{amount(drug.vials.labelled.value)} vial, {amount(drug.vials.concentration.value)}"
    return {
        **unplanned,
        **_product(drug.names.generic.value, drug.names.brand.value, vial, market),
    }


def _product(generic: str, brand: str, vial: str, market: Market) -> dict[str, str]:
    content, _, strength = kept(vial).partition(", ")
    return {
        "drug": generic,
        "brand": f" ({brand})" if market is Market.US else f", {brand}",
        "market": market.value.upper(),
        "vial": content,
        "strength": f", {strength}",
    }


def patient_facts(identity: Identity, on: date, market: Market) -> dict[str, Any]:
    """The patient's part of the banner."""
    facts = [("Born", kept(f"{written_day(identity.born, market)} ({age(identity.born, on)})"))]
    facts += list(numbers(identity))
    return {
        "name": identity.name,
        "facts": facts,
        "more": [("Location" if market is Market.US else "Ward", identity.location)],
    }


def numbers(identity: Identity) -> list[tuple[str, str]]:
    """The patient's numbers, an NHS number in groups of three, three and four."""
    grouped = spaced_nhs(identity.nhs_number).replace(" ", NO_BREAK) if identity.nhs_number else ""
    named = (("MRN", identity.mrn), ("NHS No.", grouped), ("Hospital no.", identity.hospital_number))
    return [(name, number) for name, number in named if number]


def age(born: date, on: date) -> str:
    years = years_between(born, on)
    return count(years, "year") if years >= 2 else count(months_between(born, on), "month")


def banner(identity: Identity, text: PlanText, on: date, market: Market, number: str) -> dict[str, Any]:
    """The whole banner of a plan for a patient: who, what, and the dose."""
    patient = patient_facts(identity, on, market)
    facts = [("Order", text.cycle_day.lower()), ("Give on", text.give_on)]
    return {
        **_product(text.generic, text.brand, text.vial, market),
        **patient,
        "more": [*patient["more"], *facts],
        "number": number,
        "dose": kept(text.dose),
        "dose_notes": [kept(text.in_bag)],
    }
