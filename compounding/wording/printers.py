"""Label printers in words: what each is, what its calibration label says, and why a label was not printed."""

from __future__ import annotations

from collections.abc import Mapping

from compounding.printing import Calibration, Kind, Printer
from compounding.printing.printers import ACROSS_RULE, limits
from compounding.wording.labels import copies
from compounding.wording.numbers import capital, figure

KINDS: Mapping[Kind, str] = {
    Kind.DRIVER: "PDF, by the workstation’s own driver",
    Kind.NETWORK: "Network printer, ZPL sent by the desk",
    Kind.SHEETS: "Sheets of labels in an office printer",
}
WHERE_SET_UP = "Settings, Label printers"
OUT_OF_USE = "Out of use"

# What a printer says, or that it says nothing, as the end of "Not printed on Cabinet 1: …".
_TROUBLE: Mapping[str, str] = {
    "no-such-host": "no printer of this address is known to the network. Check the address in its settings",
    "no-connection": "it cannot be reached. Check that it is switched on and on the network",
    "silent": "it does not answer. Check that it is not busy, has labels and ribbon, and that its head is closed",
    "broke-off": "the connection broke off",
    "not-a-printer": "what answers there is no label printer. Check the address in its settings",
    "too-slow": "it was not done in time",
    "paper-out": "it has no labels. Load it",
    "head-open": "its head is open. Close it",
    "ribbon-out": "it has no ribbon. Load it",
    "paused": "it is paused. Press its pause button",
    "buffer-full": "it is still busy with other labels. Wait until they are out",
    "memory-lost": "it has lost its own settings. Have it set up again",
    "too-cold": "its head is too cold. Wait until it is warm",
    "too-hot": "its head is too hot. Wait until it has cooled down",
}
CODES = tuple(_TROUBLE)
NOTHING_COUNTED = "Nothing is counted."

NO_PRINTER = (
    f"No label printer is set up here, so no label for a patient is printed. An administrator sets one up under"
    f" {WHERE_SET_UP}."
)

NO_TRUSTED = (
    "No label printer here has passed its calibration as it is set up now, so no label for a patient is printed."
)


def trouble(code: str) -> str:
    """Why a printer prints nothing, as the log keeps it."""
    return _TROUBLE[code]


def not_printed(printer: str, code: str) -> str:
    """Why nothing came out, where nothing was sent: no copy has a number yet."""
    return f"Not printed on {printer}: {_TROUBLE[code]}. {NOTHING_COUNTED}"


def calibration_not_printed(printer: str, code: str, sure: bool) -> str:
    """Why no calibration label came out, or why that is not known."""
    if sure:
        return f"Not printed on {printer}: {_TROUBLE[code]}."
    return f"It is not known whether the label came out of {printer}: {_TROUBLE[code]}. Look at the printer."


def calibration_must_wait(printer: str, number: str) -> str:
    """One that did not come out would cancel what the printer holds."""
    return (
        f"Labels of {number} are on their way to {printer}, or nobody has said what came out of it: see to them first."
    )


def stopped(printer: str, came_out: int, first: int, last: int, code: str) -> str:
    """Some copies came out, and the others certainly did not."""
    out = copies(first, first + came_out - 1) if came_out else "no copy"
    rest = copies(first + came_out, last)
    verb = "is" if first + came_out == last else "are"
    return f"{printer} printed {out}; {rest} {verb} recorded as not printed: {_TROUBLE[code]}. Print again."


def not_known(printer: str, first: int, last: int, code: str) -> str:
    """It fell silent after a label was sent to its end."""
    return f"{asked(printer, first, last)} ({capital(_TROUBLE[code])}.)"


def came_out(first: int, count: int) -> str:
    """What came out, as the log tells it."""
    return copies(first, first + count - 1) if count else "none"


def asked(printer: str, first: int, last: int) -> str:
    """What must be answered before anything else happens to the labels."""
    return (
        f"It is not known whether {copies(first, last)} came out of {printer}. Look at the printer, then say how many"
        " there are."
    )


def came_out_choices(first: int, last: int) -> tuple[tuple[str, str], ...]:
    """How many of the copies came out: they come in their order."""
    some = ((str(count), capital(copies(first, first + count - 1))) for count in range(1, last - first + 2))
    return (("0", "None"), *some)


