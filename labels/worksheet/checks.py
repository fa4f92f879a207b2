"""What is checked, inspected, deviated from and signed: I, J, N, O."""

from collections.abc import Sequence

from labels.content import SignatureCaptions
from labels.sheet import Area, Sheet
from labels.worksheet.content import Deviation, Deviations, InProcessCheck, Inspection, Signatures
from labels.worksheet.kit import (
    CAPTIONED,
    MARGIN,
    PAD,
    ROW,
    put_bar,
    put_box,
    put_grid,
    put_paragraph,
    put_signatures,
    put_strip,
    put_ticks,
    right_edge,
    table,
)


def put_check(sheet: Sheet, y: float, check: InProcessCheck) -> float:
    right = right_edge(sheet)
    y = put_bar(sheet, "check", check.heading, MARGIN, right, y)
    edges = [MARGIN + (right - MARGIN) * i / 5 for i in range(6)]
    put_grid(sheet, edges, y, CAPTIONED)
    for i, box in enumerate(check.boxes):
        put_box(sheet, f"check.{i + 1}", box, Area(edges[i], y, edges[i + 1], y + CAPTIONED))
    put_ticks(sheet, "check.verdict", check.verdict, edges[4], right, y + CAPTIONED / 2)
    return y + CAPTIONED


def put_inspection(sheet: Sheet, y: float, inspection: Inspection) -> float:
    right = right_edge(sheet)
    y = put_bar(sheet, "inspection", inspection.heading, MARGIN, right, y)
    left = right - (right - MARGIN) / 5
    put_grid(sheet, (MARGIN, left, right), y, ROW)
    put_ticks(sheet, "inspection", inspection.ticks, MARGIN, left, y + ROW / 2)
    put_ticks(sheet, "inspection.verdict", inspection.verdict, left, right, y + ROW / 2)
    return y + ROW


def put_deviations(
    sheet: Sheet, y: float, deviations: Deviations, rows: Sequence[Deviation], count: int, before: int
) -> float:
    """count rows, the first of them filled; before: how many stand on earlier pages."""
    left, right = MARGIN, right_edge(sheet)
    width = right - left
    widths = (("what", width * 0.38), ("reason", width * 0.30), ("authorised_by", None))
    columns = table(left, right, widths)
    y = put_bar(sheet, "deviations", deviations.heading, left, right, y)
    y = put_strip(sheet, "deviations", columns, deviations.captions, y)
    for i in range(count):
        put_grid(sheet, columns.edges, y, ROW)
        for column in columns.columns if i < len(rows) else ():
            text: str | None = getattr(rows[i], column.name)
            field = f"deviations.{before + i + 1}.{column.name}"
            if text is not None:
                put_paragraph(sheet, field, (text,), column.left + PAD, column.right - PAD, y)
        y += ROW
    return y


def put_closing(sheet: Sheet, y: float, signatures: Signatures, captions: SignatureCaptions) -> float:
    y = put_bar(sheet, "signatures", signatures.heading, MARGIN, right_edge(sheet), y)
    return put_signatures(sheet, "signatures", captions, signatures.rows, y, ROW)
