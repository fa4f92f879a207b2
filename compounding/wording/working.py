"""The calculation line by line: each step's name, its expressions and its results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compounding.findings import Judged, Line, Part, Source, Status
from compounding.patient import BOYD, DUBOIS, GEHAN_GEORGE, HAYCOCK, MOSTELLER_DIVISOR, Powers
from compounding.quantities import Quantity, plain
from compounding.wording.numbers import amount, capital, count, figure, over_or_under, short_name

Operands = Mapping[str, Any]
EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Row:
    """One expression of one step, as finished strings."""

    step: str
    name: str
    expression: str
    result: str
    rounding: str
    source: str
    status: str


def rows(line: Line) -> tuple[Row, ...]:
    """The rows of a step, one for each of its expressions."""
    return tuple(
        Row(
            step=line.step,
            name=name(line.step, part),
            expression=expression(line.step, part),
            result=result(line.step, part),
            rounding=EXACT if line.rounding is None else amount(line.rounding),
            source="; ".join(source.text for source in _sources(line, part)),
            status=max((source.status for source in _sources(line, part)), key=_STATUSES.index).value,
        )
        for part in line.parts
    )


def _sources(line: Line, part: Part) -> tuple[Source, ...]:
    return line.sources if part.source is None else (part.source,)


_STATUSES = (Status.LABEL, Status.SITE, Status.ORDER, Status.DERIVED, Status.SECONDARY, Status.UNCONFIRMED)


def name(step: str, part: Part) -> str:
    """What a person calls the step; the diluent is named as the drug file names it."""
    if (step, part.case) == ("bag", "diluent"):
        return capital(short_name(str(part.operands["name"])))
    return _NAMES.get((step, part.case)) or _NAMES[(step, "")]


_NAMES: dict[tuple[str, str], str] = {
    ("bsa", ""): "Body surface",
    ("level", ""): "Dose level",
    ("calculated-dose", ""): "Calculated dose",
    ("dose", ""): "Dose",
    ("volume", ""): "Volume to withdraw",
    ("volume", "prepared"): "Prepared dose",
    ("vials", ""): "Vials",
    ("draws", ""): "Draws",
    ("reconstitution", ""): "Water to reconstitute",
    ("discarded", ""): "Discarded, volume",
    ("discarded", "mass"): "Discarded, mass",
    ("discarded", "stays"): "Stays in the vials, volume",
    ("discarded", "stays mass"): "Stays in the vials, mass",
    ("bag", "removed"): "Removed first",
    ("bag", "concentration"): "Concentration",
    ("billing", ""): "Billed, given",
    ("billing", "discarded"): "Billed, discarded",
    ("mass", ""): "Expected mass",
    ("mass", "water"): "Water for each vial",
}


def expression(step: str, part: Part) -> str:
    """The expression with its units."""
    write = _EXPRESSIONS.get((step, part.case)) or _EXPRESSIONS[(step, "")]
    return write(part.operands)


def result(step: str, part: Part) -> str:
    """The result with its unit."""
    value = part.result
    if (step, part.case) == ("draws", "all"):
        return f"at most {_amount_of(value)}"
    if (step, part.case) == ("draws", "to total"):
        return f"to a total of {_amount_of(part.operands['volume'])}"
    if step == "vials":
        return count(int(str(value)), "vial")
    if step == "billing":
        return count(int(str(value)), "unit")
    return _amount_of(value)


def _amount_of(value: Judged) -> str:
    return amount(value) if isinstance(value, Quantity) else str(value)


def _mosteller(o: Operands) -> str:
    divisor = plain(MOSTELLER_DIVISOR)
    return f"√({amount(o['height'])} × {amount(o['weight'])} ÷ {divisor}) = {amount(o['unrounded'], 6)}"


def _powers(formula: Powers) -> Callable[[Operands], str]:
    factor, tall, heavy = map(plain, (formula.factor, formula.tall, formula.heavy))

    def write(o: Operands) -> str:
        height, weight = plain(o["height"].value), plain(o["weight"].value)
        return f"{factor} × {height}^{tall} × {weight}^{heavy} = {amount(o['unrounded'], 6)}"

    return write


def _boyd(o: Operands) -> str:
    height, grams = plain(o["height"].value), plain(o["weight"].value * 1000)
    power = f"({plain(BOYD.heavy)} − {plain(BOYD.bend)} × lg {grams})"
    return f"{plain(BOYD.factor)} × {height}^{plain(BOYD.tall)} × {grams}^{power} = {amount(o['unrounded'], 6)}"


_RESPONSES = {"cr": "CR", "cri": "CRi", "none": "no CR or CRi", "not known": "response not known"}

_EXPRESSIONS: dict[tuple[str, str], Callable[[Operands], str]] = {
    ("bsa", "mosteller"): _mosteller,
    ("bsa", "dubois"): _powers(DUBOIS),
    ("bsa", "haycock"): _powers(HAYCOCK),
    ("bsa", "gehan-george"): _powers(GEHAN_GEORGE),
    ("bsa", "boyd"): _boyd,
    ("level", "own"): lambda o: "the order's own level",
    ("level", "first"): lambda o: f"cycle {o['cycle']}, day {o['day']}, every patient",
    ("level", "later"): lambda o: f"cycle {figure(o['cycle'])}, day {o['day']}, {_RESPONSES[o['response']]}",
    ("calculated-dose", ""): lambda o: f"{amount(o['level'])} × {amount(o['bsa'])}",
    ("dose", "calculated"): lambda o: f"{amount(o['exact'])}, rounded",
    ("dose", "ordered"): lambda o: f"order {amount(o['exact'])}, with no calculated dose to compare",
    ("dose", "compared"): lambda o: f"order {amount(o['exact'])}, {_compared(o)}",
    ("volume", ""): lambda o: f"{amount(o['dose'])} ÷ {amount(o['concentration'])}",
    ("volume", "prepared"): lambda o: (
        f"{amount(o['volume'])} × {amount(o['concentration'])}, {over_or_under(o['difference'])} {amount(o['dose'])}"
    ),
    ("vials", "known"): lambda o: f"{amount(o['volume'])} ÷ {amount(o['each'])}, up to whole vials",
    ("vials", "nominal"): lambda o: f"{amount(o['volume'])} ÷ {amount(o['each'])} nominal, up to whole vials",
    ("draws", "full"): lambda o: f"vial {o['vial']}: all of it",
    ("draws", "all"): lambda o: f"vial {o['vial']}: all that can be drawn, nominal",
    ("draws", "to total"): lambda o: f"vial {o['vial']}: the rest, by the total",
    ("draws", "rest"): lambda o: (
        f"vial {o['vial']}: {amount(o['volume'])} − {amount(o['before'])}"
        if o["vial"] > 1
        else f"vial 1: {amount(o['volume'])}"
    ),
    ("reconstitution", ""): lambda o: f"{amount(o['each'])} × {count(o['vials'], 'vial')}",
    ("discarded", "volume"): lambda o: f"{o['vials']} × {amount(o['each'])} − {amount(o['volume'])}",
    ("discarded", "mass"): lambda o: f"{o['vials']} × {amount(o['labelled'])} − {amount(o['dose'])}",
    ("discarded", "stays"): lambda o: f"{o['vials']} × ({amount(o['nominal'])} − {amount(o['each'])})",
    ("discarded", "stays mass"): lambda o: f"{amount(o['stays'])} × {amount(o['concentration'])}",
    ("bag", "diluent"): lambda o: f"{amount(o['bag'])} − {amount(o['volume'])}",
    ("bag", "removed"): lambda o: f"{amount(o['volume'])} + {amount(o['overfill'])} overfill",
    ("bag", "concentration"): lambda o: f"{amount(o['dose'])} ÷ {amount(o['bag'])}",
    ("billing", "administered"): lambda o: f"{amount(o['dose'])} ÷ {amount(o['unit'])}, rounded up",
    ("billing", "discarded"): lambda o: f"{o['per_vial']} × {count(o['vials'], 'vial')} − {o['administered']}",
    ("mass", "water"): lambda o: f"{amount(o['each'])} × {amount(o['density'])}",
    ("mass", ""): lambda o: (
        f"{amount(o['volume'])} × {amount(o['density'])}; within ±{figure(o['percent'])} %: "
        f"{figure(o['low'].value)} to {amount(o['high'])}"
    ),
}


def _compared(o: Operands) -> str:
    link = " from" if o["difference"].value == 0 else ""
    limits = (o["override_over_percent"], o["stop_over_percent"])
    return f"{over_or_under(o['difference'], limits)}{link} {amount(o['calculated'])}"
