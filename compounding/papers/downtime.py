"""What is printed ahead for when the screen is down: a cover, the table of doses, and blank worksheets by number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import labels
from compounding.papers.paper import PAPER
from compounding.papers.stored import read_back
from compounding.papers.worksheets.checks import (
    check,
    deviation_captions,
    inspection,
    label_count,
    signatures,
)
from compounding.papers.worksheets.frame import BLANK, SIGNED, header, page_marks
from compounding.papers.worksheets.headings import heading
from compounding.papers.worksheets.materials import captions, clearance
from compounding.papers.worksheets.steps import draw_captions
from compounding.policy import Market, Site
from compounding.reckoner import Reckoner
from compounding.stability import limits_confirmed
from compounding.wording import blank_worksheet as blank
from compounding.wording import downtime as words
from compounding.wording import papers as paper_words
from compounding.wording import worksheets as sheet_words
from compounding.wording.clocks import clock_rules
from compounding.wording.numbers import amount, capital
from compounding.wording.papers import WORDS
from compounding.wording.plans import rounding_words
from labels import (
    BlankBanner,
    BlankRow,
    BlankWorksheet,
    Box,
    Calculation,
    Clock,
    Deviations,
    Discarded,
    DoseGroup,
    DoseRow,
    DoseTable,
    DowntimePack,
    Draw,
    Draws,
    Foot,
    Material,
    Materials,
    Order,
    Pair,
    Record,
    RecordColumn,
    RecordRow,
    Section,
    Signature,
    Step,
    Steps,
    Tick,
    Times,
    Verification,
    WorkingLine,
)

DOWNTIME = "downtime"
_LEAST_VIALS = 1


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a pack is made from."""

    site: Site
    table: Reckoner
    numbers: tuple[str, ...]
    printed: str
    """Date and time in words."""
    printed_by: str
    """Name and role."""
    log_head: str

    @property
    def market(self) -> Market:
        return self.site.policy.market

    @property
    def words(self) -> Mapping[str, Any]:
        return words.words_of(self.table)


def downtime_strings(ahead: Ahead) -> dict[str, Any]:
    """The finished strings of a pack, fit to be stored as JSON: one worksheet, and the numbers that it is drawn
    under. Raises labels.Refused, naming the field, where it cannot be drawn."""
    stock = PAPER[ahead.market]
    worksheet = _worksheet(ahead, ahead.numbers[0])
    labels.compose_worksheet(worksheet, stock)
    return {
        "document": DOWNTIME,
        "market": ahead.market.value,
        "cover": asdict(_paged_cover(_cover(ahead), stock)),
        "table": asdict(_paged_table(_table(ahead), stock)),
        "worksheet": asdict(worksheet),
        "numbers": list(ahead.numbers),
    }


def draw_downtime(stored: Mapping[str, Any], *, again: bool = False) -> bytes:
    """The PDF of a pack from its stored strings; the same strings give the same bytes. `again` marks every page as a
    copy that nobody fills, since each of its numbers is on a sheet already. Raises labels.Refused."""
    market = Market(stored["market"])
    cover, table = read_back(Record, stored["cover"]), read_back(DoseTable, stored["table"])
    worksheet = read_back(BlankWorksheet, stored["worksheet"])
    if again:
        cover, table, worksheet = (replace(part, mark=_mark_again(part.mark)) for part in (cover, table, worksheet))
    pack = DowntimePack(
        cover=cover,
        table=table,
        worksheets=tuple(_numbered(worksheet, number, market) for number in stored["numbers"]),
    )
    return labels.draw_downtime_pack(pack, PAPER[market])


def _mark_again(mark: tuple[str, ...] | None) -> tuple[str, ...]:
    return words.TRAINING_AGAIN if mark == paper_words.TRAINING_ON_WORKSHEET else words.AGAIN


def _numbered(worksheet: BlankWorksheet, number: str, market: Market) -> BlankWorksheet:
    """The same under another number: only its head and the codes of its pages differ."""
    head = replace(worksheet.header, number=f"{WORDS[market].number} {number}")
    return replace(worksheet, header=head, pages=page_marks(number, BLANK, len(worksheet.pages)))


def _pages(count: int) -> tuple[str, ...]:
    return tuple(sheet_words.page(page, count) for page in range(1, count + 1))


def _paged_cover(cover: Record, stock: labels.Stock) -> Record:
    return replace(cover, pages=_pages(labels.record_pages(cover, stock)))


def _paged_table(table: DoseTable, stock: labels.Stock) -> DoseTable:
    return replace(table, pages=_pages(labels.dose_table_pages(table, stock)))


