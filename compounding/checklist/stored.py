"""A checklist and an infusion as JSON, and back: amounts as text with their unit, days as 2026-01-12."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from compounding.checklist.entries import Checklist, Correction, Counts, Disease, Exam, Liver, Pregnancy
from compounding.checklist.given import Infusion, Reaction
from compounding.course import Slot
from compounding.quantities import BloodCount, CellCount, DoseLevel, DrugMass, Quantity, UpperLimits

Q = TypeVar("Q", bound=Quantity)


def checklist_as_json(checklist: Checklist) -> str:
    """The one way to write a checklist."""
    liver, counts, disease, correction = checklist.liver, checklist.counts, checklist.disease, checklist.correction
    return _written(
        {
            **_where(checklist.slot, checklist.on),
            "seen_by": checklist.seen_by,
            "tests": {test.value: day.isoformat() for test, day in checklist.tests.items()},
            "ordered": sorted(checklist.ordered),
            "pregnancy": None if checklist.pregnancy is None else checklist.pregnancy.value,
            "target": checklist.target,
            "liver_ends": checklist.liver_ends,
            "contraindicated": dict(checklist.contraindicated),
            "bilirubin": _amount(liver.bilirubin),
            "ast": _amount(liver.ast),
            "alt": _amount(liver.alt),
            "neutrophils": _amount(counts.neutrophils),
            "platelets": _amount(counts.platelets),
            "blasts": _amount(checklist.blasts),
            "disease": None if disease is None else [disease.prescriber, disease.marrow_on.isoformat()],
            "low_since": _day(checklist.low_since),
            **({} if correction is None else {"correction": [correction.words, correction.second]}),
        }
    )


def read_checklist(text: str) -> Checklist:
    """A checklist from its JSON. Raises KeyError, TypeError or ValueError for what was not written here."""
    said = json.loads(text)
    disease, correction = said["disease"], said.get("correction")
    return Checklist(
        slot=Slot(said["cycle"], said["day"]),
        on=date.fromisoformat(said["on"]),
        seen_by=said["seen_by"],
        tests={Exam(test): date.fromisoformat(day) for test, day in said["tests"].items()},
        ordered=frozenset(said["ordered"]),
        pregnancy=None if said["pregnancy"] is None else Pregnancy(said["pregnancy"]),
        target=said["target"],
        liver_ends=said["liver_ends"],
        contraindicated=said["contraindicated"],
        liver=Liver(*(_read(UpperLimits, said[name]) for name in ("bilirubin", "ast", "alt"))),
        counts=Counts(*(_read(BloodCount, said[name]) for name in ("neutrophils", "platelets"))),
        blasts=_read(CellCount, said["blasts"]),
        disease=None if disease is None else Disease(disease[0], date.fromisoformat(disease[1])),
        low_since=None if said["low_since"] is None else date.fromisoformat(said["low_since"]),
        correction=None if correction is None else Correction(*correction),
    )


def infusion_as_json(infusion: Infusion) -> str:
    """The one way to write an infusion."""
    until = infusion.observed_until
    return _written(
        {
            **_where(infusion.slot, infusion.on),
            "level": str(infusion.level),
            "prepared": str(infusion.prepared),
            "dose": str(infusion.dose),
            "start": infusion.start.isoformat(),
            "end": infusion.end.isoformat(),
            "observed_until": None if until is None else until.isoformat(),
            "reaction": infusion.reaction.value,
            "words": infusion.words,
            "brand": infusion.brand,
            "batches": list(infusion.batches),
        }
    )


def read_infusion(text: str) -> Infusion:
    """An infusion from its JSON. Raises KeyError, TypeError or ValueError for what was not written here."""
    said = json.loads(text)
    until = said["observed_until"]
    return Infusion(
        slot=Slot(said["cycle"], said["day"]),
        on=date.fromisoformat(said["on"]),
        level=DoseLevel.read(said["level"]),
        prepared=DrugMass.read(said["prepared"]),
        dose=DrugMass.read(said["dose"]),
        start=datetime.fromisoformat(said["start"]),
        end=datetime.fromisoformat(said["end"]),
        observed_until=None if until is None else datetime.fromisoformat(until),
        reaction=Reaction(said["reaction"]),
        words=said["words"],
        brand=said["brand"],
        batches=tuple(said["batches"]),
    )


def _where(slot: Slot, on: date) -> dict[str, Any]:
    return {"cycle": slot.cycle, "day": slot.day, "on": on.isoformat()}


def _written(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _amount(amount: Quantity | None) -> str | None:
    return None if amount is None else str(amount)


def _read(kind: type[Q], text: str | None) -> Q | None:
    return None if text is None else kind.read(text)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
