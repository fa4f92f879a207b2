"""Every paper that the program prints, in each market and state, as it is stored in tests/golden: its strings, and a
picture of its pages.

    make golden    makes them all anew, and with them the pictures of docs/papers.md
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

from golden_desk import Told, settled, told
from PIL import Image

import labels
from compounding import papers
from compounding.course import Course, End, Ended, Slot, schedule
from compounding.papers import Ahead, Answer, Extract, Work
from compounding.papers.printers import calibration_label, sheets
from compounding.papers.stored import read_back
from compounding.policy import DilutedBagLimit, LabelSize, Market
from compounding.printing import Kind, Printer
from compounding.quantities import DrugMass
from compounding.reckoner import reckoner
from compounding.stability import storages
from compounding.wording.papers import TRAINING_ON_WORKSHEET
from compounding.wording.plans import plan_text
from compounding.wording.reports import log_head
from compounding.wording.treatment import Prepared, treatment_text
from compounding.workflow import State
from compounding.workflow.labels import due
from compounding.workflow.progress import Fate
from labels.raster import dots, pictures
from tests.orders import DRUGS, IN
from tests.treatments import begun

FOLDER = Path(__file__).parent / "golden"
DOCS = Path(__file__).parents[1] / "docs/pictures"
LABEL_DPI, FINE_DPI = 203, 300
"""Of label printers. The picture of a label has a pixel a dot."""
PAGE_DPI = 80
"""Of a page's picture: the least at which its smallest type can be read."""
LOG_HEAD = "418 MFRG GZDF MZTW Q2LK"

# A page in black, white and the grey of its bars and its watermark, 87 and 91 %: edges of letters fall to black or
# white. Letters of 7 pt would lose their thin strokes at half of 256.
_BLACK_UNDER, _GREYS = 170, range(215, 239)
_TONES = (0, 200, 255)

Strings = Mapping[str, Any]


@dataclass(frozen=True)
class Golden:
    """A paper, by its name: us/label-small-bag-patient. Of one that another shows but for its mark, the first page is
    shown."""

    name: str
    draw: Callable[[], bytes]
    strings: Strings
    """Finished, as they are drawn."""
    dpi: int = PAGE_DPI
    whole: bool = True

    @cached_property
    def drawn(self) -> bytes:
        return self.draw()

    @cached_property
    def said(self) -> Any:
        """Its strings as JSON gives them back."""
        return json.loads(json.dumps(self.strings))

    @cached_property
    def pictures(self) -> dict[str, Image.Image]:
        """Of each page that is shown, by the name of its file."""
        tone = dots if self.dpi in (LABEL_DPI, FINE_DPI) else _three_tones
        pages = pictures(self.drawn, self.dpi)[: None if self.whole else 1]
        names = [self.name] if len(pages) == 1 else [f"{self.name}-{page}" for page in range(1, len(pages) + 1)]
        return {f"{name}.png": tone(page) for name, page in zip(names, pages, strict=True)}

    def store(self, folder: Path) -> None:
        (folder / self.name).parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.said, indent=0, ensure_ascii=False)
        (folder / f"{self.name}.json").write_text(f"{text}\n", "utf-8")
        for name, picture in self.pictures.items():
            picture.save(folder / name, optimize=True)


def _three_tones(page: Image.Image) -> Image.Image:
    toned = page.point([0 if shade < _BLACK_UNDER else 1 if shade in _GREYS else 2 for shade in range(256)]).convert(
        "P"
    )
    toned.putpalette([part for tone in _TONES for part in (tone,) * 3])
    return toned


