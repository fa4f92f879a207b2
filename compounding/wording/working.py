"""The calculation line by line: each step's name, its expressions and its results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from compounding.findings import Line, Part, Status
from compounding.policy import Market
from compounding.quantities import Quantity, plain
from compounding.wording.numbers import amount, count, figure, over_or_under

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


def rows(line: Line, market: Market) -> tuple[Row, ...]:
    """The rows of a step, one for each of its expressions."""
    source = "; ".join(source.text for source in line.sources)
    weakest = max((source.status for source in line.sources), key=_STATUSES.index)
    return tuple(
        Row(
            step=line.step,
            name=name(line.step, part.case, market),
            expression=expression(line.step, part),
            result=result(line.step, part),
            rounding=EXACT if line.rounding is None else amount(line.rounding),
            source=source,
            status=weakest.value,
        )
        for part in line.parts
    )


_STATUSES = (Status.LABEL, Status.SITE, Status.ORDER, Status.DERIVED, Status.SECONDARY, Status.UNCONFIRMED)


def name(step: str, case: str, market: Market) -> str:
    """What a person calls the step; the saline is named as the market names it."""
    found = _NAMES.get((step, case)) or _NAMES[(step, "")]
    return found[market] if isinstance(found, dict) else found


_NAMES: dict[tuple[str, str], str | dict[Market, str]] = {
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
    ("bag", ""): {Market.US: "0.9% sodium chloride", Market.UK: "Sodium chloride 0.9%"},
    ("bag", "removed"): "Removed first",
    ("bag", "concentration"): "Concentration",
    ("billing", ""): "Billed, given",
    ("billing", "discarded"): "Billed, discarded",
    ("mass", ""): "Expected mass",
}


def expression(step: str, part: Part) -> str:
    """The expression with its units."""
    write = _EXPRESSIONS.get((step, part.case)) or _EXPRESSIONS[(step, "")]
    return write(part.operands)


def result(step: str, part: Part) -> str:
    """The result with its unit."""
    value = part.result
    if step == "vials":
        return count(int(str(value)), "vial")
    if step == "billing":
        return count(int(str(value)), "unit")
    return amount(value) if isinstance(value, Quantity) else str(value)


def _mosteller(o: Operands) -> str:
    return f"√({amount(o['height'])} × {amount(o['weight'])} ÷ 3600) = {amount(o['unrounded'], 6)}"


def _powers(factor: str, tall: str, heavy: str) -> Callable[[Operands], str]:
    def write(o: Operands) -> str:
        height, weight = plain(o["height"].value), plain(o["weight"].value)
        return f"{factor} × {height}^{tall} × {weight}^{heavy} = {amount(o['unrounded'], 6)}"

    return write


def _boyd(o: Operands) -> str:
    height, grams = plain(o["height"].value), plain(o["weight"].value * 1000)
    power = f"(0.7285 − 0.0188 × lg {grams})"
    return f"0.0003207 × {height}^0.3 × {grams}^{power} = {amount(o['unrounded'], 6)}"


_RESPONSES = {"cr": "CR", "cri": "CRi", "none": "no CR or CRi", "not known": "response not known"}

_EXPRESSIONS: dict[tuple[str, str], Callable[[Operands], str]] = {
    ("bsa", "mosteller"): _mosteller,
    ("bsa", "dubois"): _powers("0.007184", "0.725", "0.425"),
    ("bsa", "haycock"): _powers("0.024265", "0.3964", "0.5378"),
    ("bsa", "gehan-george"): _powers("0.0235", "0.42246", "0.51456"),
    ("bsa", "boyd"): _boyd,
    ("level", "own"): lambda o: f"the order's own: {o['reason']}",
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
    ("mass", ""): lambda o: (
        f"{amount(o['volume'])} × {amount(o['density'])}; within ±5 %: {figure(o['low'].value)} to {amount(o['high'])}"
    ),
}


def _compared(o: Operands) -> str:
    link = " from" if o["difference"].value == 0 else ""
    return f"{over_or_under(o['difference'])}{link} {amount(o['calculated'])}"
