"""Changing a preparation: a new version, signed anew. What was signed before is void from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, Engine

from compounding.records import preparations, tables
from compounding.records.chain import about, add, append_all
from compounding.records.database import RecordsRefused, writing
from compounding.records.events import Event, Rows
from compounding.records.materials import put_out_all
from compounding.records.preparations import ENTERED, NewPreparation, PlaceRow, SavedPreparation
from compounding.records.signatures import SIGNED, NewSignature, signature_row, void_all
from compounding.records.standing import Judge, Standing, refuse, stands
from compounding.records.steps import status_row
from compounding.workflow.materials import Out


def revise_preparation(
    engine: Engine,
    number: str,
    new: NewPreparation,
    event: Event,
    signature: NewSignature,
    *,
    was: int,
    judge: Judge,
    also: Sequence[Event] = (),
    place: PlaceRow | None = None,
) -> SavedPreparation:
    """Stores the version after `was`, which is the one that the caller has seen, and its signature.

    The preparation is `entered` again, what was picked for it leaves it, and every signature that held is void,
    each in an entry of its own in the same transaction; the entries of `also` come after them. `place` puts the new
    version in a course; without it the new version is in none.
    `new.request_key` is the form's: a second call with it and the same content gives the same preparation and
    writes nothing. Raises RecordsRefused where another version stands by now, with the judge's sentence, where
    the form came with another content and where there is no such preparation, and NotSaved.
    """
    told = about(event, number, drug_file=new.drug_file)
    with writing(engine) as connection:
        saved = preparations.existing(connection, number)
        if _sent_before(connection, saved, new):
            return saved
        if saved.version != was:
            raise RecordsRefused(
                f"{number} was changed meanwhile: version {saved.version} stands by now, and not {was}."
                " Compare the two, and change the newer one."
            )
        now = stands(connection, saved)
        refuse(judge(now))
        _revise(connection, now, new, told, signature, place)
        revised = preparations.existing(connection, number)
        append_all(connection, also, number, new.drug_file)
        return revised


def _sent_before(connection: Connection, saved: SavedPreparation, new: NewPreparation) -> bool:
    """Whether this very change is stored. Raises RecordsRefused where another is under its key."""
    owner = preparations.number_of(connection, new.request_key)
    if owner is None:
        return False
    if owner != saved.number or preparations.sent(connection, tables.revision, new.request_key) != new:
        raise preparations.another_form(owner)
    return True


def _revise(
    connection: Connection,
    now: Standing,
    new: NewPreparation,
    event: Event,
    signature: NewSignature,
    place: PlaceRow | None,
) -> None:
    saved = now.preparation
    number = saved.version + 1
    revised = {**preparations.columns(new), "preparation_id": saved.id, "version": number}
    changed: Rows = {"revision": [revised], "status": [status_row(saved, ENTERED)]}
    if left := put_out_all(now.materials, Out.ORDER_CHANGED):
        changed = {**changed, "material_out": left}
    if place is not None:
        changed = {**changed, "placed": [place(connection, saved.id, number)]}
    add(connection, event, changed)
    void_all(connection, now.signatures, event)
    # What was changed, and why, stands with the change itself.
    signing = replace(event, action=SIGNED, changes=(), findings=(), details={"meaning": signature.meaning})
    add(connection, signing, {"signature": [signature_row(signature, saved.id, number)]})
