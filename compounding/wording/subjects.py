"""What an entry of the log is about, and which page was refused, in words: the log itself holds plain keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from compounding.settings import SETTINGS, is_setting, setting

_SETTING, _SETTING_WORD = "setting:", "setting "
# Of each kind of subject how the log writes it, and the word that people read.
_WORDS = (
    ("staff:", "account "),
    ("patient:", "patient "),
    ("downtime:", "downtime pack "),
    ("printer:", "printer "),
    ("drug:", "drug "),
)

_COURSE, _COURSE_WORD = re.compile(r"C-[0-9]+"), "course "

DRUG, DOSE, STATE, INDICATION, PATIENT = "Drug", "Dose", "State", "Indication", "Patient"
THE_PREPARATION, THE_COURSE, THE_PATIENT = "The preparation", "The course", "The patient"

PAGES: Mapping[str, str] = MappingProxyType(
    {
        "account.shown": "Your account",
        "account.password": "Change of the password",
        "account.pin": "Signing PIN",
        "account.factor": "Second factor",
        "account.factor_off": "Removal of the second factor",
        "preparations.home": "Start page",
        "preparations.listed": "Preparations",
        "preparations.search": "Search for preparations",
        "preparations.shown": "A preparation",
        "preparations.pdf": "A printed paper",
        "preparations.print_": "Print of a paper",
        "orders.new": "New order",
        "orders.change": "Change of an order",
        "orders.review": "Review of an order",
        "orders.save": "Saving of an order",
        "orders.edit": "Order typed again",
        "verifying.shown": "Verification of an order",
        "verifying.verify": "Verification of an order",
        "verifying.sign_": "Signature of a verification",
        "patients.listed": "Patients",
        "patients.search": "Search for patients",
        "patients.shown": "A patient",
        "patients.new": "New patient",
        "patients.enter": "Entry of a patient",
        "patients.edit": "Patient typed again",
        "patients.correct": "Correction of a patient",
        "courses.shown": "A course",
        "courses.plan_pdf": "Treatment plan",
        "courses.calendar": "Calendar file of a course",
        "courses.new": "New course",
        "courses.open_": "Opening of a course",
        "courses.order": "Order in a course",
        "courses.change": "Entry in a course",
        "courses.record": "Entry in a course",
        "courses.out": "Entry error in a course",
        "courses.take_out": "Entry error in a course",
        "checklists.shown": "Checklist of a dose",
        "checklists.record": "Record of a checklist",
        "giving.shown": "A dose given",
        "giving.record": "Record of a dose given",
        "wastes.print_one": "Print of a waste certificate",
        "wastes.print_period": "Print of a waste certificate",
        "reports.pdf": "A printed report",
        "reconciling.shown": "Label reconciliation",
        "reconciling.print_": "Print of a label reconciliation",
        "downtime.shown": "Downtime",
        "downtime.pdf": "A downtime pack",
        "downtime.print_": "Print of a downtime pack",
        "downtime.destroy": "Destruction of a blank worksheet",
        "worklist.shown": "Worklist",
        "worklist.scan": "Scan at the worklist",
        "materials.scan": "Scan of a material",
        "materials.type_": "Lot and expiry typed",
        "materials.typed": "Lot and expiry typed",
        "materials.out": "A material taken out",
        "materials.take_out": "A material taken out",
        "true_times.wet": "Wetting of a vial",
        "true_times.add_drug": "Drug added to the bag",
        "true_times.hand_label": "Label written by hand",
        "true_times.enter_hand_label": "Label written by hand",
        "checking.shown": "In-process check",
        "checking.check": "In-process check",
        "checking.sign_": "Signature of an in-process check",
        "labels.shown": "Labels",
        "labels.preview": "Preview of a label",
        "labels.pdf": "A printed label",
        "labels.print_": "Print of labels",
        "labels.scan": "Count of a label",
        "labels.destroy": "Destruction of a label",
        "releasing.final": "Final check",
        "releasing.sign_final": "Signature of a final check",
        "releasing.release": "Release",
        "releasing.sign_release": "Signature of a release",
        "ending.shown": "End of a preparation",
        "ending.end": "End of a preparation",
        "rounding.shown": "Rounding to whole vials",
        "rounding.take": "Rounding to whole vials",
        "wastes.of_one": "Waste of a preparation",
        "wastes.shown": "Waste",
        "wastes.search": "Waste of a period",
        "wastes.csv": "Waste as CSV",
        "recalls.shown": "Recalls",
        "recalls.search": "Search for a lot",
        "recalls.pdf": "Uses of a lot as PDF",
        "recalls.put": "Recall of a lot",
        "recalls.end": "End of a recall",
        "scanner.shown": "Scanner",
        "scanner.read": "Scanner",
        "enrolling.listed": "Product codes",
        "enrolling.enrol": "New product code",
        "enrolling.withdraw": "Withdrawal of a product code",
        "calculator.calculator": "Calculator",
        "calculator.calculate": "Calculator",
        "drugs.listed": "Drugs",
        "drugs.shown": "A drug",
        "drugs.print_": "Print of a master record",
        "staff.listed": "Staff",
        "staff.shown": "An account",
        "staff.new": "New account",
        "staff.open_": "Opening of an account",
        "staff.change": "Change of an account",
        "staff.reset": "New password for an account",
        "settings.listed": "Settings",
        "settings.shown": "A setting",
        "settings.set_site": "Change of a setting of the site",
        "settings.decide": "Decision on a setting",
        "labels.came_out": "Count of what came out of a printer",
        "printers.listed": "Label printers",
        "printers.shown": "A label printer",
        "printers.pdf": "A calibration label",
        "printers.add": "New label printer",
        "printers.change": "Change of a label printer",
        "printers.send": "Print of a calibration label",
        "printers.calibrated": "Calibration of a label printer",
        "audit.searched": "Audit",
        "audit.search": "Search of the log",
        "audit.timeline": "Timeline",
        "audit.compare": "Comparison of a code",
        "audit.check": "Check of the chain",
        "audit.csv": "Entries as CSV",
        "audit.pdf": "Timeline as PDF",
        "audit.export": "Export of the whole log",
    }
)
"""The pages that a role may lack the right to, by the keys under which the log names them."""


def subject_words(subject: str) -> str:
    """What an entry is about as a page shows it: "staff:okafor" is "account okafor"."""
    for key, word in _WORDS:
        if subject.startswith(key):
            return f"{word}{subject.removeprefix(key)}"
    if _COURSE.fullmatch(subject):
        return f"{_COURSE_WORD}{subject}"
    if subject.startswith(_SETTING):
        name = subject.removeprefix(_SETTING)
        return f"{_SETTING_WORD}{setting(name).label if is_setting(name) else name}"
    return subject


def subject_typed(text: str) -> str:
    """What somebody looks for, as the log writes it: the words of subject_words in any case, or the log's own."""
    typed = " ".join(text.casefold().split())
    for key, word in _WORDS:
        if typed.startswith(word):
            return f"{key}{typed.removeprefix(word)}"
    if typed.startswith(_SETTING_WORD):
        named = typed.removeprefix(_SETTING_WORD)
        found = next((one.name for one in SETTINGS if one.label.casefold() == named), named)
        return f"{_SETTING}{found}"
    course = typed.removeprefix(_COURSE_WORD).upper()
    return course if _COURSE.fullmatch(course) else text


def timeline_title(subject: str) -> str:
    """What the timeline of a preparation, a course or a patient is called."""
    what = subject_words(subject)
    return f"Timeline of {what if what != subject else f'preparation {subject}'}"
