"""Steps of a preparation: judged on how it stands, and stored before anybody else can take one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine

from compounding.records import labels, materials, moments, preparations
from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, writing
from compounding.records.events import Event, Rows, require_text
from compounding.records.labels import NewFate, fate_row
from compounding.records.materials import NewOut, material_row, out_row
from compounding.records.moments import moment_row, reading_row
from compounding.records.preparations import SavedPreparation
from compounding.records.prints import NewPrint, print_rows
from compounding.records.sendings import NewSending, refuse_busy, sending_row
from compounding.records.signatures import NewSignature, signature_row, void_all
from compounding.records.standing import Judge, Standing, refuse, stands
from compounding.records.wastes import waste_row
from compounding.workflow.materials import Material
from compounding.workflow.progress import Moment, Reading, Waste

NewRow = Material | NewOut | Moment | Reading | NewPrint | NewSending | NewFate | Waste
"""What a step may write beside a state and a signature."""

State = str | Callable[[Standing], str | None] | None
NewRows = Iterable[NewRow] | Callable[[Standing], Iterable[NewRow]]

Make = Callable[[SavedPreparation, Any, Event], dict[str, Any]]

# The table of each kind of row, and what makes one. A print is not among them: it is made beside those before it.
_MADE: Mapping[type, tuple[str, Make]] = MappingProxyType(
    {
        Material: ("material", material_row),
        NewOut: ("material_out", out_row),
        Moment: ("moment", moment_row),
        Reading: ("reading", reading_row),
        NewFate: ("label_end", fate_row),
        NewSending: ("sending", sending_row),
        Waste: ("waste", waste_row),
    }
)


def take_step(
    engine: Engine,
    number: str,
    event: Event,
    *,
    judge: Judge,
    state: State = None,
    signature: NewSignature | None = None,
    rows: NewRows = (),
    voids: Collection[str] = (),
    version: int | None = None,
) -> Standing:
    """Puts a preparation in another state, signs it, writes rows of its path, or all of these, with the event;
    gives how it stands then.

    `judge` sees how it stands while nobody else can write, so that of two who take the same step at once
    the second is judged on what the first did; `state` and `rows` may be functions of the same. Standing
    signatures of the meanings in `voids` are void from then on, each in an entry of its own right after.
    `version` is the one that the caller has seen. Raises RecordsRefused with the judge's sentence; where there is
    no such preparation or another version of it by now; where a vial is recorded anywhere already, a lot is
    recalled, a time is recorded already, or what leaves or was printed is not there. Raises NotSaved, and TypeError
    or ValueError for what cannot be stored.
    """
    told = about(event, number)
    with writing(engine) as connection:
        saved = preparations.existing(connection, number)
        if version not in (None, saved.version):
            raise RecordsRefused(
                f"{number} was changed meanwhile: version {saved.version} stands by now, look at it again."
            )
        now = stands(connection, saved)
        refuse(judge(now))
        new = tuple(rows(now) if callable(rows) else rows)
        after = state(now) if callable(state) else state
        _refuse_rows(connection, now, new)
        add(connection, told, _rows(connection, now, after, signature, new, told))
        void_all(connection, (one for one in now.signatures if one.meaning in voids), told)
        return stands(connection, preparations.existing(connection, number))


def _refuse_rows(connection: Connection, now: Standing, new: tuple[object, ...]) -> None:
    saved = now.preparation
    materials.refuse(connection, saved, now.materials, new)
    moments.refuse_again(saved, now.moments, new)
    labels.refuse_strange(saved, now.labels, new)
    refuse_busy(connection, new)


def _rows(
    connection: Connection,
    now: Standing,
    state: str | None,
    signature: NewSignature | None,
    new: tuple[NewRow, ...],
    event: Event,
) -> Rows:
    saved = now.preparation
    made: dict[str, list[dict[str, Any]]] = {}
    if state is not None:
        require_text("a state", state)
        made["status"] = [status_row(saved, state)]
    if signature is not None:
        made["signature"] = [signature_row(signature, saved.id, saved.version)]
    if printed := [row for row in new if isinstance(row, NewPrint)]:
        made["print"] = print_rows(connection, saved.number, printed)
    for row in new:
        if not isinstance(row, NewPrint):
            table, make = _maker(row)
            made.setdefault(table, []).append(make(saved, row, event))
    return made


def _maker(row: object) -> tuple[str, Make]:
    if type(row) not in _MADE:
        raise TypeError(f"a step writes no {type(row).__name__}")
    return _MADE[type(row)]


def status_row(saved: SavedPreparation, state: str) -> dict[str, object]:
    """The row of a state, but for what every row has of its entry."""
    return {"preparation_id": saved.id, "state": state}