ANSWER_FIRST = "Say first what came out of the printer: until then no label is printed or counted."
UNDER_WAY = "Labels are being sent to the printer. Open this page again in three minutes, if nothing came of it."
STORED = "What was sent is recorded."
SEEN_MISSING = "somebody looked, and it was not there"

# ------------------------------------------------------------------ the print form

POSITION_HINT = "on a sheet of labels: 1 is the top left one, counted row by row; else leave it empty"
POSITION_MISSING = "Type the first free position of the sheet."
NO_POSITION = "Only a sheet of labels has positions. Leave this empty."


def offered(printer: Printer) -> str:
    """A printer as it is chosen: "Cabinet 1: 4 × 3 in, 203 dpi"."""
    return f"{printer.name}: {loaded(printer)}"


def another_stock(printer: Printer, stock: str) -> str:
    return (
        f"{printer.name} has labels of {printer.stock} in it, and {stock} is chosen: choose what is in it, or another."
    )


def no_such_position(position: int, most: int) -> str:
    return f"{position} is none of the {most} positions of the sheet."


# ------------------------------------------------------------------ printers and their calibration


def place(printer: Printer) -> str:
    """Where labels go: the address of a network printer, the sheet in an office printer."""
    if printer.kind is Kind.NETWORK:
        return f"{printer.host}, port {printer.port}"
    return printer.sheet


def loaded(printer: Printer) -> str:
    """The label in it and its resolution: "4 × 3 in, 203 dpi"."""
    return f"{printer.stock}, {printer.dpi} dpi"


def facts(printer: Printer) -> tuple[tuple[str, str], ...]:
    """What a printer is, a name and a text each, as its page and the log tell it."""
    return (
        ("Name", printer.name),
        ("Kind", KINDS[printer.kind]),
        ("Resolution", f"{printer.dpi} dpi"),
        ("Label", printer.stock),
        ("Address", place(printer) if printer.kind is Kind.NETWORK else ""),
        ("Sheet of labels", printer.sheet),
        ("Used at", ", ".join(printer.workstations)),
        ("In use", "yes" if printer.in_use else "no"),
    )


def untrusted(printer: Printer, training: bool) -> str:
    """What is said of a printer that has not passed for what it is now."""
    lacking = f"{printer.name} has no passed calibration for {printer.stock} at {printer.dpi} dpi"
    if training:
        return f"{lacking}. In patient use nothing would be printed on it."
    return (
        f"{lacking}, so no label for a patient is printed on it. Print its calibration label under {WHERE_SET_UP},"
        " measure it and record the result."
    )


def state(passed: bool | None) -> tuple[str, str]:
    """The chip of a printer: passed, failed, or not calibrated as it is now."""
    if passed is None:
        return "Not calibrated", "override"
    return ("Calibrated", "done") if passed else ("Failed", "stop")


def result(calibration: Calibration) -> str:
    """ "50 mm across, 49.8 mm down, symbol read, corners whole"."""
    found = calibration.measured
    return ", ".join(
        (
            f"{figure(found.across)} mm across",
            f"{figure(found.down)} mm of {found.down_rule} down",
            "symbol read" if found.symbol_read else "symbol not read",
            "four corners whole" if found.corners_whole else "corners cut off",
        )
    )


def between(rule: int) -> str:
    """ "49.5 to 50.5 mm"."""
    least, most = limits(rule)
    return f"{figure(least)} to {figure(most)} mm"


def pass_rule(down: int) -> str:
    """When a printer passes, beside its form."""
    if down == ACROSS_RULE:
        return f"Passes at {between(down)} across and down, with the symbol read and four whole corners."
    both = f"{between(ACROSS_RULE)} across and {between(down)} down"
    return f"Passes at {both}, with the symbol read and four whole corners."


# ------------------------------------------------------------------ the calibration label

CALIBRATION_TITLE = "Calibration label"
PASS_NOTE = f"Pass at 100%: both rules {between(ACROSS_RULE)}, symbol read, four corners."
ALIKE = "1 l I  0 O  5 S  8 B"
DOTS = "lines of 1 and 2 dots"
PRINTER_BOX = "Printer"
BOXES = ("Across, mm", "Down, mm", "Symbol, four corners", "Name", "Date, pass or fail")


def rule_caption(mm: int, way: str) -> str:
    """ "50 mm across"."""
    return f"{mm} mm {way}"


def alike(points: str) -> str:
    """Look-alikes with the size that they are set in."""
    return f"{ALIKE}  {points} pt"