# ------------------------------------------------------------------ the cover and the table


def _cover(ahead: Ahead) -> Record:
    listed, limits = words.on_the_label(ahead.table, ahead.words, ahead.site), tuple(words.bag_limit_words(ahead.table))
    what, its_words = words.LABEL_COLUMNS
    return Record(
        title=words.PACK,
        pharmacy=ahead.site.pharmacy,
        facts=(
            (Pair(words.NUMBERS, words.numbers_words(ahead.numbers)),),
            (Pair(words.PRINTED, ahead.printed), Pair(words.BY, ahead.printed_by)),
            *_origin(ahead),
        ),
        foot=_foot_words(ahead),
        log_head=sheet_words.log_head(ahead.log_head),
        mark=_mark(ahead),
        sections=(
            Section(title=words.HOW_TO_USE, texts=words.how_to_use(ahead.numbers)),
            *((Section(title=words.BAG_LIMITS, texts=limits),) if limits else ()),
            Section(
                title=words.ON_THE_LABEL,
                columns=(RecordColumn(what, 1, bold=True), RecordColumn(its_words, 4)),
                rows=tuple(RecordRow(((name,), (text,))) for name, text in listed),
            ),
        ),
    )


def _origin(ahead: Ahead) -> tuple[tuple[Pair, ...], ...]:
    said = ahead.words
    checksum = paper_words.spaced_checksum(said["checksum"])
    return (
        (
            Pair(words.DRUG_FILE, said["drug_file"]),
            Pair(words.CHECKSUM, checksum),
            Pair(words.PROGRAM, said["program"]),
        ),
        (Pair(words.ROUNDING, rounding_words(ahead.table.policy)),),
    )


def _foot_words(ahead: Ahead) -> str:
    return words.foot(ahead.numbers, ahead.printed, ahead.printed_by)


def _mark(ahead: Ahead) -> tuple[str, ...]:
    return paper_words.TRAINING_ON_WORKSHEET if ahead.site.training else (words.FOR_PREPARATION,)


def _table(ahead: Ahead) -> DoseTable:
    table, said = ahead.table, ahead.words
    columns = words.columns(table)
    return DoseTable(
        title=words.TABLE,
        pharmacy=words.product(said, table),
        facts=_origin(ahead),
        foot=f"{words.how_to_read(table)} {_foot_words(ahead)}",
        log_head=sheet_words.log_head(ahead.log_head),
        mark=_mark(ahead),
        key=words.SURFACE,
        groups=tuple(DoseGroup(amount(level), columns) for level in table.levels),
        rows=tuple(DoseRow(words.surface(row), words.cells(row)) for row in table.rows),
    )


# ------------------------------------------------------------------ a blank worksheet


def _worksheet(ahead: Ahead, number: str) -> BlankWorksheet:
    site, market, table, said = ahead.site, ahead.market, ahead.table, ahead.words
    pages = labels.page_count(PAPER[market], 0)
    return BlankWorksheet(
        pages=page_marks(number, BLANK, pages),
        header=header(number, site),
        banner=_banner(ahead),
        signature_captions=SIGNED,
        order=_order(ahead),
        verification=Verification(heading("verification"), Signature(sheet_words.VERIFIED)),
        calculation=_calculation(table, blank.rounding_note(said)),
        materials=_materials(ahead),
        clearance=clearance(market),
        steps=_steps(ahead),
        draws=_draws(table),
        times=_times(ahead),
        check=check(table.drug.vials.density.value is not None, None),
        inspection=inspection(amount(table.drug.dilution.bag.value), _cover_against_light(table), looked=False),
        labels=label_count((None,) * 6),
        discarded=Discarded(heading("discarded", blank.FROM_THE_TABLE), (Box(blank.EXPECTED), Box(sheet_words.ACTUAL))),
        deviations=Deviations(heading("deviations"), deviation_captions(market)),
        signatures=signatures({}, {}),
        foot=Foot(
            (
                *sheet_words.origin(said["drug_file"], paper_words.spaced_checksum(said["checksum"]), said["program"]),
                blank.state(ahead.printed),
            ),
            sheet_words.log_head(ahead.log_head),
        ),
        mark=_mark(ahead),
    )


def _cover_against_light(table: Reckoner) -> bool:
    return table.drug.administration.light_cover.value