def make() -> None:
    """Makes every golden anew, and leaves none that no paper has any more."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    for golden in catalogue().values():
        golden.store(FOLDER)
    for name, picture in documented().items():
        picture.save(DOCS / name, optimize=True)


# ------------------------------------------------------------------ what docs/papers.md shows

# Of each picture its paper, and which page.
_SHOWN: Mapping[str, tuple[str, int]] = {
    "label-us": ("us/label-small-bag-training", 1),
    "label-uk": ("uk/label-small-bag-training", 1),
    "label-us-tall": ("us/label-tall-bag-two-lines", 1),
    "label-uk-tall": ("uk/label-tall-bag-two-lines", 1),
    "label-us-secondary": ("us/label-secondary-cover-patient", 1),
    "label-uk-secondary": ("uk/label-secondary-cover-patient", 1),
    "label-us-specimen": ("us/label-small-specimen-patient", 1),
    "label-uk-preview": ("uk/label-small-preview-patient", 1),
    "label-us-reprint": ("us/label-small-reprint-patient", 1),
    "label-sheet-us": ("us/label-on-sheet", 1),
    "calibration-us": ("us/calibration-small-203dpi-patient", 1),
    "worksheet-us-1": ("us/worksheet-complete", 1),
    "worksheet-us-2": ("us/worksheet-complete", 2),
    "worksheet-uk-1": ("uk/worksheet-for-preparation-blank", 1),
    "worksheet-uk-2": ("uk/worksheet-for-preparation-blank", 2),
    "worksheet-uk-void": ("uk/worksheet-void", 1),
    "worksheet-us-training": ("us/worksheet-training", 1),
    "worksheet-us-further": ("us/worksheet-further-page", 3),
    "downtime-us-cover": ("us/downtime-patient", 1),
    "downtime-us-table": ("us/downtime-patient", 2),
    "downtime-us-1": ("us/downtime-patient", 5),
    "downtime-us-2": ("us/downtime-patient", 6),
    "master-us-1": ("us/master-training", 1),
    "master-us-3": ("us/master-training", 3),
    "master-uk": ("uk/master-training", 1),
    "reconciliation-us": ("us/reconciliation-training", 1),
    "waste-us": ("us/waste-training", 1),
    "waste-uk": ("uk/waste-training", 1),
    "waste-period-us": ("us/waste-period-training", 1),
    "treatment-plan-us": ("us/treatment-plan-patient", 1),
    "treatment-plan-uk": ("uk/treatment-plan-patient", 2),
    "extract-us": ("us/extract-training", 1),
}
_READING_DPI, _SHADES = 100, 16  # pages on a screen; more shades would double the files and show nothing more


def documented() -> dict[str, Image.Image]:
    """The pictures of docs/papers.md by their files, in shades of grey."""
    return {f"{name}.png": _to_read(catalogue()[paper], page) for name, (paper, page) in _SHOWN.items()}


def _to_read(golden: Golden, page: int) -> Image.Image:
    dpi = LABEL_DPI if golden.dpi == LABEL_DPI else _READING_DPI
    shades = pictures(golden.drawn, dpi)[page - 1]
    step = 255 / (_SHADES - 1)
    toned = shades.point([round(shade / step) for shade in range(256)]).convert("P")
    toned.putpalette([round(tone * step) for tone in range(_SHADES) for _ in range(3)])
    return toned


@cache
def catalogue() -> Mapping[str, Golden]:
    found = [golden for market in Market for golden in _of(market)]
    return {golden.name: golden for golden in found}


def _of(market: Market) -> Iterator[Golden]:
    desk = told(market)
    for made in (_labels, _worksheets, _downtime, _reports, _plans, _printers):
        for golden in made(market, desk):
            yield replace(golden, name=f"{market.value}/{golden.name}")


def _work(desk: Told, state: State, training: bool = True) -> Work:
    """The released preparation as it was."""
    return _in_use(desk.works[state], training)


def _in_use(work: Work, training: bool) -> Work:
    """As a site for patients has it, which recorded the limits of the diluted bag before it printed a label."""
    if training:
        return replace(work, site=replace(work.site, training=True))
    policy = replace(work.site.policy, **_recorded(work.market))
    text = replace(work.text, **_own_words(work.market))
    return replace(work, text=text, site=replace(work.site, training=False, policy=policy))


def _recorded(market: Market) -> dict[str, Any]:
    """Of each storage, that the label sets no limit: then the times are those of the training desk."""
    return {"diluted_bag": dict.fromkeys(storages(DRUGS[market]), DilutedBagLimit(None, includes_infusion=False))}


@cache
def _own_words(market: Market) -> Mapping[str, Any]:
    """What of a plan's words changes with those limits."""
    before, after = (plan_text(IN[market](**decided)) for decided in ({}, _recorded(market)))
    return {
        field.name: getattr(after, field.name)
        for field in fields(after)
        if getattr(after, field.name) != getattr(before, field.name)
    }


def _use(training: bool) -> str:
    return "training" if training else "patient"


def _stored(name: str, strings: Strings, dpi: int = PAGE_DPI) -> Golden:
    steady = settled(strings)
    return Golden(name, lambda: papers.draw(steady, dpi), steady, dpi)


# ------------------------------------------------------------------ the bag labels

