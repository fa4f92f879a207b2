"""The steps with the draws of the vials beside them, and the times: H, K."""

from labels.faces import Weight
from labels.refusal import Refused
from labels.sheet import Area, Piece, Sheet
from labels.worksheet.content import Clock, Draw, Draws, Step, Steps, Times
from labels.worksheet.kit import (
    CAPTION,
    FRAME,
    HAIR,
    MARGIN,
    PAD,
    RESULT,
    RIGHT,
    ROW,
    TEXT,
    TICK,
    Table,
    put_bar,
    put_cell,
    put_centred,
    put_grid,
    put_line,
    put_paragraph,
    put_strip,
    put_tick,
    put_ticks,
    right_edge,
    table,
)

TIME_BOX = 19.0  # in the steps
CLOCK_BOX = 18.0  # in the times
DRAW_ROW = 9.0
DRAW_WIDTHS = (("vial", 14.0), ("draw", None), ("drawn", 22.0))


def put_steps(sheet: Sheet, y: float, steps: Steps, right: float) -> float:
    y = put_bar(sheet, "steps", steps.heading, MARGIN, right, y)
    for step in steps.rows:
        y = _step(sheet, f"steps.{step.number}", step, right, y)
    return y


def _step(sheet: Sheet, field: str, step: Step, right: float, y: float) -> float:
    time = Area(right - TIME_BOX, y, right, y + ROW)
    tick = time.left - TICK - 2.4
    put_centred(sheet, f"{field}.number", step.number, Area(MARGIN, y, 18.4, y + ROW), y + 5.4, RESULT)
    weight: Weight = "Bold" if step.stop else "Regular"
    put_paragraph(sheet, field, step.text, 18.8, tick - 1, y, weight)
    put_tick(sheet, tick, y + ROW / 2, step.ticked)
    sheet.rule(MARGIN, y + ROW, right, y + ROW, HAIR)
    if step.unit is not None:
        put_grid(sheet, (time.left, right), y, ROW)
        sheet.text([Piece(f"{field}.unit", step.unit, "Regular")], right - PAD, y + 5.6, TEXT, RIGHT)
    elif step.timed:
        half = FRAME / 2
        sheet.frame(Area(time.left, y + half, right - half, y + ROW - half), FRAME)
        put_centred(sheet, f"{field}.time", step.time, time, y + 5.6, 11)
    elif step.time is not None:
        raise Refused(f"{field}.time", step.time, "was given for a step that has no box for the time")
    return y + ROW


def put_draws(sheet: Sheet, y: float, draws: Draws, left: float, row: float = DRAW_ROW) -> float:
    """row: the height of a vial's; ROW where nothing is printed in it."""
    right = right_edge(sheet)
    y = put_bar(sheet, "draws", draws.heading, left, right, y)
    columns = table(left, right, DRAW_WIDTHS)
    y = put_strip(sheet, "draws", columns, draws.captions, y)
    for i, draw in enumerate(draws.rows):
        y = _draw(sheet, f"draws.{i + 1}", columns, draw, y, row)
    return y


def _draw(sheet: Sheet, field: str, columns: Table, draw: Draw, y: float, row: float) -> float:
    put_grid(sheet, columns.edges, y, row)
    vial, instruction, drawn = columns.columns
    area = Area(vial.left, y, vial.right, y + row)
    put_centred(sheet, f"{field}.vial", draw.vial, area, y + 5.7, RESULT)
    first = y + 3.9 if draw.second is not None else y + 5.6
    put_cell(sheet, field, draw.first, instruction, first, "Bold", TEXT if draw.result else RESULT)
    if draw.result:
        put_cell(sheet, field, draw.second, instruction, y + 7.7, "Bold", 10.5)
    else:
        put_cell(sheet, field, draw.second, instruction, y + 7.5)
    area = Area(drawn.left, y, drawn.right, y + row)
    put_centred(sheet, f"{field}.drawn", draw.drawn, area, y + 5.9, 11)
    return y + row


def put_times(sheet: Sheet, y: float, times: Times, left: float) -> float:
    right = right_edge(sheet)
    y = put_bar(sheet, "times", times.heading, left, right, y)
    for i, clock in enumerate(times.rows):
        y = _clock(sheet, f"times.{i + 1}", clock, left, right, y)
    return y


def _clock(sheet: Sheet, field: str, clock: Clock, left: float, right: float, y: float) -> float:
    edges = (left, right - CLOCK_BOX, right)
    put_grid(sheet, edges, y, ROW)
    limit = edges[1] - left - 2 * PAD
    end = put_line(sheet, field, clock.name, left + PAD, y + 3.6, TEXT, "Bold", limit)
    put_ticks(sheet, f"{field}.ticks", clock.ticks, end, edges[1], y + TICK / 2 + 0.6)
    put_line(sheet, f"{field}.rule", clock.rule, left + PAD, y + (7.4 if clock.ticks else 7.0), CAPTION, limit=limit)
    put_centred(sheet, f"{field}.time", clock.time, Area(edges[1], y, right, y + ROW), y + 5.6, 11)
    return y + ROW
