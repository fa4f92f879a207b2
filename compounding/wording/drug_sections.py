"""Under which heading of a drug's page each fact stands, and what it is called there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple


class Row(NamedTuple):
    place: str
    name: str
    noun: str = ""
    """What a bare number counts."""


class Section(NamedTuple):
    key: str
    title: str
    rows: tuple[Row, ...]


BOXES = (
    Row("about.boxed_warning", "Boxed warning"),
    Row("about.liver_warning", "Warning: the liver"),
)
DOSES = (
    Row("regimen.first_cycle", "Dose in cycle 1"),
    Row("regimen.response", "Dose in later cycles with CR or CRi"),
    Row("regimen.no_response", "Dose in later cycles without CR or CRi"),
)
"""What the page shows as a table of its own."""
SECTIONS = (
    Section(
        "about",
        "What it is",
        (
            Row("about.what_it_is", "The drug"),
            Row("licence.indication", "Licensed for"),
            Row("licence.population", "Patients"),
            Row("licence.minimum_age", "From the age of", "year"),
            Row("names.generic", "Generic name"),
            Row("names.brand", "Brand name"),
            Row("names.holder", "Holder"),
            Row("names.maker", "Maker"),
        ),
    ),
    Section(
        "regimen",
        "Regimen",
        (
            Row("regimen.first_cycle_length", "Length of cycle 1"),
            Row("regimen.first_cycle_extended", "Cycle 1 may last"),
            Row("regimen.later_cycle_length", "Length of later cycles"),
            Row("regimen.window", "Dose days may move by"),
            Row("regimen.interval", "Between two doses"),
            Row("regimen.cycles", "Cycles at most", "cycle"),
            Row("regimen.no_response_stop_after", "Without a response, stop after", "cycle"),
            Row("regimen.transplant_cycles", "Before a transplant", "cycle"),
            Row("regimen.transplant_third_cycle", "One more before a transplant, only if"),
            Row("about.response_criteria", "Response"),
            Row("regimen.surface_formula", "Formula of the body surface"),
            Row("regimen.dose_cap", "Cap on the dose"),
        ),
    ),
    Section(
        "each-dose",
        "Before and after each dose",
        (
            Row("administration.premedication", "Premedication"),
            Row("before_dose.premedication", "Premedication, each class of"),
            Row("regimen.before_dose", "To be seen before"),
            Row("before_dose.target", "The disease must be"),
            Row("regimen.blasts", "Peripheral blasts"),
            Row("before_dose.blood_count", "Blood count"),
            Row("before_dose.liver_tests", "Liver tests"),
            Row("before_dose.ecg", "ECG"),
            Row("before_dose.electrolytes", "Electrolytes"),
            Row("before_dose.pregnancy", "Pregnancy"),
            Row("administration.observation", "Observation"),
            Row("before_dose.observation", "Observation after the infusion"),
        ),
    ),
    Section(
        "modifications",
        "When a dose waits, is reduced or is left out",
        (
            Row("regimen.discontinue", "Stop for good"),
            Row("before_dose.never_again", "No dose ever again after"),
            Row("regimen.liver", "Liver values"),
            Row("before_dose.bilirubin", "Bilirubin"),
            Row("before_dose.transaminases", "AST and ALT"),
            Row("regimen.counts", "Blood counts"),
            Row("before_dose.neutrophils", "ANC"),
            Row("before_dose.platelets", "Platelets"),
            Row("before_dose.counts_low_days", "Low counts", "day"),
            Row("regimen.interruption", "Interruption for other toxicity"),
            Row("regimen.interruption_days", "Interruption, by its length"),
            Row("regimen.reduction", "Reduced doses"),
            Row("regimen.reduction_percent", "A reduction is of", "%"),
            Row("about.organ_function", "Liver and kidney at the start"),
        ),
    ),
    Section(
        "warnings",
        "Warnings",
        (
            Row("about.contraindications", "Contraindications"),
            Row("before_dose.contraindications", "Contraindications asked for before a dose"),
            Row("about.warnings", "Warnings"),
            Row("about.reproduction", "Pregnancy, contraception, breastfeeding"),
            Row("vials.hazard", "Hazard, as printed"),
        ),
    ),
    Section(
        "vials",
        "Vial and reconstitution",
        (
            Row("vials.labelled", "Labelled content of a vial"),
            Row("vials.labelled_means", "The labelled content is"),
            Row("vials.use", "Use"),
            Row("vials.reconstitute_with", "Reconstitute with"),
            Row("vials.reconstitution", "Volume for a vial"),
            Row("vials.concentration", "Concentration then"),
            Row("vials.withdrawable", "Volume that can be drawn"),
            Row("vials.least_withdrawable", "Volume that may come out, at least"),
            Row("vials.technique", "Technique"),
            Row("vials.accept", "Accept if"),
            Row("vials.density", "Density, reconstituted"),
            Row("vials.water_density", "Density of the water"),
            Row("vials.ndc", "NDC"),
            Row("vials.gtin", "GTIN"),
            Row("vials.traceability", "Record"),
        ),
    ),
    Section(
        "bag",
        "Dilution",
        (
            Row("dilution.diluent", "Diluent"),
            Row("dilution.bag", "Volume of the bag"),
            Row("dilution.concentration", "Concentration in the bag"),
            Row("dilution.small_dose_method", "Small doses"),
            Row("dilution.mixing", "Mixing"),
            Row("dilution.container", "Container"),
        ),
    ),
    Section(
        "stability",
        "Stability and storage",
        (
            Row("vials.keep_unopened", "Unopened vial"),
            Row("vials.keep_reconstituted", "Reconstituted vial"),
            Row("times.dilute_within", "Dilute within"),
            Row("times.complete_within", "End the infusion within"),
            Row("times.diluted_bag", "Diluted bag on its own"),
            Row("times.diluted_bag_storages", "Ways to keep the diluted bag"),
            Row("times.diluted_bag_gates", "No release without the site's own limits"),
            Row("administration.storage", "Storage, as the label of the bag says it"),
            Row("times.warm_up", "Out of the cold before the infusion"),
            Row("administration.light", "Light"),
            Row("administration.light_cover", "Covered against light"),
            Row("administration.light_on_label", "Light, as the label of the bag says it"),
            Row("administration.handling_on_label", "Handling, as the label of the bag says it"),
        ),
    ),
    Section(
        "infusion",
        "Infusion",
        (
            Row("administration.route", "Route"),
            Row("times.infusion", "Length"),
            Row("administration.rate", "Rate"),
            Row("administration.line", "Line"),
            Row("administration.filter", "Filter"),
        ),
    ),
    Section(
        "billing",
        "Billing",
        (
            Row("billing.code", "Code"),
            Row("billing.unit", "One unit"),
            Row("billing.units_per_vial", "Units in a vial", "unit"),
            Row("billing.discarded_modifier", "Where a unit was discarded"),
            Row("billing.none_discarded_modifier", "Where none was"),
        ),
    ),
)
_WARNING = Section("box", "The warning that stands first", BOXES)
_REST = ("more", "More of the drug file")


def sections_of(places: Collection[str], *, whole: bool = False) -> Iterator[Section]:
    """The sections with the rows of a drug file that has these places, and at last whatever it states beyond them.
    `whole` are those of a paper, which has no box and no table of doses beside them."""
    known = {row.place for section in SECTIONS for row in section.rows} | {row.place for row in (*BOXES, *DOSES)}
    left = [Row(place, place.split(".", 1)[1].replace("_", " ").capitalize()) for place in sorted(set(places) - known)]
    all_of_it = _whole() if whole else SECTIONS
    for key, title, rows in (*all_of_it, Section(*_REST, tuple(left))):
        if there := tuple(row for row in rows if row.place in places):
            yield Section(key, title, there)


def _whole() -> Iterator[Section]:
    yield _WARNING
    for key, title, rows in SECTIONS:
        yield Section(key, title, (*DOSES, *rows) if key == "regimen" else rows)
