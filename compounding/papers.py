"""Which elements each document has in each market. The only importer of `labels`.

A document is made once into finished strings, which are stored with its first print; every later
print draws those, so that no upgrade changes an old paper.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, get_args, get_origin, get_type_hints

import labels
from compounding.patient import Identity, years_between
from compounding.policy import Market, Site
from compounding.scanning import own_code
from compounding.wording import papers as words
from compounding.wording.numbers import capital, day, short_name
from compounding.wording.plans import PlanText
from labels import (
    BagLabelUK,
    BagLabelUS,
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
    Extract,
    ExtractRow,
    ExtractValue,
    Foot,
    Header,
    Heading,
    InProcessCheck,
    Inspection,
    LabelCount,
    Material,
    MaterialCaptions,
    Materials,
    Moment,
    Order,
    PageMark,
    Pair,
    Refused,
    Signature,
    SignatureCaptions,
    Signatures,
    Step,
    Steps,
    Tick,
    Times,
    Verification,
    WorkingLine,
    Worksheet,
)

__all__ = [
    "DOCUMENTS",
    "Answer",
    "Extract",
    "ExtractRow",
    "ExtractValue",
    "Pair",
    "Refused",
    "Work",
    "draw",
    "draw_extract",
    "strings",
]

DOCUMENTS = ("label", "worksheet")
_STOCKS = {
    ("label", "us"): labels.US_4X3,
    ("label", "uk"): labels.UK_100X75,
    ("worksheet", "us"): labels.LETTER,
    ("worksheet", "uk"): labels.A4,
}
_USUAL_DPI = 203  # of a label printer; the other is 300
_VERDICT = (Tick("Accept"), Tick("Reject"))
_SIGNED = SignatureCaptions("Meaning", "Printed name", "Role", "Signature", "Date", "Time")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a finding was answered, as a row of the worksheet says it: each at most two short lines."""

    what: str
    """The finding in a few words, with the coded reason."""
    reason: str
    """In words."""
    by: str


@dataclass(frozen=True, slots=True)
class Work:
    """One saved preparation, as its papers need it."""

    number: str
    text: PlanText
    identity: Identity
    site: Site
    prescriber: str
    give_on: date
    height_measured: date | None
    weight_measured: date | None
    entered_by: str
    entered_at: str
    """Date and time in words."""
    answers: tuple[Answer, ...] = ()
    log_head: str | None = None
    """The code of the log's entry that put the preparation in the state shown; None before it is saved."""

    @property
    def market(self) -> Market:
        return self.site.policy.market


def strings(document: str, work: Work, copy: int) -> dict[str, Any]:
    """The finished strings of a document, fit to be stored as JSON.

    Raises Refused, naming the field, where the document cannot be drawn from them.
    """
    made = _MAKERS[(document, work.market.value)](work)
    stored = {"document": document, "market": work.market.value, "content": asdict(made)}
    of_copy = with_copy(stored, work.number, copy)
    _require_fit(of_copy)
    return of_copy


def _require_fit(stored: Mapping[str, Any]) -> None:
    """Measures every run, as drawing would, and paints nothing. Raises Refused, naming the field."""
    made, stock = _made(stored)
    if isinstance(made, Worksheet):
        labels.compose_worksheet(made, stock)
    else:
        labels.compose_bag_label(made, stock, _USUAL_DPI)


def with_copy(stored: Mapping[str, Any], number: str, copy: int) -> dict[str, Any]:
    """The same strings for another copy: only the copy line differs, and on a label the symbol's text."""
    content = dict(stored["content"])
    if stored["document"] == "label":
        content |= {"copy": f"Copy {copy}", "symbol": own_code(number, str(copy))}
    else:
        foot = content["foot"]
        content |= {"foot": {**foot, "facts": (*foot["facts"][:-1], f"copy {copy}")}}
    return {**stored, "content": content}


def draw(stored: Mapping[str, Any], dpi: int = _USUAL_DPI) -> bytes:
    """The PDF of a document from its stored strings; the same strings give the same bytes.

    `dpi` is that of the label printer, 203 or 300. Raises Refused, naming the field.
    """
    made, stock = _made(stored)
    if isinstance(made, Worksheet):
        return labels.draw_worksheet(made, stock)
    return labels.draw_bag_label(made, stock, dpi)