def _banner(ahead: Ahead) -> BlankBanner:
    said, market = ahead.words, ahead.market
    numbers: tuple[Box, ...] = (Box(sheet_words.MRN),)
    if market is Market.UK:
        numbers = Box(sheet_words.NHS_NUMBER), Box(sheet_words.HOSPITAL_NUMBER)
    name, born = (Box(blank.FAMILY), Box(blank.GIVEN)), Box(blank.BORN)
    second = (*numbers, born, Box(blank.PLACES[market]))
    return BlankBanner(
        letter=sheet_words.BANNER,
        first=(BlankRow(name, (6, 5)), BlankRow(second, (1,) * len(second))),
        second=(BlankRow((*name, numbers[-1], born), (4, 4, 3, 4)),),
        generic=said["generic"],
        brand=blank.brand(said, market),
        dose=blank.dose(market, amount(ahead.table.drug.dilution.bag.value), said["diluent"]),
    )


def _order(ahead: Ahead) -> Order:
    (height, weight), (cycle, level, on) = blank.MEASURED, blank.ASKED
    calculated, ordered, difference = blank.FIGURES
    return Order(
        heading("order", blank.FROM_THE_ORDER),
        (
            Box(height),
            Box(weight),
            Box(blank.surface_box(ahead.table.policy.formula)),
            Box(cycle),
            Box(level),
            Box(on),
        ),
        (Box(calculated), Box(ordered), Box(difference)),
        Box(blank.WRITTEN_BY),
    )


def _calculation(table: Reckoner, note: str) -> Calculation:
    first, second, third, fourth, fifth, sixth = map(Box, sheet_words.OWN)
    return Calculation(
        heading=heading("calculation", note),
        lines=tuple(
            WorkingLine(name, how, None, to, None if to else blank.WAYS) for name, how, to in blank.blank_working(table)
        ),
        checker=sheet_words.CHECKER,
        checker_note=sheet_words.CHECKER_NOTE,
        boxes=(first, second, third, fourth, fifth, sixth),
    )


def _materials(ahead: Ahead) -> Materials:
    return Materials(
        heading("materials", blank.STRIKE_THROUGH),
        captions(ahead.market),
        tuple(replace(row, number=str(number)) for number, row in enumerate(_material_rows(ahead), 1)),
        (Signature(sheet_words.ASSEMBLED), Signature(sheet_words.MATERIALS_CHECKED)),
    )


def _material_rows(ahead: Ahead) -> Iterator[Material]:
    said, bag = ahead.words, amount(ahead.table.drug.dilution.bag.value)
    water = amount(ahead.table.drug.vials.reconstitution.value)
    for number in range(1, max(ahead.table.most_vials, _LEAST_VIALS) + 1):
        yield Material("", blank.vial_product(said, number), said["code"], said["maker"], blank.ONE_VIAL)
    yield Material("", capital(said["reconstitute_with"]), sheet_words.each_vial(water))
    empty, diluent = sheet_words.empty_container(bag), capital(said["diluent"])
    if not blank.two_ways(ahead.table):
        yield Material("", diluent)
        yield Material("", empty, said["container"], quantity="1")
        if _cover_against_light(ahead.table):
            yield Material("", sheet_words.LIGHT_COVER, quantity="1")
        return
    # The cover, which has no lot, gives its row to the other container: sections H and J name it too.
    first, second = blank.WAYS
    yield Material("", blank.of_way(first, diluent))
    yield Material("", blank.of_way(first, empty), said["container"], quantity="1")
    yield Material("", blank.of_way(second, diluent), sheet_words.ready_filled(bag), quantity="1")


def _steps(ahead: Ahead) -> Steps:
    return Steps(
        heading("steps"),
        tuple(
            Step(
                number=str(number),
                text=tuple(filter(None, one.lines)),
                stop=one.stop,
                timed=one.timed,
                unit=one.unit,
            )
            for number, one in enumerate(blank.blank_steps(ahead.table, ahead.words), 1)
        ),
    )


def _draws(table: Reckoner) -> Draws:
    return Draws(
        heading("draws", blank.PLANNED_BESIDE),
        draw_captions(),
        tuple(Draw(vial=str(number)) for number in range(1, max(table.most_vials, _LEAST_VIALS) + 1)),
    )


def _times(ahead: Ahead) -> Times:
    """The limits by their rules; where the site has recorded the diluted bag's own, with a row for the one that
    holds as the bag is kept."""
    table = ahead.table
    note = blank.WITH_DATES if limits_confirmed(table.drug, table.policy) else words.NOT_CONFIRMED
    rows = [*map(Clock, paper_words.clock_names(ahead.market), clock_rules(table.drug, table.policy))]
    if (own := words.bag_clock(table)) is not None:
        rows[3] = replace(rows[3], rule=words.start_rule(table))
        rows.insert(2, Clock(own.name, own.rule, ticks=tuple(map(Tick, own.ways))))
    return Times(heading("times", note), tuple(rows))
