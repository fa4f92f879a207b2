"""`make bench`: prints how many times its floor each piece of work takes.

A speed is a ratio inside one run. Rounds are interleaved (floor, ours, peer, floor, …), the input varies on every
call, and each row first asserts that all of them give the same. Nothing here passes or fails.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from bench import labels
from bench.rows import FLOOR, OURS, ROUNDS, Row, lines
from compounding.dosing import Treatment
from compounding.formulary import shipped
from compounding.patient import Patient, surface_area
from compounding.policy import Formula, Market, Policy
from compounding.preparation import Order, plan
from compounding.quantities import (
    BodyMass,
    BodySurface,
    DrugMass,
    Length,
    Volume,
    least_count,
    plain,
    read_number,
    round_to,
)

HUNDREDTH = Decimal("0.01")
US = next(drug for drug in shipped() if drug.market is Market.US)
POLICY = Policy(Market.US)
Digits = tuple[str, str, str]


def weight(turn: int) -> str:
    """Another weight on every call: 50 to 99.99 kg."""
    return f"{50 + turn % 50}.{turn % 100:02d}"


def bare_dose(turn: int) -> Digits:
    """The worked example's steps in plain Decimal: no unit, no check."""
    height, mass = Decimal("170"), Decimal(weight(turn))
    bsa = (height * mass / 3600).sqrt().quantize(HUNDREDTH, ROUND_HALF_UP)
    dose = (bsa * Decimal("0.8")).quantize(HUNDREDTH, ROUND_HALF_UP)
    volume = dose / Decimal("0.25")
    vials = (volume / Decimal("3.6")).to_integral_value(ROUND_CEILING)
    return plain(dose), plain(volume), plain(vials)


def our_dose(turn: int) -> Digits:
    """The same with the strict reading, and every unit checked."""
    height, mass = Length(read_number("170")), BodyMass(read_number(weight(turn)))
    bsa = round_to(surface_area(height, mass, Formula.MOSTELLER), BodySurface(HUNDREDTH))
    dose = round_to(DrugMass.of(US.regimen.first_cycle.value[1] * bsa), DrugMass(HUNDREDTH))
    volume = Volume.of(dose / US.vials.concentration.value)
    withdrawable = US.vials.withdrawable.value
    assert withdrawable is not None
    vials = least_count(volume, withdrawable)
    return plain(dose.value), plain(volume.value), plain(vials)


def our_plan(turn: int) -> Digits:
    """The whole plan: five formulas, the working line by line, the findings."""
    patient = Patient(Length(Decimal("170")), BodyMass(Decimal(weight(turn))), date(2026, 3, 12))
    made = plan(Order(patient, Treatment(1, 1)), US, POLICY)
    assert made.dose is not None and made.volume is not None and made.vials is not None
    return plain(made.dose.value), plain(made.volume.value), plain(made.vials.count)


ROWS = (
    Row("one dose, text in, text out / bare Decimal", {FLOOR: bare_dose, OURS: our_dose}, 300),
    Row("one whole plan / bare Decimal", {FLOOR: bare_dose, OURS: our_plan}, 60),
)


def start_up() -> list[float]:
    """Processor time of the whole command, user and system, from process start to exit."""
    command = [sys.executable, "-m", "compounding.cli", "plan", "--market", "us"]
    command += ["--height", "170", "--weight", "70", "--cycle", "1", "--day", "1", "--json"]
    taken = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            command, stdout=subprocess.DEVNULL, check=True, env={**os.environ, "COMPOUNDING_HOME": os.devnull}
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return taken


def main() -> None:
    print(f"{'work / floor':<50}{'a call':>12}{'ratio':>11}  range of {ROUNDS} rounds")
    for row in (*ROWS, *labels.rows()):
        print("\n".join(lines(row)), flush=True)
    taken = sorted(start_up())
    print(f"start, one plan on the command line: {statistics.median(taken):.2f} s of processor time", end="")
    print(f" ({taken[0]:.2f} to {taken[-1]:.2f})")


if __name__ == "__main__":
    main()