def draw_extract(extract: Extract, market: Market) -> bytes:
    """A part of the log as a PDF on the market's paper, each page numbered. Raises Refused, naming the field."""
    stock = _STOCKS[("worksheet", market.value)]
    pages = labels.extract_pages(extract, stock)
    numbered = replace(extract, pages=tuple(f"Page {page} of {pages}" for page in range(1, pages + 1)))
    return labels.draw_extract(numbered, stock)


def _made(stored: Mapping[str, Any]) -> tuple[Any, labels.Stock]:
    """The document that strings were stored of, and the stock it is drawn on."""
    key = (stored["document"], stored["market"])
    return _read(_KINDS[key], stored["content"]), _STOCKS[key]


def _us_label(work: Work) -> BagLabelUS:
    text, identity, site, word = work.text, work.identity, work.site, words.WORDS[Market.US]
    band, note = words.hazard(text)
    return BagLabelUS(
        patient_name=identity.name,
        mrn=Pair("MRN", identity.mrn),
        born=Pair("Born", day(identity.born, Market.US)),
        location=identity.location or None,
        generic=text.generic,
        brand=words.brand(text, Market.US),
        dose=f"DOSE {text.dose}",
        diluent=f"in {short_name(text.diluent)},",
        total_volume=f"TOTAL VOLUME {text.bag}",
        strength=f"({text.per_mL}), contains {text.volume} of {text.strength}",
        route=f"FOR {text.route.upper()}",
        rate=text.infuse,
        give_on=Pair("Give on", text.give_on),
        cycle=text.cycle_day,
        start_before=Moment(word.start_before, words.NOT_TIMED),
        complete_by=Moment(word.complete_by, words.NOT_TIMED),
        storage=text.storage,
        limit=text.clocks_note or None,
        light=text.light,
        handling=text.handling or None,
        hazard=band,
        hazard_note=note or None,
        single_dose=text.use,
        bag="Bag 1 of 1",
        number=Pair(word.number, work.number),
        prescriber=f"Prescriber {work.prescriber}",
        pharmacy=site.pharmacy,
        phone=f"24 h {site.phone}",
        symbol=own_code(work.number, "1"),
        training=words.TRAINING_ON_LABEL if site.training else None,
    )


def _uk_label(work: Work) -> BagLabelUK:
    text, identity, site, word = work.text, work.identity, work.site, words.WORDS[Market.UK]
    return BagLabelUK(
        generic=text.generic,
        brand=words.brand(text, Market.UK),
        dose=text.dose,
        diluent=f"in {text.bag} {short_name(text.diluent)}",
        strength=f"({text.per_mL})",
        route=f"For {text.route[0].lower()}{text.route[1:]}",
        rate=text.infuse,
        patient_name=identity.name,
        nhs_number=Pair("NHS No.", words.spaced_nhs(identity.nhs_number)) if identity.nhs_number else None,
        hospital_number=Pair("Hospital no.", identity.hospital_number),
        born=Pair("Born", day(identity.born, Market.UK)),
        ward=identity.location or None,
        cycle=text.cycle_day,
        bag="Bag 1 of 1",
        batch=Pair(word.number, work.number),
        expiry=Moment(word.start_before, words.NOT_TIMED),
        complete_by=Moment(word.complete_by, words.NOT_TIMED),
        storage=" ".join(filter(None, (text.storage, text.handling, text.clocks_note))),
        light=text.light,
        hazard=text.hazard,
        children="Keep out of the sight and reach of children",
        pharmacy=f"{site.pharmacy}, {site.phone}",
        address=site.address,
        symbol=own_code(work.number, "1"),
        training=words.TRAINING_ON_LABEL if site.training else None,
    )


def _worksheet(work: Work) -> Worksheet:
    text, market = work.text, work.market
    deviations = _deviations(work)
    pages = labels.page_count(_STOCKS[("worksheet", market.value)], len(deviations.rows))
    return Worksheet(
        pages=tuple(_page_mark(work.number, page, pages) for page in range(1, pages + 1)),
        header=_header(work),
        banner=_banner(work),
        signature_captions=_SIGNED,
        order=_order(work),
        verification=Verification(
            Heading("D", "Order verified", "against the order, not against this paper"), Signature("Order verified")
        ),
        calculation=_calculation(text),
        materials=_materials(text, market),
        clearance=Clearance(
            Heading("G", "Line clearance and cabinet"),
            (Tick("No other drug, label or paper in the area"), Tick("Clean, airflow in range")),
            Box(words.WORDS[market].cabinet),
            Box("Initials, time"),
        ),
        steps=_steps(text),
        draws=_draws(text),
        times=_times(text, market),
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
            tuple(map(Box, ("Printed", "On bag", "On cover", "Specimen", "Destroyed", "Difference, 0"))),
        ),
        discarded=Discarded(
            Heading("M", "Discarded", _discard_note(text)),
            (Box("Expected", words.discarded(text)), Box("Actual mL, initials")),
        ),
        deviations=deviations,
        signatures=_signatures(),
        foot=_foot(work),
        mark=words.TRAINING_ON_WORKSHEET if work.site.training else None,
    )


