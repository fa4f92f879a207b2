"""The words that stand on every worksheet, whether it is filled by the program or by hand."""

from __future__ import annotations

from collections.abc import Mapping

Section = tuple[str, str, str]
"""Its letter, its title, and what is said at the right of its bar."""

SECTIONS: Mapping[str, Section] = {
    "order": ("C", "Order", ""),
    "verification": ("D", "Order verified", "against the order, not against this paper"),
    "calculation": ("E", "Calculation", "each line is rounded before the next line uses it"),
    "materials": ("F", "Materials", "S scanned, T typed twice. One row for each vial."),
    "clearance": ("G", "Line clearance and cabinet", ""),
    "steps": ("H", "Steps", "tick when done; time of day in the boxes"),
    "draws": ("H", "Vial draws", ""),
    "check": ("I", "In-process check by a second person", "before the drug is added to the bag"),
    "inspection": ("J", "Final inspection", ""),
    "times": ("K", "Times", "rule that set each"),
    "labels": ("L", "Labels", "printed = applied + specimen + destroyed; specimen on the back"),
    "discarded": ("M", "Discarded", ""),
    "deviations": (
        "N",
        "Deviations and overrides",
        "name, signature, date and time of who allowed it. None: strike through and initial.",
    ),
    "signatures": ("O", "Signatures", "preparer is neither checker nor releaser"),
}

HEADER, BANNER = "A", "B"
BORN, MRN, NHS_NUMBER, HOSPITAL_NUMBER = "Born", "MRN", "NHS No.", "Hospital no."
CYCLE_AND_DAY, DOSE_LEVEL, GIVE_ON = "Cycle and day", "Dose level", "Give on"
FIGURES = ("Calculated dose", "Ordered dose", "Difference")
SIGNED = ("Meaning", "Printed name", "Role", "Signature", "Date", "Time")
CHECKER = "Checker’s own result"
CHECKER_NOTE = "worked from the order by a second person, before reading the lines above"
OWN = ("BSA, m²", "Dose, mg", "Volume, mL", "Vials", "Diluent, mL", "Agrees: initials, time")
CLEARED = ("No other drug, label or paper in the area", "Clean, airflow in range")
INITIALS = "Initials, time"
DRAWS = ("Vial", "Draw", "Drawn, mL")
VERDICT = ("Accept", "Reject")
VIALS_CHECKED, DILUENT_CHECKED, VOLUME_DRAWN = "Vials: product, lot, number", "Diluent", "Volume drawn, mL"
MASS_DRAWN, NO_DENSITY, NOT_WEIGHED = "Mass drawn, g", "Mass: no density stated", "not weighed"
COUNTED = ("Printed", "On bag", "On cover", "Specimen", "Destroyed", "Difference, 0")
EXPECTED, ACTUAL = "Expected", "Actual mL, initials"
DEVIATED = ("What", "Reason")
# What is signed, or was recorded by whoever did it.
VERIFIED, ASSEMBLED, MATERIALS_CHECKED = "Order verified", "Materials assembled", "Materials checked"
CALCULATED, PREPARED, CHECKED = "Calculation checked", "Prepared", "In-process checked"
LABELS_COUNTED, FINAL, RELEASED = "Labels counted", "Final check", "Released"

LIGHT_COVER = "Light cover"
HEIGHT, WEIGHT = "Height", "Weight"
NOMINAL, BY_TOTAL = "nominal", "nominal; by total"


def measured(what: str, on: str) -> str:
    """ "Height, Mar 10, 2026"; the bare name where no day is known."""
    return f"{what}, {on}" if on else what


def surface(formula: str) -> str:
    return f"BSA, {formula}"


def rounded(rounding: str) -> str:
    return f"Rounding: {rounding}"


def ordered(prescriber: str, entered_by: str, entered_at: str) -> str:
    return f"ordered by {prescriber}; entered by {entered_by}, {entered_at}"


def origin(drug_file: str, checksum: str, program: str) -> tuple[str, str]:
    """What the figures rest on, at the foot of each page."""
    return f"{drug_file}, checksum {checksum}", f"program {program}"


def state(version: int, since: str) -> str:
    return f"version {version}, {since}"


def entered(at: str) -> str:
    """The state of an order before anything else is recorded."""
    return f"entered, {at}"


def copy(number: int) -> str:
    return f"copy {number}"


def age(years: int) -> str:
    return f"age {years}"


def when(cycle_day: str, give_on: str) -> str:
    return f"{cycle_day}, give on {give_on}"


def log_head(code: str) -> str:
    return f"log head {code}"


def can_be_drawn(each: str) -> str:
    return f"{each} can be drawn"


def stays(amount: str) -> str:
    return f"stays in the vials: {amount}"


def materials(lot: str) -> tuple[str, ...]:
    """The captions of the materials; `lot` is what the market calls a lot."""
    return "Product", "Maker or GTIN", "Quantity", lot, "Expiry", "S / T"


def inspected(bag: str, light_cover: bool) -> tuple[str, ...]:
    """What is looked at on the finished bag."""
    cover = ("Light cover on",) if light_cover else ()
    return ("Clear, no particles", "No leak", f"Volume {bag}", *cover, "Label right and legible")


def empty_container(bag: str) -> str:
    return f"Empty container, {bag}"


def ready_filled(bag: str) -> str:
    return f"ready-filled bag of {bag}"


def each_vial(amount: str, spare: bool = False) -> str:
    """How much water goes into a vial."""
    return f"{amount} for each vial{', and for the spare if it is wetted' if spare else ''}"


def page(number: int, of: int) -> str:
    return f"Page {number} of {of}"
