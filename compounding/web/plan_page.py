"""A plan's finished strings, laid out for a page: the same for a review and for what was saved years ago."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from compounding.web.pictures import (
    MOST_VIALS,
    BagFigures,
    BagPicture,
    VialFigures,
    VialPicture,
    bag_picture,
    vials_picture,
)
from compounding.wording.findings import FindingText
from compounding.wording.numbers import DASH, capital, count, short_name
from compounding.wording.numbers import figure as written
from compounding.wording.plan_values import PlanText
from compounding.wording.working import EXACT, Row

T = TypeVar("T")
Figures = Mapping[str, Any]
"""A plan as JSON, as it is computed or as it was stored."""

NO_BREAK, FIGURE_SPACE, POINT_SPACE = "\u00a0", "\u2007", "\u2008"
_UNITS = "mg|mcg|micrograms?|mL|kg|cm|m²|g|h|min|lb|ft|in|m2|%|vials?|units?|years?|months?|days?"
_NUMBER_AND_UNIT = re.compile(rf"(?<=[0-9]) (?=(?:{_UNITS})(?![A-Za-z]))")
SEVERITIES = ("stop", "override", "acknowledge", "info")


def kept(value: T) -> T:
    """The same, with each number and its unit held on one line. Never for what somebody typed."""
    if isinstance(value, str):
        return _NUMBER_AND_UNIT.sub(NO_BREAK, value)  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(kept(item) for item in value)  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: kept(getattr(value, field.name)) for field in fields(value)})
    return value


def lined_up(column: Sequence[str]) -> list[str]:
    """Figures padded on the right with spaces as wide as a figure, so that their points stand in line."""
    parts = [text.partition(".") for text in column]
    most = max((len(rest) for _, _, rest in parts), default=0)
    return [
        text + (POINT_SPACE if most and not point else "") + FIGURE_SPACE * (most - len(rest)) if text != DASH else text
        for text, (_, point, rest) in zip(column, parts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding: its first sentence, and the rest of what it says."""

    severity: str
    sentence: str
    judged: str
    source: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """What the templates print of a plan."""

    text: PlanText
    tiles: tuple[tuple[str, str, str], ...]
    findings: tuple[FindingView, ...]
    findings_note: str
    vials: tuple[VialPicture, ...]
    bag: BagPicture | None
    total: tuple[str, str, str]
    caption: str
    unpictured: str
    """Why there is no picture."""
    lines: tuple[Mapping[str, Any], ...]
    formula_heads: tuple[tuple[str, str], ...]
    formulas: tuple[Mapping[str, Any], ...]
    billing: tuple[tuple[str, str, str], ...]
    clocks_title: str
    clocks: tuple[Mapping[str, str], ...]
    masses: tuple[tuple[str, str], ...]
    diluent: str
    origin: str


def plan_page(text: PlanText, figures: Figures, measured: str = "") -> PlanPage:
    """The page of a plan; `measured` says when its measurements were taken, where there is an order."""
    text = kept(text)
    vials, bag = _pictures(text, figures)
    return PlanPage(
        text=text,
        tiles=tuple(_tiles(text)),
        findings=tuple(finding_view(finding) for finding in text.findings),
        findings_note=_counts(text.findings),
        vials=vials,
        bag=bag,
        total=_total(text, figures),
        caption=_caption(text),
        unpictured=_unpictured(text),
        lines=tuple(_lines(text, kept(measured))),
        formula_heads=_FORMULA_HEADS,
        formulas=tuple(_formulas(text)),
        billing=tuple((line.code, line.expression, line.units) for line in text.billing),
        clocks_title=f"Expected clocks, {text.clocks[0].date}" if text.clocks else "",
        clocks=tuple(_clocks(text)),
        masses=_masses(text),
        diluent=short_name(text.diluent),
        origin=f"Drug file {text.drug_file}, checksum {text.checksum[:12]}. Program {text.program}.",
    )


def finding_view(finding: FindingText) -> FindingView:
    first, stop, rest = kept(finding.message).partition(". ")
    source = finding.source if finding.source.startswith(finding.status) else f"{finding.source} ({finding.status})"
    return FindingView(finding.severity, first + stop.strip(), rest, f"{source}.")


def _counts(findings: Sequence[FindingText]) -> str:
    severities = [finding.severity for finding in findings]
    return " · ".join(f"{severities.count(severity)} {severity}" for severity in SEVERITIES)


def _tiles(text: PlanText) -> Iterator[tuple[str, str, str]]:
    yield "Body surface", text.bsa, text.formula
    yield "Dose level", text.level, text.cycle_day.lower()
    yield "Withdraw", text.volume, f"of {text.strength}"
    yield "Vials", text.vials, _beside_vials(text)
    yield "Discard", text.discarded_volume, text.discarded_mass
    yield capital(short_name(text.diluent)), text.saline, f"to {text.bag} in all"


def _beside_vials(text: PlanText) -> str:
    if text.vials == DASH:
        return ""
    return f"and {text.spare}" if text.spare else f"{text.water} water in all"