def _page_mark(number: str, page: int, pages: int) -> PageMark:
    return PageMark(f"Page {page} of {pages}", own_code(number, f"p{page}"))


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


def _materials(text: PlanText, market: Market) -> Materials:
    saline = text.diluent
    rows: list[tuple[str, str | None, str | None, str]]
    rows = [(product, text.code, text.maker, quantity) for product, quantity in words.vial_rows(text)]
    spare = ", and for the spare if it is wetted" if text.spare else ""
    rows.append((text.reconstitute_with, f"{text.water_each} for each vial{spare}", None, text.water))
    if text.making == "B":
        rows.append((saline, f"ready-filled bag of {text.bag}", None, "1"))
    else:
        rows.append((saline, None, None, text.saline))
        rows.append((f"Empty container, {text.bag}", text.container, None, "1"))
    if text.light_cover:
        rows.append(("Light cover", None, None, "1"))
    return Materials(
        Heading("F", "Materials", "S scanned, T typed twice. One row for each vial."),
        MaterialCaptions("Product", "Maker", "Quantity", words.WORDS[market].lot, "Expiry", "S / T"),
        tuple(Material(str(number), capital(product), *rest) for number, (product, *rest) in enumerate(rows, 1)),
        (Signature("Materials assembled"), Signature("Materials checked")),
    )


def _steps(text: PlanText) -> Steps:
    return Steps(
        Heading("H", "Steps", "tick when done; time of day in the boxes"),
        tuple(
            Step(number=str(number), text=tuple(filter(None, lines)), stop=stop, timed=timed)
            for number, (lines, stop, timed) in enumerate(words.steps(text), 1)
        ),
    )


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


def _times(text: PlanText, market: Market) -> Times:
    word = words.WORDS[market]
    names = ("First vial wetted (T)", "Dilute by", word.fridge, word.start_before_row, word.complete_by_row)
    return Times(
        Heading("K", "Times", text.clocks_note or "rule that set each"),
        tuple(Clock(name, rule) for name, rule in zip(names, text.clock_rules, strict=True)),
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


def _signatures() -> Signatures:
    meanings = ("Calculation checked", "Prepared", "In-process checked", "Labels counted", "Final check", "Released")
    return Signatures(
        Heading("O", "Signatures", "preparer is neither checker nor releaser"), tuple(map(Signature, meanings))
    )


def _foot(work: Work) -> Foot:
    text = work.text
    return Foot(
        (
            f"{text.drug_file}, checksum {words.spaced_checksum(text.checksum)}",
            f"program {text.program}",
            f"state shown: entered, {work.entered_at}",
            "copy 1",
        ),
        f"log head {work.log_head}" if work.log_head else None,
    )


_MAKERS: Mapping[tuple[str, str], Any] = {
    ("label", "us"): _us_label,
    ("label", "uk"): _uk_label,
    ("worksheet", "us"): _worksheet,
    ("worksheet", "uk"): _worksheet,
}
_KINDS: Mapping[tuple[str, str], type[Any]] = {
    ("label", "us"): BagLabelUS,
    ("label", "uk"): BagLabelUK,
    ("worksheet", "us"): Worksheet,
    ("worksheet", "uk"): Worksheet,
}


def _read(kind: Any, stored: Any) -> Any:
    """A stored value as the dataclass, tuple or text that it was. Raises TypeError for any other shape."""
    if isinstance(kind, types.UnionType):
        if stored is None:
            return None
        (kind,) = (option for option in get_args(kind) if option is not type(None))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: _read(hints[field.name], stored[field.name]) for field in fields(kind)})  # type: ignore[operator]
    if get_origin(kind) is tuple:
        inner = get_args(kind)
        items = [inner[0]] * len(stored) if len(inner) == 2 and inner[1] is ... else inner
        return tuple(_read(item, value) for item, value in zip(items, stored, strict=True))
    if not isinstance(stored, kind):
        raise TypeError(f"{stored!r} is not {kind}")
    return stored
