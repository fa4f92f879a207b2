"""Waste certificates in words: of one preparation, and of a period, with what is billed beside the bin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compounding import records
from compounding.formulary import Presentation
from compounding.papers import WasteOfDrug, WasteOfOne
from compounding.records import WasteEntry
from compounding.vials import bill
from compounding.web.as_written import NotAsWritten
from compounding.web.desk import Desk
from compounding.web.paperwork import saved_text
from compounding.web.progressing import Way
from compounding.web.waste_period import sums
from compounding.wording import wastes as wording
from compounding.wording.master import drug_name
from compounding.wording.numbers import amount, figure, moment
from compounding.wording.papers import WORDS
from compounding.wording.plans import BillText, PlanText
from compounding.workflow.wastes import balance

Cells = tuple[tuple[str, ...], ...]


# ------------------------------------------------------------------ of one preparation


def of_one(way: Way, d: Desk) -> WasteOfOne:
    """Raises NotRead, and NotAsWritten for a plan that cannot be read."""
    saved, text, thrown = way.saved, saved_text(way.saved), records.waste_of(d.engine, way.saved.number)
    names = _names(d)
    whole = sums(thrown)
    drug = way.progress.planned.drug
    return WasteOfOne(
        facts=(
            ((WORDS[d.market].number, saved.number), ("Version", str(saved.version)), ("State", saved.state)),
            (("Drug", drug_name(drug)), ("Drug file", drug.id)),
        ),
        bin=[_bin(entry, names, d) for entry in thrown],
        total=(amount(whole.mass), wording.volumes_text(whole.concentrate, whole.diluted)),
        planned=wording.planned_waste(text.discarded_mass, text.discarded_volume),
        bills=[_bill(line) for line in text.billing],
        rule=tuple(_rule(way)),
        balance=wording.balance_pairs(balance(way.progress)),
    )


def _bin(entry: WasteEntry, names: Mapping[str, str], d: Desk) -> Cells:
    text, at = wording.waste_text(entry.waste), moment(entry.at, d.zone, d.market)
    witness = entry.waste.witness
    seen = (names.get(witness, witness),) if witness else ()
    return (text.what,), (text.mass,), (text.volume,), (text.reason,), (at,), (entry.person.name,), seen


def _bill(line: BillText) -> Cells:
    return (line.code,), (line.units,), (line.expression,)


def _rule(way: Way) -> Iterator[str]:
    """What links the units to the milligrams; in a market without units, that there are none."""
    figures = way.progress.planned
    billed = bill(figures.prepared, figures.vials.count, figures.drug)
    if billed is None:
        yield wording.NOT_BILLED
        return
    yield from wording.billing_rule(billed[0], figures.drug, figures.vials.count)
    if said := wording.not_given(way.saved.state):
        yield said


# ------------------------------------------------------------------ of a period


def of_drugs(found: Sequence[WasteEntry], d: Desk) -> Iterator[WasteOfDrug]:
    """Each drug by itself: masses of two are never one sum. Raises NotRead."""
    names = _names(d)
    for drug in sorted({entry.drug_id for entry in found}):
        yield _of_drug(drug, [entry for entry in found if entry.drug_id == drug], names, d)


def _of_drug(id_: str, of: Sequence[WasteEntry], names: Mapping[str, str], d: Desk) -> WasteOfDrug:
    whole, drug = sums(of), next((one for one in d.drugs if one.id == id_), None)
    return WasteOfDrug(
        name=id_ if drug is None else drug.names.brand.value,
        sums=(
            ("Thrown away", amount(whole.mass)),
            (wording.CONCENTRATE, amount(whole.concentrate)),
            (wording.DILUTED, amount(whole.diluted)),
            (wording.LEFT, amount(whole.left)),
            (wording.WHOLE, amount(whole.whole)),
        ),
        summed=wording.summed(whole.preparations, len(of)),
        bin=[_row(entry, names, d) for entry in of],
        bills=[] if drug is None or drug.billing is None else list(_bills(of, d)),
        rule=_period_rule(drug),
    )


def _period_rule(drug: Presentation | None) -> tuple[str, ...]:
    return (wording.NO_FILE,) if drug is None else wording.period_rule(drug)


def _row(entry: WasteEntry, names: Mapping[str, str], d: Desk) -> Cells:
    text, at, witness = wording.waste_text(entry.waste), moment(entry.at, d.zone, d.market), entry.waste.witness
    seen = (f"{wording.WITNESS} {names.get(witness, witness)}",) if witness else ()
    by = (entry.person.name, *seen)
    return (at,), (entry.number,), (text.what,), (text.mass,), (text.volume,), (text.reason,), by


def _bills(of: Sequence[WasteEntry], d: Desk) -> Iterator[Cells]:
    """A row for each preparation of which anything was thrown away, in the order of their numbers."""
    by_number: dict[str, list[WasteEntry]] = {}
    for entry in of:
        by_number.setdefault(entry.number, []).append(entry)
    for number, thrown in sorted(by_number.items()):
        yield _billed(number, thrown, d)


def _billed(number: str, thrown: Sequence[WasteEntry], d: Desk) -> Cells:
    whole, saved = sums(thrown), records.preparation(d.engine, number)
    if saved is None:
        raise LookupError(f"{number} is not stored")
    in_bin = ((amount(whole.mass),), (wording.volumes_text(whole.concentrate, whole.diluted),))
    try:
        text = saved_text(saved)
    except NotAsWritten:
        return (number,), (saved.state,), *in_bin, (), (wording.NOT_READ,)
    vials = (figure(saved.content.figures.vials),)
    return (number,), (saved.state,), *in_bin, vials, tuple(_lines(text, saved.state))


def _lines(text: PlanText, state: str) -> Iterator[str]:
    for line in text.billing:
        yield f"{line.code} {line.units}"
    if wording.not_given(state):
        yield wording.NOT_CLAIMED


def _names(d: Desk) -> Mapping[str, str]:
    return {account.user: account.name for account in records.accounts(d.engine)}
