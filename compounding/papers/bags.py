"""The bag labels of both markets. Until the drug is in the bag no time stands on one."""

from __future__ import annotations

from compounding.papers.work import Bagged, Hour, Work
from compounding.policy import Market
from compounding.scanning import own_code
from compounding.wording import papers as words
from compounding.wording.numbers import day, short_name
from labels import BagLabelUK, BagLabelUS, Moment, Pair


def us_label(work: Work) -> BagLabelUS:
    text, identity, site, word = work.text, work.identity, work.site, words.WORDS[Market.US]
    band, note = words.hazard(text)
    return BagLabelUS(
        patient_name=identity.name,
        mrn=Pair("MRN", identity.mrn),
        born=Pair("Born", day(identity.born, Market.US)),
        location=identity.location or None,
        generic=text.generic,
        brand=words.brand(text, Market.US),
        dose=f"DOSE {text.dose}",
        diluent=f"in {short_name(text.diluent)},",
        total_volume=f"TOTAL VOLUME {text.bag}",
        strength=f"({text.per_mL}), contains {text.volume} of {text.strength}",
        route=f"FOR {text.route.upper()}",
        rate=text.infuse,
        give_on=Pair("Give on", text.give_on),
        cycle=text.cycle_day,
        prepared=_prepared(work.bagged),
        start_before=_moment(word.start_before, work.bagged.start_before if work.bagged else None),
        complete_by=_moment(word.complete_by, work.bagged.complete_by if work.bagged else None),
        storage=text.storage,
        limit=text.clocks_note or None,
        light=text.light,
        handling=text.handling or None,
        hazard=band,
        hazard_note=note or None,
        single_dose=text.use,
        bag="Bag 1 of 1",
        number=Pair(word.number, work.number),
        prescriber=f"Prescriber {work.prescriber}",
        prepared_by=f"Prepared by {work.bagged.prepared_by}" if work.bagged else None,
        verified_by=f"Verified by {work.bagged.verified_by}" if work.bagged else None,
        pharmacy=site.pharmacy,
        phone=f"24 h {site.phone}",
        symbol=own_code(work.number, "1"),
        training=words.TRAINING_ON_LABEL if site.training else None,
    )


def uk_label(work: Work) -> BagLabelUK:
    text, identity, site, word = work.text, work.identity, work.site, words.WORDS[Market.UK]
    return BagLabelUK(
        generic=text.generic,
        brand=words.brand(text, Market.UK),
        dose=text.dose,
        diluent=f"in {text.bag} {short_name(text.diluent)}",
        strength=f"({text.per_mL})",
        route=f"For {text.route[0].lower()}{text.route[1:]}",
        rate=text.infuse,
        patient_name=identity.name,
        nhs_number=Pair("NHS No.", words.spaced_nhs(identity.nhs_number)) if identity.nhs_number else None,
        hospital_number=Pair("Hospital no.", identity.hospital_number),
        born=Pair("Born", day(identity.born, Market.UK)),
        ward=identity.location or None,
        cycle=text.cycle_day,
        bag="Bag 1 of 1",
        batch=Pair(word.number, work.number),
        prepared=_prepared(work.bagged),
        expiry=_moment(word.start_before, work.bagged.start_before if work.bagged else None),
        complete_by=_moment(word.complete_by, work.bagged.complete_by if work.bagged else None),
        storage=" ".join(filter(None, (text.storage, text.handling, text.clocks_note))),
        light=text.light,
        hazard=text.hazard,
        children="Keep out of the sight and reach of children",
        pharmacy=f"{site.pharmacy}, {site.phone}",
        address=site.address,
        symbol=own_code(work.number, "1"),
        training=words.TRAINING_ON_LABEL if site.training else None,
    )


def _prepared(bagged: Bagged | None) -> str | None:
    return f"Prepared {bagged.prepared.date} {bagged.prepared.hour}" if bagged else None


def _moment(caption: str, at: Hour | None) -> Moment:
    return Moment(caption, at.date, at.hour) if at else Moment(caption, words.NOT_TIMED)
