"""Label printers of a site: every change of each, and every result of its calibration."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, func, select

from compounding.printing import Calibration, Kind, Measured, Printer
from compounding.printing.printers import DPIS
from compounding.records.chain import about, add
from compounding.records.database import RecordsRefused, reading, writing
from compounding.records.events import Event, Person, person_of, require_text, utc_time
from compounding.records.printer_tables import calibration as _result
from compounding.records.printer_tables import printer as _table

_UM = 1000  # micrometres a millimetre
_NEWEST = select(func.max(_table.c.id)).group_by(_table.c.number)
_PRINTERS = select(_table).where(_table.c.id.in_(_NEWEST)).order_by(_table.c.number)
_ROW = select(_table).where(_table.c.id == bindparam("wanted"))
_RESULTS = select(_result).order_by(_result.c.id)


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """A result as it is stored."""

    id: int
    result: Calibration
    printer: Printer
    """As it was then."""
    scanned: str
    """What was read of its symbol; "" where it could not be."""
    person: Person
    at: datetime
    entry: int


def put_printer(engine: Engine, printer: Printer, event: Event) -> Printer:
    """Sets a printer up, or changes it: `row` is the one that the caller has seen, 0 for a new printer, whose number
    is given here. Raises RecordsRefused where another page was first or another printer in use has the name, NotSaved,
    and TypeError or ValueError for what cannot be stored."""
    _require(printer)
    with writing(engine) as connection:
        known = {one.number: one for one in _printers(connection)}
        number = printer.number if printer.row else max(known, default=0) + 1
        if printer.row and (number not in known or known[number].row != printer.row):
            raise RecordsRefused(f"{printer.name} was changed meanwhile: look at it again.")
        if any(one.number != number and one.in_use and _same_name(one, printer) for one in known.values()):
            raise RecordsRefused(f"Another printer is called {printer.name}: a label must say which one it is of.")
        told = about(event, f"printer:{number}")
        made = add(connection, told, {"printer": [_row(replace(printer, number=number))]})
        return _existing(connection, made["printer"][0]["id"])


def _same_name(one: Printer, other: Printer) -> bool:
    return other.in_use and one.name.casefold() == other.name.casefold()


def _require(printer: Printer) -> None:
    require_text("the name of a printer", printer.name)
    require_text("the stock of a printer", printer.stock)
    if not isinstance(printer.kind, Kind):
        raise TypeError(f"a printer is of one of the kinds that there are, not {printer.kind!r}")
    if printer.dpi not in DPIS:
        raise ValueError(f"{printer.dpi} dpi is no resolution of a label printer: {DPIS[0]} or {DPIS[1]}")
    if printer.kind is Kind.NETWORK and not printer.host.strip():
        raise ValueError("a network printer has an address")
    if (printer.kind is Kind.SHEETS) is not bool(printer.sheet):
        raise ValueError("a printer has a sheet where it takes sheets of labels, and nowhere else")


def _row(printer: Printer) -> dict[str, Any]:
    return {
        "number": printer.number,
        "name": printer.name,
        "kind": printer.kind.value,
        "dpi": printer.dpi,
        "stock": printer.stock,
        "host": printer.host,
        "port": printer.port,
        "sheet": printer.sheet,
        "workstations_json": json.dumps(printer.workstations, ensure_ascii=False),
        "in_use": int(printer.in_use),
    }


def put_calibration(engine: Engine, row: int, result: Calibration, scanned: str, event: Event) -> CalibrationResult:
    """Stores what was found on a calibration label of a printer as that row set it up. Raises RecordsRefused where it
    was changed since, and NotSaved."""
    found = result.measured
    with writing(engine) as connection:
        now = {one.row: one for one in _printers(connection)}.get(row)
        if now is None or now.made_up != result.made_up:
            raise RecordsRefused("The printer was changed meanwhile: print its calibration label again.")
        stored = {
            "printer_id": row,
            "across_um": int(found.across * _UM),
            "down_um": int(found.down * _UM),
            "down_rule_mm": found.down_rule,
            "scanned": scanned,
            "corners_whole": int(found.corners_whole),
            "passed": int(result.passed),
        }
        add(connection, about(event, f"printer:{now.number}"), {"calibration": [stored]})
        return _results(connection)[-1]


# ------------------------------------------------------------------ reading


def printers(engine: Engine) -> tuple[Printer, ...]:
    """Every printer as it is now, those too that are out of use, the first one first. Raises NotRead."""
    with reading(engine) as connection:
        return _printers(connection)


def printer_rows(engine: Engine) -> Mapping[int, Printer]:
    """Every printer as it ever was, by its rows: what was printed is drawn as it was. Raises NotRead."""
    with reading(engine) as connection:
        return {row.id: _printer(row) for row in connection.execute(select(_table))}


def calibrations(engine: Engine, number: int) -> tuple[CalibrationResult, ...]:
    """Every result of a printer, the oldest first. Raises NotRead."""
    with reading(engine) as connection:
        return tuple(one for one in _results(connection) if one.printer.number == number)


def _printers(connection: Connection) -> tuple[Printer, ...]:
    return tuple(_printer(row) for row in connection.execute(_PRINTERS))


def _existing(connection: Connection, row: int) -> Printer:
    return _printer(connection.execute(_ROW, {"wanted": row}).one())


def _printer(row: Row[Any]) -> Printer:
    return Printer(
        number=row.number,
        row=row.id,
        name=row.name,
        kind=Kind(row.kind),
        dpi=row.dpi,
        stock=row.stock,
        host=row.host,
        port=row.port,
        sheet=row.sheet,
        workstations=tuple(json.loads(row.workstations_json)),
        in_use=bool(row.in_use),
    )


def _results(connection: Connection) -> list[CalibrationResult]:
    was = {row.id: _printer(row) for row in connection.execute(select(_table))}
    return [_calibration(row, was[row.printer_id]) for row in connection.execute(_RESULTS)]


def _calibration(row: Row[Any], printer: Printer) -> CalibrationResult:
    found = Measured(
        across=Decimal(row.across_um) / _UM,
        down=Decimal(row.down_um) / _UM,
        down_rule=row.down_rule_mm,
        symbol_read=bool(row.scanned),
        corners_whole=bool(row.corners_whole),
    )
    result = Calibration(found, bool(row.passed), printer.made_up)
    return CalibrationResult(row.id, result, printer, row.scanned, person_of(row), utc_time(row.at_utc), row.entry)
