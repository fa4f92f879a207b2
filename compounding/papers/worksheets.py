"""The worksheets of both markets, filled with what was recorded when they are printed; the rest is for the hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from compounding.papers.work import Lot, Recorded, Signed, Work
from compounding.patient import years_between
from compounding.policy import Market
from compounding.scanning import page_code
from compounding.wording import papers as words
from compounding.wording.numbers import capital, day
from compounding.wording.plans import PlanText
from compounding.workflow import Meaning
from compounding.workflow.materials import Kind
from labels import (
    Banner,
    Box,
    Calculation,
    Clearance,
    Clock,
    Deviation,
    DeviationCaptions,
    Deviations,
    Discarded,
    Draw,
    DrawCaptions,
    Draws,
    Foot,
    Header,
    Heading,
    InProcessCheck,
    Inspection,
    LabelCount,
    Material,
    MaterialCaptions,
    Materials,
    Order,
    PageMark,
    Pair,
    Signature,
    SignatureCaptions,
    Signatures,
    Step,
    Steps,
    Stock,
    Tick,
    Times,
    Verification,
    WorkingLine,
    Worksheet,
    page_count,
)

Place = tuple[Kind, int]

_VERDICT = (Tick("Accept"), Tick("Reject"))
_SIGNED = SignatureCaptions("Meaning", "Printed name", "Role", "Signature", "Date", "Time")
_COUNTED = ("Printed", "On bag", "On cover", "Specimen", "Destroyed", "Difference, 0")
# A row without a meaning is signed by hand alone.
_ROWS = (
    ("Calculation checked", None),
    ("Prepared", None),
    ("In-process checked", Meaning.IN_PROCESS_CHECK),
    ("Labels counted", None),
    ("Final check", Meaning.FINAL_CHECK),
    ("Released", Meaning.RELEASE),
)


def worksheet(work: Work, stock: Stock) -> Worksheet:
    """The worksheet of a preparation, for the stock whose pages it fills."""
    text, market, recorded = work.text, work.market, work.recorded
    deviations = _deviations(work)
    pages = page_count(stock, len(deviations.rows))
    return Worksheet(
        pages=tuple(_page_mark(work, page, pages) for page in range(1, pages + 1)),
        header=_header(work),
        banner=_banner(work),
        signature_captions=_SIGNED,
        order=_order(work),
        verification=Verification(
            Heading("D", "Order verified", "against the order, not against this paper"),
            _signature("Order verified", recorded.signatures.get(Meaning.ORDER_VERIFICATION)),
        ),
        calculation=_calculation(text),
        materials=_materials(text, market, recorded),
        clearance=Clearance(
            Heading("G", "Line clearance and cabinet"),
            (Tick("No other drug, label or paper in the area"), Tick("Clean, airflow in range")),
            Box(words.WORDS[market].cabinet),
            Box("Initials, time"),
        ),
        steps=_steps(text, recorded),
        draws=_draws(text),
        times=_times(text, market, recorded),
        check=InProcessCheck(
            Heading("I", "In-process check by a second person", "before the drug is added to the bag"),
            (Box("Vials: product, lot, number"), Box("Diluent"), Box("Volume drawn, mL"), _mass(text)),
            _VERDICT,
        ),
        inspection=Inspection(
            Heading("J", "Final inspection"),
            tuple(Tick(caption) for caption in _inspected(text)),
            _VERDICT,
        ),
        labels=LabelCount(
            Heading("L", "Labels", "printed = applied + specimen + destroyed; specimen on the back"),
            tuple(map(Box, _COUNTED, recorded.labels)),
        ),
        discarded=Discarded(
            Heading("M", "Discarded", _discard_note(text)),
            (Box("Expected", words.discarded(text)), Box("Actual mL, initials")),
        ),
        deviations=deviations,
        signatures=_signatures(recorded),
        foot=_foot(work),
        mark=words.TRAINING_ON_WORKSHEET if work.site.training else None,
    )


def _page_mark(work: Work, page: int, pages: int) -> PageMark:
    return PageMark(f"Page {page} of {pages}", page_code(work.number, page, work.version))


def _header(work: Work) -> Header:
    word = words.WORDS[work.market]
    return Header(letter="A", title=word.worksheet, pharmacy=work.site.pharmacy, number=f"{word.number} {work.number}")


def _banner(work: Work) -> Banner:
    text, identity, market = work.text, work.identity, work.market
    born = Pair("Born", day(identity.born, market))
    if market is Market.US:
        numbers: tuple[Pair, ...] = (Pair("MRN", identity.mrn), born)
    else:
        nhs = (Pair("NHS No.", words.spaced_nhs(identity.nhs_number)),) if identity.nhs_number else ()
        numbers = (*nhs, Pair("Hospital no.", identity.hospital_number), born)
    return Banner(
        letter="B",
        patient_name=identity.name,
        numbers=numbers,
        age=f"age {years_between(identity.born, work.give_on)}",
        location=identity.location or None,
        generic=text.generic,
        brand=words.brand(text, market),
        dose=words.dose_line(text, market),
        cycle=f"{text.cycle_day}, give on {text.give_on}",
    )


def _order(work: Work) -> Order:
    text, market = work.text, work.market
    return Order(
        Heading("C", "Order", f"ordered by {work.prescriber}; entered by {work.entered_by}, {work.entered_at}"),
        (
            Box(_measured("Height", work.height_measured, market), text.height),
            Box(_measured("Weight", work.weight_measured, market), text.weight),
            Box(f"BSA, {text.formula}", text.bsa),
            Box("Cycle and day", text.cycle_day),
            Box("Dose level", text.level),
            Box("Give on", text.give_on),
        ),
        (
            Box("Calculated dose", text.calculated),
            Box("Ordered dose", text.ordered),
            Box("Difference", text.difference),
        ),
        Box(f"Rounding: {text.rounding}", text.cap),
    )


def _measured(what: str, when: date | None, market: Market) -> str:
    return f"{what}, {day(when, market)}" if when else what


def _calculation(text: PlanText) -> Calculation:
    lines = tuple(WorkingLine(row.name, row.expression, row.result, row.source) for row in words.working_lines(text))
    captions = ("BSA, m²", "Dose, mg", "Volume, mL", "Vials", "Diluent, mL", "Agrees: initials, time")
    first, second, third, fourth, fifth, sixth = map(Box, captions)
    return Calculation(
        heading=Heading("E", "Calculation", "each line is rounded before the next line uses it"),
        lines=lines,
        checker="Checker’s own result",
        checker_note="worked from the order by a second person, before reading the lines above",
        boxes=(first, second, third, fourth, fifth, sixth),
    )


def _materials(text: PlanText, market: Market, recorded: Recorded) -> Materials:
    rows = [*_vial_rows(text), *_fluid_rows(text)]
    lots = recorded.lots
    return Materials(
        Heading("F", "Materials", "S scanned, T typed twice. One row for each vial."),
        MaterialCaptions("Product", "Maker", "Quantity", words.WORDS[market].lot, "Expiry", "S / T"),
        tuple(
            _numbered(number, row, lots.get(place) if place else None) for number, (place, row) in enumerate(rows, 1)
        ),
        (Signature("Materials assembled"), Signature("Materials checked")),
    )


def _vial_rows(text: PlanText) -> Iterator[tuple[Place, Material]]:
    for place, (product, quantity) in enumerate(words.vial_rows(text), 1):
        yield (Kind.DRUG, place), Material("", product, text.code, text.maker, quantity)


def _fluid_rows(text: PlanText) -> Iterator[tuple[Place | None, Material]]:
    spare = ", and for the spare if it is wetted" if text.spare else ""
    water = f"{text.water_each} for each vial{spare}"
    yield (Kind.WATER, 0), Material("", text.reconstitute_with, water, quantity=text.water)
    if text.making == "B":  # a ready-filled bag is the diluent too
        yield (Kind.CONTAINER, 0), Material("", text.diluent, f"ready-filled bag of {text.bag}", quantity="1")
    else:
        yield (Kind.DILUENT, 0), Material("", text.diluent, quantity=text.saline)
        yield (Kind.CONTAINER, 0), Material("", f"Empty container, {text.bag}", text.container, quantity="1")
    if text.light_cover:
        yield None, Material("", "Light cover", quantity="1")


def _numbered(number: int, row: Material, lot: Lot | None) -> Material:
    """A row of the table, with what was recorded for it."""
    numbered = replace(row, number=str(number), product=capital(row.product))
    if lot is None:
        return numbered
    return replace(numbered, maker=lot.maker or row.maker, lot=lot.lot, expiry=lot.expiry, entry=lot.read_by)


def _steps(text: PlanText, recorded: Recorded) -> Steps:
    hours = iter(_hours(text, recorded))
    return Steps(
        Heading("H", "Steps", "tick when done; time of day in the boxes"),
        tuple(
            _step(number, tuple(filter(None, lines)), stop, timed, next(hours) if timed else None)
            for number, (lines, stop, timed) in enumerate(words.steps(text), 1)
        ),
    )


def _step(number: int, lines: tuple[str, ...], stop: bool, timed: bool, hour: str | None) -> Step:
    return Step(number=str(number), text=lines, stop=stop, ticked=hour is not None, timed=timed, time=hour)


def _hours(text: PlanText, recorded: Recorded) -> Iterator[str | None]:
    """The time of day of each timed step, in their order: the first vial, the others, the spare, the dilution."""
    planned, wetted = sum(not draw.spare for draw in text.draws), recorded.wetted
    yield wetted.get(1)
    if planned > 1:
        yield wetted.get(planned) if all(place in wetted for place in range(2, planned + 1)) else None
    if text.spare:
        yield wetted.get(planned + 1)
    yield recorded.diluted


def _draws(text: PlanText) -> Draws:
    note = "nominal; by total" if text.nominal else f"{text.each} can be drawn"
    return Draws(
        Heading("H", "Vial draws", note),
        DrawCaptions("Vial", "Draw", "Drawn, mL"),
        tuple(
            Draw(vial=vial, first=first, second=second, result=result)
            for vial, first, second, result in words.draw_lines(text)
        ),
    )


def _times(text: PlanText, market: Market, recorded: Recorded) -> Times:
    word = words.WORDS[market]
    names = ("First vial wetted (T)", "Dilute by", word.fridge, word.start_before_row, word.complete_by_row)
    return Times(
        Heading("K", "Times", text.clocks_note or "rule that set each"),
        tuple(map(Clock, names, text.clock_rules, recorded.clocks)),
    )


def _mass(text: PlanText) -> Box:
    """Never the expected figure: the checker works blind."""
    return Box("Mass drawn, g") if text.expected_mass else Box("Mass: no density stated", "not weighed")


def _inspected(text: PlanText) -> tuple[str, ...]:
    cover = ("Light cover on",) if text.light_cover else ()
    return ("Clear, no particles", "No leak", f"Volume {text.bag}", *cover, "Label right and legible")


def _discard_note(text: PlanText) -> str | None:
    if text.stays:
        return f"stays in the vials: {text.stays}"
    if len(text.billing) > 1:
        return f"{text.billing[1].code} {text.billing[1].units}"
    return "nominal" if text.nominal else None


def _deviations(work: Work) -> Deviations:
    return Deviations(
        Heading(
            "N",
            "Deviations and overrides",
            "name, signature, date and time of who allowed it. None: strike through and initial.",
        ),
        DeviationCaptions("What", "Reason", words.WORDS[work.market].authorised_by),
        (
            *(Deviation(departure.what, departure.reason, departure.by) for departure in work.text.departures),
            *(Deviation(answer.what, answer.reason, answer.by) for answer in work.answers),
        ),
    )


def _signatures(recorded: Recorded) -> Signatures:
    return Signatures(
        Heading("O", "Signatures", "preparer is neither checker nor releaser"),
        tuple(_signature(caption, recorded.signatures.get(meaning) if meaning else None) for caption, meaning in _ROWS),
    )


def _signature(caption: str, signed: Signed | None) -> Signature:
    """A row that is signed on screen names the entry of the log that holds the signature."""
    if signed is None:
        return Signature(caption)
    return Signature(caption, signed.name, signed.role, signed.entry, signed.at.date, signed.at.hour)


def _foot(work: Work) -> Foot:
    text = work.text
    return Foot(
        (
            f"{text.drug_file}, checksum {words.spaced_checksum(text.checksum)}",
            f"program {text.program}",
            f"state shown: {work.recorded.state or f'entered, {work.entered_at}'}",
            "copy 1",
        ),
        f"log head {work.log_head}" if work.log_head else None,
    )