def _pictures(text: PlanText, figures: Figures) -> tuple[tuple[VialPicture, ...], BagPicture | None]:
    """Nothing where there is nothing to draw, or more vials than a picture holds."""
    if not figures["vials"] or len(text.draws) > MOST_VIALS:
        return (), None
    volume, diluent = Decimal(figures["volume_mL"]), Decimal(figures["diluent_mL"])
    each = (volume + Decimal(figures["discarded_mL"])) / figures["vials"]
    drawn = [Decimal(draw) for draw in figures["draws_mL"]]
    bag = BagFigures(
        drug=volume,
        diluent=diluent,
        total=Decimal(figures["bag_mL"]),
        drug_text=f"{text.volume} drug",
        drug_note=text.dose,
        diluent_text=text.saline,
        diluent_note=short_name(text.diluent),
        total_text=f"{text.bag} in all",
        total_note=text.per_mL,
        sentence=f"Bag: {text.volume} of drug and {text.saline} of {text.diluent}, {text.bag} in all.",
    )
    return vials_picture(tuple(_vials(text, drawn, each)), written), bag_picture(bag)


def _vials(text: PlanText, drawn: Sequence[Decimal], each: Decimal) -> Iterator[VialFigures]:
    nominal = text.nominal
    # All that is discarded is then what stays in this one vial.
    alone = sum(volume != each for volume in drawn) == 1 and not text.stays
    for number, draw in enumerate(text.draws):
        if draw.spare:
            yield VialFigures(
                Decimal(0), each, Decimal(0), draw.name, draw.draw, (draw.aside,), "", "",
                f"{draw.name} is a spare, {draw.aside}.", nominal, True,
            )  # fmt: skip
            continue
        left = each - drawn[number]
        discard = f"discard {draw.left}"
        notes = tuple(note for note in (draw.aside, "" if left else discard) if note)
        yield VialFigures(
            drawn=drawn[number],
            withdrawable=each,
            discarded=left,
            title=draw.name,
            action=f"draw {draw.draw}",
            notes=notes,
            discard=discard if left else "",
            discard_note=text.discarded_mass if left and alone else "",
            sentence=f"{draw.name}: draw {draw.draw}, {discard}.",
            nominal=nominal,
        )


def _total(text: PlanText, figures: Figures) -> tuple[str, str, str]:
    draws = figures["draws_mL"] or ()
    if text.nominal or len(draws) < 2:
        return "drawn in all", text.volume, text.dose
    return " + ".join(written(Decimal(draw)) for draw in draws), f"= {text.volume}", text.dose


def _caption(text: PlanText) -> str:
    if text.nominal:
        drawn = f"What can be drawn is not stated on the label: the dashed surface is {text.each}."
    else:
        drawn = f"{text.each} can be drawn."
    return (
        f"Each vial: {text.water_each} {text.reconstitute_with}. {drawn} Vials and bag each have their own scale; "
        "drug and diluent mix in the bag."
    )


def _unpictured(text: PlanText) -> str:
    if text.vials == DASH:
        return "There is nothing to draw: no volume could be computed for a bag."
    return f"{text.vials_of} are more than a picture holds: the working has the draws."


def _lines(text: PlanText, measured: str) -> Iterator[Mapping[str, Any]]:
    source, status = (f"order, {measured}", "order") if measured else ("exact", "typed")
    typed = Row("typed", "Height, weight", "as typed", f"{text.height}, {text.weight}", EXACT, source, status)
    for number, row in enumerate((typed, *text.rows), 1):
        yield {
            "number": number,
            "step": row.name,
            "expression": row.expression,
            "result": row.result,
            "source": row.source if row.rounding == EXACT else f"{row.source}; rounded to {row.rounding}",
            "status": row.status,
        }


_FORMULA_HEADS = (
    ("Formula", ""),
    ("6\u00a0decimals, m²", "right"),
    ("Rounded, m²", "right"),
    ("Exact, mg", "right"),
    ("Dose, mg", "right strong"),
    ("Withdraw, mL", "right"),
    ("Vials", "right"),
    ("Discard, mL", "right"),
    ("Beside this plan", ""),
)


def _formulas(text: PlanText) -> Iterator[Mapping[str, Any]]:
    figures = ("unrounded", "bsa", "exact", "dose", "volume", "vials", "discarded")
    columns = [lined_up([getattr(formula, name) for formula in text.formulas]) for name in figures]
    for row, formula in enumerate(text.formulas):
        cells = (formula.name, *(column[row] for column in columns), formula.against)
        yield {"cells": cells, "chosen": formula.used}


def _clocks(text: PlanText) -> Iterator[Mapping[str, str]]:
    for clock in text.clocks:
        other = "" if clock.date == text.clocks[0].date else f"{clock.date}, "
        yield {"name": clock.name, "time": clock.time, "rule": f"{other}{clock.rule}"}


def _masses(text: PlanText) -> tuple[tuple[str, str], ...]:
    if not text.expected_mass:
        return ()
    return (
        ("Drawn in all", text.expected_mass),
        ("Accepted reading", text.expected_range),
        ("Water for each vial", text.water_mass),
    )


def asking(findings: Sequence[FindingText], one: str = "needs an answer", more: str = "need an answer") -> str:
    """The heading over the findings; `one` and `more` say what is with those that ask for an answer."""
    stops = sum(finding.severity == "stop" for finding in findings)
    asked = sum(finding.severity in ("override", "acknowledge") for finding in findings)
    if stops:
        return f"Findings: {count(stops, 'stop')} in the way"
    if asked:
        return f"Findings: {asked} {one if asked == 1 else more}"
    return "Findings: none needs an answer" if findings else "No findings"