_KINDS = {Fate.APPLIED: "bag", Fate.LIGHT_COVER: "cover", Fate.SPECIMEN: "specimen"}


def _labels(market: Market, desk: Told) -> Iterator[Golden]:
    for training in (True, False):
        work, before = (_work(desk, state, training) for state in (State.DILUTED, State.VERIFIED))
        for size in LabelSize:
            for kind, strings in _label_kinds(work, before, size):
                if training and kind in ("cover", "reprint"):
                    continue  # the bag's copy shows the mark, and these differ from it in a line
                yield _stored(f"label-{size.value}-{kind}-{_use(training)}", strings, LABEL_DPI)
    work = _work(desk, State.DILUTED, training=False)
    yield _stored("label-small-bag-300dpi", _first(work, LabelSize.SMALL)[Fate.APPLIED], FINE_DPI)
    named = replace(work, identity=replace(work.identity, family="Featherstonehaugh-Cholmondeley"))
    yield _stored("label-tall-bag-two-lines", _first(named, LabelSize.TALL)[Fate.APPLIED], LABEL_DPI)


def _label_kinds(work: Work, before: Work, size: LabelSize) -> Iterator[tuple[str, Strings]]:
    first = _first(work, size)
    for place, strings in first.items():
        yield _KINDS[place], strings
    yield "reprint", papers.reprint_strings(first[Fate.APPLIED], work.number, 4, Fate.APPLIED, size)
    yield "preview", papers.preview_strings(before, size)


def _first(work: Work, size: LabelSize) -> dict[Fate, Strings]:
    """The copies of a first print by what each is for."""
    places = due(light_cover=True)
    made = papers.label_strings(work, 1, places, size)
    return {place: papers.with_copy(made, work.number, copy) for copy, place in enumerate(places, 1)}


# ------------------------------------------------------------------ worksheets

_ANSWERS = tuple(
    Answer(f"{what} – Prescriber confirmed", "by telephone, 08:05", "J. Park, pharmacist")
    for what in (
        "Ordered 1.6 mg, 9.89 % over 1.456 mg",
        "Height measured 40 days before",
        "Peripheral blasts 12,400/mm³",
        "Weight 12 % over the last one",
        "Dose level of the order’s own, 0.75 mg/m²",
    )
)


def _worksheets(market: Market, desk: Told) -> Iterator[Golden]:
    ordered, made = (_work(desk, state, training=False) for state in (State.VERIFIED, State.RELEASED))
    yield _worksheet("not-verified", _work(desk, State.ENTERED, training=False), whole=False)
    yield _worksheet("for-preparation-blank", ordered)
    yield _worksheet("for-preparation", _work(desk, State.DILUTED, training=False))
    yield _worksheet("complete", made)
    yield _worksheet("void", _in_use(desk.rejected, training=False))
    yield _worksheet("training", _work(desk, State.RELEASED), whole=False)
    yield _worksheet("training-void", desk.rejected, whole=False)
    yield _worksheet("three-vials", _three_vials(ordered, market))
    yield _worksheet("further-page", replace(made, answers=_ANSWERS))


def _worksheet(name: str, work: Work, *, whole: bool = True) -> Golden:
    return replace(_stored(f"worksheet-{name}", papers.strings("worksheet", work, 1)), whole=whole)


def _three_vials(work: Work, market: Market) -> Work:
    """2.58 m² × 0.8 mg/m² = 2.064 mg: 8.24 mL, of which a US vial gives 3.6 and a UK one nominally 4."""
    return replace(work, text=replace(plan_text(IN[market](200, 120, **_recorded(market))), program=work.text.program))


# ------------------------------------------------------------------ downtime packs and reports


def _downtime(market: Market, desk: Told) -> Iterator[Golden]:
    for training in (True, False):
        site = _work(desk, State.ENTERED, training).site
        ahead = Ahead(
            site=site,
            table=reckoner(DRUGS[market], site.policy),
            numbers=("2026-000123",),
            printed=_work(desk, State.ENTERED).entered_at,
            printed_by="K. Adeyemi, pharmacist",
            log_head=LOG_HEAD,
        )
        yield _pack(f"downtime-{_use(training)}", settled(papers.downtime_strings(ahead)), whole=not training)


def _pack(name: str, strings: Strings, *, whole: bool) -> Golden:
    return Golden(name, lambda: papers.draw_downtime(strings), strings, whole=whole)


