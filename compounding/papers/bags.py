"""The bag labels of both markets. Until the drug is in the bag no time stands on one."""

from __future__ import annotations

from compounding.papers.work import Bagged, Hour, Work
from compounding.patient import Identity
from compounding.policy import Market
from compounding.scanning import own_code
from compounding.wording import bags as said
from compounding.wording import papers as words
from compounding.wording import worksheets as captions
from compounding.wording.numbers import day
from labels import BagLabelUK, BagLabelUS, Moment, Pair


def us_label(work: Work) -> BagLabelUS:
    text, identity, site, word = work.text, work.identity, work.site, words.WORDS[Market.US]
    band, note = words.hazard(text)
    return BagLabelUS(
        patient_name=identity.name,
        mrn=Pair(captions.MRN, identity.mrn),
        born=Pair(captions.BORN, day(identity.born, Market.US)),
        location=identity.location or None,
        generic=text.generic,
        brand=words.brand(text, Market.US),
        dose=said.us_dose(text),
        diluent=said.us_diluent(text),
        total_volume=said.total_volume(text),
        strength=said.us_strength(text),
        route=said.us_route(text),
        rate=text.infuse,
        give_on=Pair(captions.GIVE_ON, text.give_on),
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
        bag=said.BAG,
        number=Pair(word.number, work.number),
        prescriber=said.prescriber(work.prescriber),
        prepared_by=said.prepared_by(work.bagged.prepared_by) if work.bagged else None,
        verified_by=said.verified_by(work.bagged.verified_by) if work.bagged else None,
        pharmacy=site.pharmacy,
        phone=said.all_day(site.phone),
        symbol=own_code(work.number, "1"),
        training=words.TRAINING_ON_LABEL if site.training else None,
    )


def uk_label(work: Work) -> BagLabelUK:
    text, identity, site, word = work.text, work.identity, work.site, words.WORDS[Market.UK]
    return BagLabelUK(
        generic=text.generic,
        brand=words.brand(text, Market.UK),
        dose=text.dose,
        diluent=said.uk_diluent(text),
        strength=said.strength(text),
        route=said.uk_route(text),
        rate=text.infuse,
        patient_name=identity.name,
        nhs_number=_nhs(identity),
        hospital_number=Pair(captions.HOSPITAL_NUMBER, identity.hospital_number),
        born=Pair(captions.BORN, day(identity.born, Market.UK)),
        ward=identity.location or None,
        cycle=text.cycle_day,
        bag=said.BAG,
        batch=Pair(word.number, work.number),
        prepared=_prepared(work.bagged),
        expiry=_moment(word.start_before, work.bagged.start_before if work.bagged else None),
        complete_by=_moment(word.complete_by, work.bagged.complete_by if work.bagged else None),
        storage=" ".join(filter(None, (text.storage, text.handling, text.clocks_note))),
        light=text.light,
        hazard=text.hazard,
        children=said.CHILDREN,
        pharmacy=f"{site.pharmacy}, {site.phone}",
        address=site.address,
        symbol=own_code(work.number, "1"),
        training=words.TRAINING_ON_LABEL if site.training else None,
    )


def _nhs(identity: Identity) -> Pair | None:
    if not identity.nhs_number:
        return None
    return Pair(captions.NHS_NUMBER, words.spaced_nhs(identity.nhs_number))


def _prepared(bagged: Bagged | None) -> str | None:
    return said.prepared(bagged.prepared.date, bagged.prepared.hour) if bagged else None


def _moment(caption: str, at: Hour | None) -> Moment:
    return Moment(caption, at.date, at.hour) if at else Moment(caption, words.NOT_TIMED)
