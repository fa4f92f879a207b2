"""The materials, who assembled and who checked them, and the line clearance: F, G."""

from labels.content import SignatureCaptions
from labels.sheet import Area, Sheet
from labels.worksheet.content import Clearance, Material, Materials
from labels.worksheet.kit import (
    CAPTIONED,
    MARGIN,
    SMALL_CAPTION,
    Table,
    put_bar,
    put_box,
    put_cell,
    put_grid,
    put_signatures,
    put_strip,
    put_ticks,
    right_edge,
    table,
)

MATERIAL_ROW = 8.2
MATERIAL_WIDTHS = (
    ("number", 7.0), ("product", 62.0), ("maker", 28.0), ("quantity", 20.0), ("lot", 32.0), ("expiry", 26.0),
    ("entry", None),
)  # fmt: skip


def put_materials(sheet: Sheet, y: float, materials: Materials, captions: SignatureCaptions) -> float:
    y = put_bar(sheet, "materials", materials.heading, MARGIN, right_edge(sheet), y)
    columns = table(MARGIN, right_edge(sheet), MATERIAL_WIDTHS)
    y = put_strip(sheet, "materials", columns, materials.captions, y)
    for i, row in enumerate(materials.rows):
        y = _material(sheet, f"materials.{i + 1}", columns, row, y)
    return put_signatures(sheet, "materials", captions, materials.signatures, y, MATERIAL_ROW)


def _material(sheet: Sheet, field: str, columns: Table, row: Material, y: float) -> float:
    put_grid(sheet, columns.edges, y, MATERIAL_ROW)
    number, product, maker, quantity, *written = columns.columns
    middle = y + 5.1
    put_cell(sheet, field, row.number, number, middle)
    put_cell(sheet, field, row.product, product, y + 3.6 if row.detail else middle, "Bold")
    if row.detail is not None:
        put_cell(sheet, f"{field}.detail", row.detail, product, y + 6.8, size=SMALL_CAPTION)
    put_cell(sheet, field, row.maker, maker, middle)
    put_cell(sheet, field, row.quantity, quantity, middle, "Bold")
    for column in written:
        put_cell(sheet, field, getattr(row, column.name), column, middle)
    return y + MATERIAL_ROW


def put_clearance(sheet: Sheet, y: float, clearance: Clearance) -> float:
    right = right_edge(sheet)
    y = put_bar(sheet, "clearance", clearance.heading, MARGIN, right, y)
    edges = [MARGIN, right - 62, right - 32, right]
    put_grid(sheet, edges, y, CAPTIONED)
    put_ticks(sheet, "clearance", clearance.ticks, MARGIN, edges[1], y + CAPTIONED / 2)
    for name, box, i in (("cabinet", clearance.cabinet, 1), ("initials", clearance.initials, 2)):
        put_box(sheet, f"clearance.{name}", box, Area(edges[i], y, edges[i + 1], y + CAPTIONED))
    return y + CAPTIONED