def _reports(market: Market, desk: Told) -> Iterator[Golden]:
    for name, strings in desk.reports.items():
        yield _report(f"{name}-training", strings)
        yield _report(f"{name}-patient", {**strings, "content": _unmarked(strings["content"])}, whole=False)
    yield _extract("extract-training", desk.extract, market)
    yield _extract("extract-patient", _unmarked(desk.extract), market, whole=False)


def _unmarked(content: Strings) -> Strings:
    """As a site for patients prints it."""
    return {**content, "mark": None}


def _report(name: str, strings: Strings, *, whole: bool = True) -> Golden:
    return Golden(name, lambda: papers.draw_report(strings), strings, whole=whole)


def _extract(name: str, strings: Strings, market: Market, *, whole: bool = True) -> Golden:
    made = read_back(Extract, strings)
    return Golden(name, lambda: papers.draw_extract(made, market), strings, whole=whole)


# ------------------------------------------------------------------ treatment plans


def _plans(market: Market, desk: Told) -> Iterator[Golden]:
    """A course of which day 15 is omitted once and dropped later, and one that was ended."""
    course = begun(
        ["1/1 2026-01-05 0.8", "1/8 2026-01-14 0.5"],
        drug=DRUGS[market],
        omitted=["1/15"],
        responses={1: "cr"},
        reduced_from=2,
        dropped={3: 15},
    )
    site = _work(desk, State.ENTERED).site
    yield _plan("treatment-plan-patient", course, site.pharmacy, None)
    yield _plan("treatment-plan-training", course, site.pharmacy, TRAINING_ON_WORKSHEET, whole=False)
    ended = replace(course, ended=Ended(date(2026, 1, 20), End.LIVER, "bilirubin 4 × ULN, severe"))
    yield _plan("treatment-plan-ended", ended, site.pharmacy, None, whole=False)


def _plan(name: str, course: Course, pharmacy: str, mark: tuple[str, str] | None, *, whole: bool = True) -> Golden:
    """Its strings are caught where they are drawn: nothing stores them."""
    made = {Slot(1, 1): Prepared("2026-000123", DrugMass.read("1.46 mg"), ("AB1234", "AB1235"))}
    patient = ((("Patient", "RIVERA, Elena"), ("MRN", "00417352")), (("Allergies", "penicillin"),))
    text = treatment_text(course, schedule(course), "C-000012", patient, made)

    def draw() -> bytes:
        return papers.draw_treatment(
            text, course.drug.market, pharmacy, "Made by K. Adeyemi.", mark, log_head(LOG_HEAD)
        )

    with patch.object(labels, "draw_record", wraps=labels.draw_record) as drawn:
        draw()
    return Golden(name, draw, asdict(drawn.call_args.args[0]), whole=whole)


# ------------------------------------------------------------------ what belongs to a printer


def _printers(market: Market, desk: Told) -> Iterator[Golden]:
    for size in LabelSize:
        for dpi in (LABEL_DPI, FINE_DPI):
            printer = Printer(1, 12, "Cabinet 1", Kind.DRIVER, dpi, papers.stock_name(market, size))
            for training in (True, False) if dpi == LABEL_DPI else (False,):
                yield _calibration(f"calibration-{size.value}-{dpi}dpi-{_use(training)}", printer, training, dpi)
    stock, (sheet, *_) = papers.stock_name(market, LabelSize.SMALL), sheets(market)
    office = Printer(1, 12, "Office printer", Kind.SHEETS, FINE_DPI, stock, sheet=sheet)
    yield _calibration("calibration-on-sheet", office, False, PAGE_DPI)
    copies = list(_first(_work(desk, State.DILUTED, training=False), LabelSize.SMALL).values())
    yield Golden("label-on-sheet", lambda: papers.draw_on_sheets(copies, sheet, 2), {"first": 2, "copies": copies})


def _calibration(name: str, printer: Printer, training: bool, dpi: int) -> Golden:
    """Its strings are caught where they are drawn: nothing stores them."""
    with (
        patch.object(labels, "compose_calibration_label", wraps=labels.compose_calibration_label) as composed,
        patch.object(labels, "draw_calibration_label", wraps=labels.draw_calibration_label) as drawn,
    ):
        calibration_label(printer, training)
    made = (composed.call_args or drawn.call_args).args[0]
    return Golden(name, lambda: calibration_label(printer, training), asdict(made), dpi)


if __name__ == "__main__":
    make()
