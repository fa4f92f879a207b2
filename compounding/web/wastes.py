"""What was thrown away: of one preparation, beside what is billed for it; and of a period, with its sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from compounding import papers, records
from compounding.quantities import plain
from compounding.records import WasteEntry
from compounding.vials import bill
from compounding.web import certificates, pages, reporting, stored_page
from compounding.web.desk import Desk, desk
from compounding.web.extracts import spreadsheet
from compounding.web.fields import Day
from compounding.web.forms import SiteForm, blame
from compounding.web.identity import event, me
from compounding.web.labels import opened_way
from compounding.web.plan_page import kept
from compounding.web.progressing import Way
from compounding.web.viewing import VIEWED, viewed
from compounding.web.waste_period import HEIGHT, MOST_DAYS, WIDTH, Slice, Sums, bars, bounds, slices, sums
from compounding.web.witnessing import printed_names
from compounding.wording import wastes as wording
from compounding.wording.numbers import amount, figure, moment
from compounding.wording.numbers import day as written_day
from compounding.wording.reports import WASTE
from compounding.workflow import Deed
from compounding.workflow.progress import Waste
from compounding.workflow.wastes import balance

blueprint = Blueprint("wastes", __name__)

SUMMED, TAKEN_OUT = "waste viewed", "waste exported"
MOST_SHOWN = 200  # of a period, the newest; the CSV has all
COLUMNS = (
    *("entered", "entered_utc", "preparation", "market", "drug", "training", "what", "vial", "mg", "mL"),
    *("reason", "witness", "person", "role", "entry"),
)
_BIN = (("What", ""), ("Mass", "right keep"), ("Volume", "right keep"), ("Reason", ""), ("Witness", "keep"))
_SLICES = (
    *(("When", "keep"), (wording.LEFT, "right keep"), (wording.WHOLE, "right keep")),
    *(("In all", "right keep"), (wording.CONCENTRATE, "right keep"), (wording.DILUTED, "right keep")),
    ("Preparations", "right keep"),
)
_ENTRIES = (
    *(("Entered", "keep"), ("Preparation", "keep"), ("What", "")),
    *(("Mass", "right"), ("Volume", "right"), ("Reason", ""), ("By", "")),
)


# ------------------------------------------------------------------ of one preparation


@blueprint.get("/preparations/<number>/wastes")
def of_one(number: str) -> Any:
    """The bin beside the bill."""
    way = opened_way(number)
    viewed(VIEWED, number, page="waste")
    return _page_of_one(way)


def _page_of_one(way: Way, problems: Sequence[dict[str, str]] = ()) -> str:
    d, errors = desk(), list(problems)
    names = printed_names(d)
    plan = stored_page.stored_plan(way.saved)
    return pages.page(
        "wastes_of_one.html",
        errors,
        pages.heading(errors, "printed"),
        saved=way.saved,
        state=way.saved.state.capitalize(),
        banner=stored_page.banner(way.saved, d),
        heads=_BIN,
        rows=[_bin_row(waste, names) for waste in way.progress.wastes],
        total=_thrown(way),
        planned=kept(f"{plan.text.discarded_mass} in {plan.text.discarded_volume}"),
        billing=plan.billing,
        rule=list(_rule(way)),
        not_billed=wording.NOT_BILLED,
        not_given=wording.not_given(way.saved.state, way.progress.infused),
        balance=[(name, kept(text)) for name, text in wording.balance_pairs(balance(way.progress))],
        copies=reporting.copies(WASTE, way.saved.number, d),
        may_print=me().may(Deed.PRINT),
        action=url_for("wastes.print_one", number=way.saved.number),
    )


@blueprint.post("/preparations/<number>/wastes/print")
@pages.shown_again
def print_one(number: str) -> Any:
    """The waste certificate of a preparation."""
    way, d = opened_way(number), desk()
    if pages.lost():
        return _page_of_one(way, [pages.problem(reporting.PRINTING, pages.LOST)])
    return reporting.printed(
        WASTE,
        number,
        lambda shown: papers.waste_of_one(certificates.of_one(way, d), shown),
        lambda problems: _page_of_one(way, problems),
    )


def _bin_row(waste: Waste, names: Mapping[str, str]) -> dict[str, Any]:
    text, witness = wording.waste_text(waste), names[waste.witness] if waste.witness else ""
    return {"cells": (text.what, kept(text.mass), kept(text.volume), text.reason, witness)}


def _thrown(way: Way) -> str:
    found = balance(way.progress).discarded
    return kept(amount(found))


def _rule(way: Way) -> Iterator[str]:
    figures = way.progress.planned
    billed = bill(figures.prepared, figures.vials.count, figures.drug)
    if billed is not None:
        yield from map(kept, wording.billing_rule(billed[0], figures.drug, figures.vials.count))


# ------------------------------------------------------------------ of a period


class PeriodForm(SiteForm):
    """The days that are summed, both included."""

    since = Day("From", missing="Type the first day.")
    until = Day("To", missing="Type the last day.")

    def is_right(self) -> bool:
        """Whether both days can be read, are in order and not too far apart."""
        self.validate()
        first, last = self.since.data, self.until.data
        if first and last and last < first:
            blame(self.until, f"{self._said(last)} is before {self._said(first)}, the day that it begins with.")
        elif first and last and (last - first).days >= MOST_DAYS:
            blame(self.until, f"{self._said(first)} to {self._said(last)} is more than five years.")
        return not self.errors_in_order()

    def _said(self, on: date) -> str:
        return written_day(on, self.since.market)


def _this_month(d: Desk) -> PeriodForm:
    today = d.today()
    typed = {"since": today.replace(day=1), "until": today}
    parts = {
        f"{name}_{part}": str(getattr(on, part)) for name, on in typed.items() for part in ("day", "month", "year")
    }
    return PeriodForm(d, MultiDict(parts))


@blueprint.get("/wastes")
def shown() -> Any:
    """This month until today."""
    form = _this_month(desk())
    form.validate()
    return _period_page(form)


@blueprint.post("/wastes")
@pages.shown_again
def search() -> Any:
    form = PeriodForm(desk(), request.form)
    if pages.lost():
        return _period_page(form, [pages.problem("since_day", pages.LOST)], summed=False)
    return _period_page(form) if form.is_right() else (_period_page(form, summed=False), 422)


def _period_page(form: PeriodForm, problems: Sequence[dict[str, str]] = (), *, summed: bool = True) -> str:
    d = desk()
    fields = [pages.problem(field.anchor, f"{field.label.text}: {text}") for field, text in form.errors_in_order()]
    errors: list[dict[str, str]] = [*problems, *fields]
    found: tuple[WasteEntry, ...] = ()
    when, names = "", printed_names(d)
    if summed:
        found, when = _entries(form, d), wording.period(form.since.data, form.until.data, d.market)
        viewed(SUMMED, period=when)
    return pages.page(
        "wastes.html",
        errors,
        pages.heading(errors, "summed"),
        form=form,
        when=when,
        typed=list(form.typed().items()),
        drugs=[_drug(drug, of, form, d) for drug, of in _by_drug(found)],
        heads=_SLICES,
        entry_heads=_ENTRIES,
        may_print=me().may(Deed.PRINT),
        copies=reporting.copies(WASTE, reporting.of_period(when), d) if summed else (),
        rows=[_entry_row(entry, names, d) for entry in reversed(found[-MOST_SHOWN:])],
        more=f"The newest {MOST_SHOWN} of {figure(len(found))}; the CSV has all." if len(found) > MOST_SHOWN else "",
    )


def _entries(form: PeriodForm, d: Desk) -> tuple[WasteEntry, ...]:
    return records.waste_between(d.engine, *bounds(form.since.data, form.until.data, d.zone))


def _by_drug(found: Sequence[WasteEntry]) -> Iterator[tuple[str, list[WasteEntry]]]:
    """Masses of two drugs are never one sum."""
    for drug in sorted({entry.drug_id for entry in found}):
        yield drug, [entry for entry in found if entry.drug_id == drug]


def _drug(drug: str, of: Sequence[WasteEntry], form: PeriodForm, d: Desk) -> dict[str, Any]:
    whole, parts = sums(of), slices(of, form.since.data, form.until.data, d.zone)
    when = wording.period(form.since.data, form.until.data, d.market)
    name = next((one.names.brand.value for one in d.drugs if one.id == drug), drug)
    return {
        "name": name,
        "id": drug,
        "tiles": list(_tiles(whole)),
        "rows": [_slice_row(part, d) for part in parts if part.sums.preparations],
        "bars": bars(parts),
        "most": kept(amount(max((part.sums.mass for part in parts), key=lambda mass: mass.value))),
        "width": WIDTH,
        "height": HEIGHT,
        "ends": (written_day(form.since.data, d.market), written_day(form.until.data, d.market)),
        "summary": wording.plot_summary(len(parts), amount(whole.mass), when),
    }


def _tiles(whole: Sums) -> Iterator[tuple[str, str, str]]:
    volumes = wording.volumes_text(whole.concentrate, whole.diluted)
    yield "Thrown away", kept(amount(whole.mass)), kept(volumes)
    yield wording.LEFT, kept(amount(whole.left)), "after the draw"
    yield wording.WHOLE, kept(amount(whole.whole)), "broken, rejected, wasted"
    yield "Preparations", figure(whole.preparations), "with anything thrown away"


def _slice_row(part: Slice, d: Desk) -> dict[str, Any]:
    of = part.sums
    amounts = (amount(of.left), amount(of.whole), amount(of.mass), amount(of.concentrate), amount(of.diluted))
    when = wording.period(part.first, part.last, d.market)
    return {"cells": (when, *map(kept, amounts), figure(of.preparations))}


def _entry_row(entry: WasteEntry, names: Mapping[str, str], d: Desk) -> dict[str, Any]:
    text = wording.waste_text(entry.waste)
    number = {"main": entry.number, "href": url_for("wastes.of_one", number=entry.number)}
    when, seen_by = kept(moment(entry.at, d.zone, d.market)), entry.waste.witness
    by = {"main": entry.person.name, "small": [f"witness {names[seen_by]}"] if seen_by else []}
    return {"cells": (when, number, text.what, kept(text.mass), kept(text.volume), text.reason, by)}


@blueprint.post("/wastes/csv")
@pages.shown_again
def csv() -> Any:
    """Every row of a period as a table: a plain figure in each cell, with its unit in the name of the column."""
    d, form = desk(), PeriodForm(desk(), request.form)
    if pages.lost():
        return _period_page(form, [pages.problem("since_day", pages.LOST)], summed=False)
    if not form.is_right():
        return _period_page(form, summed=False), 422
    found = _entries(form, d)
    when = wording.period(form.since.data, form.until.data, d.market)
    names = printed_names(d)
    table = spreadsheet(COLUMNS, (_cells(entry, names, d) for entry in found))
    records.record(d.engine, event(TAKEN_OUT, {"period": when, "rows": figure(len(found))}))
    headers = {"Content-Disposition": 'attachment; filename="waste.csv"'}
    return Response(table, mimetype="text/csv", headers=headers)


def _cells(entry: WasteEntry, names: Mapping[str, str], d: Desk) -> tuple[str, ...]:
    waste, at = entry.waste, entry.at.astimezone(UTC)
    return (
        moment(entry.at, d.zone, d.market),
        at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        entry.number,
        entry.market,
        entry.drug_id,
        "yes" if entry.training else "no",
        waste.what.value,
        str(waste.place or ""),
        plain(waste.mass.value),
        plain(waste.volume.value),
        waste.reason,
        names[waste.witness] if waste.witness else "",
        entry.person.name,
        entry.person.role,
        str(entry.entry),
    )


@blueprint.post("/wastes/certificate")
@pages.shown_again
def print_period() -> Any:
    """The waste certificate of a period: every row of it, and what is billed beside the bin."""
    d, form = desk(), PeriodForm(desk(), request.form)
    if pages.lost():
        return _period_page(form, [pages.problem("since_day", pages.LOST)], summed=False)
    if not form.is_right():
        return _period_page(form, summed=False), 422
    when = wording.period(form.since.data, form.until.data, d.market)
    facts = ((("Period", when), ("Site", d.site.name)),)
    return reporting.printed(
        WASTE,
        reporting.of_period(when),
        lambda shown: papers.waste_of_period(facts, tuple(certificates.of_drugs(_entries(form, d), d)), shown),
        lambda problems: _period_page(form, problems),
    )
