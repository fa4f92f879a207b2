"""Waste certificates in words: of one preparation, and of a period, with what is billed beside the bin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from compounding import records
from compounding.formulary import Presentation
from compounding.papers import WasteOfDrug, WasteOfOne
from compounding.records import SavedPreparation, Standing, WasteEntry
from compounding.vials import bill
from compounding.web.as_written import NotAsWritten
from compounding.web.blind import UNTIL_CHECKED, hidden_until
from compounding.web.desk import Desk
from compounding.web.paperwork import saved_text
from compounding.web.progressing import Way
from compounding.web.waste_period import sums
from compounding.web.witnessing import printed_names
from compounding.wording import wastes as wording
from compounding.wording.master import drug_name
from compounding.wording.numbers import amount, figure, moment
from compounding.wording.papers import WORDS, spaced_checksum
from compounding.wording.plan_values import BillText, PlanText
from compounding.workflow import State
from compounding.workflow.materials import Material
from compounding.workflow.wastes import balance

Cells = tuple[tuple[str, ...], ...]
_TO_CHECK = frozenset({State.VERIFIED.value, State.MATERIALS.value})


# ------------------------------------------------------------------ of one preparation


def of_one(way: Way, d: Desk) -> WasteOfOne:
    """Raises NotRead, and NotAsWritten for a plan that cannot be read."""
    saved, text, thrown = way.saved, saved_text(way.saved), records.waste_of(d.engine, way.saved.number)
    names = printed_names(d)
    whole = sums(thrown)
    drug = way.progress.planned.drug
    return WasteOfOne(
        facts=(
            (
                (WORDS[d.market].number, saved.number),
                (wording.VERSION, str(saved.version)),
                (wording.STATE, saved.state),
            ),
            ((wording.DRUG, drug_name(drug)),),
            ((wording.DRUG_FILE, text.drug_file), (wording.CHECKSUM, spaced_checksum(text.checksum))),
            ((wording.LOTS, wording.vials_text(way.progress.materials)),),
        ),
        bin=[_bin(entry, way.progress.materials, names, d) for entry in thrown],
        total=(amount(whole.mass), wording.binned_text(whole.concentrate, whole.diluted)),
        planned=wording.planned_waste(text.discarded_mass, text.discarded_volume),
        bills=[_bill(line) for line in text.billing],
        rule=tuple(_rule(way)),
        balance=wording.balance_pairs(balance(way.progress)),
    )


def _bin(entry: WasteEntry, materials: Sequence[Material], names: Mapping[str, str], d: Desk) -> Cells:
    text, at = wording.waste_text(entry.waste), _entered(entry, d)
    witness = entry.waste.witness
    seen = (names.get(witness, witness),) if witness else ()
    what = (text.what, *_lot(entry, materials))
    return what, (text.mass,), (text.volume,), (text.reason,), at, (entry.person.name,), seen


def _entered(entry: WasteEntry, d: Desk) -> tuple[str, str]:
    """When, and by which entry of the log."""
    return moment(entry.at, d.zone, d.market), wording.in_entry(entry.entry)


def _lot(entry: WasteEntry, materials: Sequence[Material]) -> tuple[str, ...]:
    lots = wording.lots_of(entry.waste, materials)
    return (lots,) if lots else ()


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
    if said := wording.not_given(way.saved.state, way.progress.infused):
        yield said


# ------------------------------------------------------------------ of a period


@dataclass(frozen=True, slots=True)
class _Thrown:
    """What was thrown away of one preparation in a period."""

    standing: Standing
    text: PlanText | None
    """None where its plan cannot be read."""
    entries: tuple[WasteEntry, ...]

    @property
    def saved(self) -> SavedPreparation:
        return self.standing.preparation


def of_drugs(found: Sequence[WasteEntry], d: Desk) -> Iterator[WasteOfDrug]:
    """Each drug by itself: masses of two are never one sum. Raises NotRead."""
    names = printed_names(d)
    for drug in sorted({entry.drug_id for entry in found}):
        yield _of_drug(drug, [entry for entry in found if entry.drug_id == drug], names, d)


def _of_drug(id_: str, of: Sequence[WasteEntry], names: Mapping[str, str], d: Desk) -> WasteOfDrug:
    whole, drug = sums(of), next((one for one in d.drugs if one.id == id_), None)
    thrown = _by_number(of, d)
    files = [wording.drug_file_of(one.text.drug_file, one.text.checksum) for one in thrown.values() if one.text]
    return WasteOfDrug(
        name=id_ if drug is None else drug.names.brand.value,
        sums=(
            (wording.THROWN_AWAY, amount(whole.mass)),
            (wording.CONCENTRATE, amount(whole.concentrate)),
            (wording.DILUTED, amount(whole.diluted)),
            (wording.LEFT, amount(whole.left)),
            (wording.WHOLE, amount(whole.whole)),
        ),
        summed=wording.summed(whole.preparations, len(of)),
        bin=[_row(entry, thrown[entry.number].standing.materials, names, d) for entry in of],
        bills=[] if drug is None or drug.billing is None else [_billed(one) for one in thrown.values()],
        rule=_period_rule(drug),
        worked_by=wording.worked_by(files or [id_]),
    )


def _period_rule(drug: Presentation | None) -> tuple[str, ...]:
    return (wording.NO_FILE,) if drug is None else wording.period_rule(drug)


def _row(entry: WasteEntry, materials: Sequence[Material], names: Mapping[str, str], d: Desk) -> Cells:
    text, witness = wording.waste_text(entry.waste), entry.waste.witness
    seen = (f"{wording.WITNESS} {names.get(witness, witness)}",) if witness else ()
    what, by = (text.what, *_lot(entry, materials)), (entry.person.name, *seen)
    return _entered(entry, d), (entry.number,), what, (text.mass,), (text.volume,), (text.reason,), by


def _by_number(of: Sequence[WasteEntry], d: Desk) -> Mapping[str, _Thrown]:
    """Each preparation of which anything was thrown away, in the order of their numbers."""
    by_number: dict[str, list[WasteEntry]] = {}
    for entry in of:
        by_number.setdefault(entry.number, []).append(entry)
    return {number: _thrown(number, entries, d) for number, entries in sorted(by_number.items())}


def _thrown(number: str, entries: Sequence[WasteEntry], d: Desk) -> _Thrown:
    standing = records.standing(d.engine, number)
    if standing is None:
        raise LookupError(f"{number} is not stored")
    try:
        text = saved_text(standing.preparation)
    except NotAsWritten:
        text = None
    return _Thrown(standing, text, tuple(entries))


def _billed(of: _Thrown) -> Cells:
    """What is billed beside what was thrown away; nothing of it while somebody may still check the figures blind,
    since the paper is read by whoever opens it, and later too."""
    whole, saved = sums(of.entries), of.saved
    in_bin = ((amount(whole.mass),), (wording.binned_text(whole.concentrate, whole.diluted),))
    if until := _hidden_until(saved):
        return (saved.number,), (saved.state,), *in_bin, (), (wording.hidden(until),)
    if of.text is None:
        return (saved.number,), (saved.state,), *in_bin, (), (wording.NOT_READ,)
    vials = (figure(saved.content.figures.vials),)
    return (saved.number,), (saved.state,), *in_bin, vials, tuple(_lines(of.text, saved.state))


def _hidden_until(saved: SavedPreparation) -> str:
    """As hidden_until, and from the verification on until the check too: what is printed then is still there, stored,
    when the check is done."""
    return hidden_until(saved) or (UNTIL_CHECKED if saved.state in _TO_CHECK else "")


def _lines(text: PlanText, state: str) -> Iterator[str]:
    for line in text.billing:
        yield f"{line.code} {line.units}"
    if wording.not_given(state):
        yield wording.NOT_CLAIMED
