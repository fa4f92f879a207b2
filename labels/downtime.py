"""The pack for when the screen is down, in one file: how to use it, the table of doses, and blank worksheets."""

from dataclasses import dataclass

from labels.dose_table import DoseTable, compose_dose_table
from labels.pdf import pdf
from labels.record import Record, compose_record
from labels.sheet import Sheet, Stock
from labels.worksheet import compose_worksheet
from labels.worksheet.content import BlankWorksheet


@dataclass(frozen=True, slots=True, kw_only=True)
class DowntimePack:
    """What is printed ahead: each worksheet has a number of its own."""

    cover: Record
    table: DoseTable
    worksheets: tuple[BlankWorksheet, ...]


def draw_downtime_pack(pack: DowntimePack, stock: Stock) -> bytes:
    """The pack as one PDF. stock: LETTER or A4. Raises Refused as each of its parts does. The same pack gives the
    same bytes."""
    return pdf(compose_downtime_pack(pack, stock), pack.cover.title)


def compose_downtime_pack(pack: DowntimePack, stock: Stock) -> list[Sheet]:
    """The pages measured and checked, not yet drawn."""
    sheets = [*compose_record(pack.cover, stock), *compose_dose_table(pack.table, stock)]
    for worksheet in pack.worksheets:
        sheets += compose_worksheet(worksheet, stock)
    return sheets
