"""Materials of a preparation: recorded once, put out again with a reason, and found by their lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Row, or_, select

from compounding.records import preparations, tables
from compounding.records.database import RecordsRefused, reading
from compounding.records.events import Event, require_text, utc_time
from compounding.records.names import searched_lot
from compounding.records.path_tables import material as _table
from compounding.records.path_tables import material_out as _out
from compounding.records.preparations import SavedPreparation
from compounding.records.recalls import recall_of_lot
from compounding.records.stored import IDS, Stored, require_own
from compounding.workflow.materials import LOST, Kind, Material, Out, ReadBy, live
from compounding.workflow.products import same_stock


@dataclass(frozen=True, slots=True)
class NewOut:
    """A material that leaves its preparation. Raises TypeError or ValueError where it does not say why."""

    material_id: int
    why: Out
    words: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.why, Out):
            raise TypeError(f"a material leaves for one of the reasons that there are, not {self.why!r}")


@dataclass(frozen=True, slots=True)
class LotUse:
    """A preparation, in its newest version, with what of a lot was recorded for it."""

    preparation: SavedPreparation
    materials: tuple[Material, ...]
    """Those too that left it again."""

    @property
    def count(self) -> int:
        """How many of them are in it."""
        return len(live(self.materials))


# ------------------------------------------------------------------ writing


def material_row(saved: SavedPreparation, material: Material, event: Event) -> dict[str, Any]:
    """The row of a material, but for what every row has of its entry."""
    _require_new(material, event)
    return {
        "preparation_id": saved.id,
        "kind": material.kind.value,
        "place": material.place,
        "product": material.product,
        "name": material.name,
        "maker": material.maker,
        "lot": material.lot,
        "search_lot": searched_lot(material.lot),
        "expiry": material.expiry.isoformat(),
        "serial": material.serial,
        "gtin": material.gtin,
        "read_by": material.read_by.value,
        "raw": material.raw,
        "quantity": material.quantity,
    }


def _require_new(material: Material, event: Event) -> None:
    if material.id is not None or material.out is not None:
        raise ValueError(f"the {called(material)} of lot {material.lot} is stored already")
    for what in ("product", "name", "lot", "quantity"):
        require_text(f"the {what} of a material", getattr(material, what))
    for what in ("serial", "gtin"):
        if getattr(material, what) is not None:
            require_text(f"the {what} of a material", getattr(material, what))
    require_own(material.person, event)


def out_row(_: SavedPreparation, out: NewOut, __: Event) -> dict[str, Any]:
    """The row of a material that leaves, but for what every row has of its entry."""
    return {"material_id": out.material_id, "why": out.why.value, "words": out.words}


def put_out_all(there: Sequence[Material], why: Out) -> list[dict[str, Any]]:
    """The rows that put out whatever is in a preparation."""
    return [{"material_id": material.id, "why": why.value, "words": ""} for material in live(there)]


def called(material: Material) -> str:
    """A material as a sentence names it: “vial 2”, “diluent”."""
    return f"vial {material.place}" if material.kind is Kind.DRUG else material.kind.value


# ------------------------------------------------------------------ refusals


def refuse(connection: Connection, saved: SavedPreparation, there: Sequence[Material], rows: Sequence[object]) -> None:
    """Raises RecordsRefused where the new rows do not fit what is `there`, what other preparations have, or a
    recall."""
    leaving = _leaving(saved, there, rows)
    taken = {(material.kind, material.place) for material in live(there) if material.id not in leaving}
    new = [row for row in rows if isinstance(row, Material)]
    for material in new:
        if (material.kind, material.place) in taken:
            raise RecordsRefused(f"The {called(material)} of {saved.number} is recorded already: look at it again.")
        taken.add((material.kind, material.place))
        _refuse_recalled(connection, material)
    _refuse_serials(connection, saved, new, leaving)


def _leaving(saved: SavedPreparation, there: Sequence[Material], rows: Sequence[object]) -> frozenset[int | None]:
    """The ids of what leaves with this step."""
    present = {material.id for material in live(there)}
    leaving = [row.material_id for row in rows if isinstance(row, NewOut)]
    for id_ in leaving:
        if id_ not in present or leaving.count(id_) > 1:
            raise RecordsRefused(f"{saved.number} has no material {id_} that could leave it: look at it again.")
    return frozenset(leaving)


def _refuse_recalled(connection: Connection, material: Material) -> None:
    lot = searched_lot(material.lot)
    against = (recall_of_lot(connection, product, lot) for product in same_stock(material.product))
    standing = next(filter(None, against), None)
    if standing is not None:
        raise RecordsRefused(
            f"Lot {material.lot} of {material.name} is recalled: {standing.reason}. Set it aside and take another."
        )


def _refuse_serials(
    connection: Connection, saved: SavedPreparation, new: Sequence[Material], leaving: frozenset[int | None]
) -> None:
    seen: set[tuple[str, str]] = set()
    for material in new:
        if material.serial is None:
            continue
        vial = (material.product, material.serial)
        owner = saved.number if vial in seen else _owner(connection, material, leaving)
        if owner is not None:
            raise RecordsRefused(
                f"The vial with serial number {material.serial} is recorded for {owner} already: take another vial."
            )
        seen.add(vial)


_OWNERS = (
    select(tables.preparation.c.number)
    .select_from(
        _table.join(tables.preparation, tables.preparation.c.id == _table.c.preparation_id).outerjoin(
            _out, _out.c.material_id == _table.c.id
        )
    )
    # What went back to stock may be taken again; what broke may not.
    .where(or_(_out.c.id.is_(None), _out.c.why.in_(sorted(why.value for why in LOST))))
    .order_by(_table.c.id)
    .limit(1)
)


def _owner(connection: Connection, material: Material, leaving: frozenset[int | None]) -> str | None:
    """The number of the preparation that has the vial with this serial number, or lost it."""
    wanted = _OWNERS.where(_table.c.serial == material.serial, _table.c.product == material.product)
    if material.gtin is not None:
        # A serial number is one of its GTIN's alone; where that was not read the product must do.
        wanted = wanted.where(or_(_table.c.gtin == material.gtin, _table.c.gtin.is_(None)))
    return connection.execute(wanted.where(_table.c.id.not_in(leaving))).scalar_one_or_none()


# ------------------------------------------------------------------ reading

_OF_THESE = (
    select(_table, _out.c.why, _out.c.words.label("out_words"), _out.c.person_id.label("out_by"))
    .select_from(_table.outerjoin(_out, _out.c.material_id == _table.c.id))
    .order_by(_table.c.id)
)
_STORED = _OF_THESE.where(_table.c.preparation_id.in_(IDS))
_PUT_OUT = (
    select(_table.c.preparation_id, _out.c.person_id, _out.c.person_name, _out.c.person_role)
    .join(_table, _table.c.id == _out.c.material_id)
    .where(_table.c.preparation_id.in_(IDS))
    .order_by(_out.c.id)
)


def materials_of(stored: Stored) -> Mapping[int, tuple[Material, ...]]:
    """What was recorded for each, the oldest first, and what of it left again."""
    found = stored.of(_STORED, _material)
    stored.of(_PUT_OUT, lambda row: row)  # for who put them out
    return found


def _material(row: Row[Any]) -> Material:
    return Material(
        kind=Kind(row.kind),
        place=row.place,
        product=row.product,
        name=row.name,
        maker=row.maker,
        lot=row.lot,
        expiry=date.fromisoformat(row.expiry),
        serial=row.serial,
        gtin=row.gtin,
        read_by=ReadBy(row.read_by),
        raw=row.raw,
        quantity=row.quantity,
        person=row.person_id,
        id=row.id,
        logged_at=utc_time(row.at_utc),
        out=None if row.why is None else Out(row.why),
        out_words=row.out_words or "",
        out_by=row.out_by or "",
    )


def uses_of_lot(engine: Engine, product: str | None, lot: str) -> tuple[LotUse, ...]:
    """Every preparation that a material of this lot was recorded for, the newest first.

    Without a product every product's. Spaces, hyphens and capitals of the lot do not count. What of it lies
    in stock no row says: the program keeps no stock. Raises NotRead, and ValueError for an empty lot.
    """
    wanted = _OF_THESE.where(_table.c.search_lot == searched_lot(lot))
    if product is not None:
        wanted = wanted.where(_table.c.product.in_(same_stock(product)))
    with reading(engine) as connection:
        of: dict[int, list[Material]] = {}
        for row in connection.execute(wanted):
            of.setdefault(row.preparation_id, []).append(_material(row))
        found = preparations.those(connection, tables.preparation.c.id.in_(of))
    return tuple(LotUse(saved, tuple(of[saved.id])) for saved in found)
