"""Forms of the page of labels: a copy scanned back, a reprint, a copy destroyed before a witness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from werkzeug.datastructures import MultiDict

from compounding import papers
from compounding.policy import LabelSize
from compounding.printing import Printer
from compounding.web import label_prints
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Line
from compounding.web.forms import SiteForm, blame
from compounding.web.printing import chosen_printer, judge_printer, printer_fields, printers_here, usual_printer
from compounding.web.progressing import Way
from compounding.web.reasons import DESTROY, REPRINT
from compounding.web.witnessing import witness_fields
from compounding.wording.labels import TABS, WHERE, stock_words
from compounding.workflow.labels import due
from compounding.workflow.progress import Fate, LabelCopy

WORDS_MOST = 80
SCAN_MOST = 200  # as of a vial's code: what is longer is no code


class ScanForm(SiteForm):
    """A copy that is scanned where it is; asked only where that is not plain, where that is."""

    scanned = Line("Scan a copy where it is", most=SCAN_MOST, missing="Scan the square code of a copy.")
    where: Choice


def scan_form(d: Desk, light_cover: bool, sent: MultiDict[str, str] | None = None, *, asked: bool = False) -> ScanForm:
    """`asked` asks where the copy is. What is sent with an answer is read all the same."""
    fields: dict[str, Any] = {}
    if asked or (sent is not None and sent.get("where")):
        places = tuple((fate.value, WHERE[fate]) for fate in due(light_cover))
        fields["where"] = Choice("Where it is", places)
    form: ScanForm = type("ScanForm", (ScanForm,), fields)(d, sent)
    return form


class PrintForm(SiteForm):
    """The first copies, or one more with its place and its reason; on which stock, and on which printer of the site
    where it has any."""

    ON_PAGE = ("place", "stock", "printer", "position", "again", "again_words")
    printers: tuple[Printer, ...] = ()
    stock_names: Mapping[LabelSize, str] = MappingProxyType({})
    stock: Choice
    printer: Choice
    """Asked only where the site has printers."""
    place: Choice
    again: Choice
    again_words: Line

    @property
    def size(self) -> LabelSize:
        return LabelSize(self.stock.data)

    @property
    def for_place(self) -> Fate:
        return Fate(self.place.data)

    @property
    def chosen(self) -> Printer | None:
        """The printer; None where the site has set none up."""
        return chosen_printer(self, self.printers)

    @property
    def first_position(self) -> int:
        """Of a sheet of labels; 0 where there is none."""
        return self["position"].data or 0 if "position" in self else 0

    def whole(self) -> bool:
        """As validate; a secondary label is for the cover alone, and what is chosen is what is in the printer."""
        if not self.validate():
            return False
        judge_printer(self, self.chosen, self.stock_names[self.size], self.stock)
        if self.size is LabelSize.SECONDARY and self.for_place is not Fate.LIGHT_COVER:
            blame(self.stock, "A secondary label does not say all: it is for the light cover alone.")
        return not self.errors_in_order()


def label_print_form(way: Way, d: Desk, sent: MultiDict[str, str] | None = None) -> PrintForm:
    again = label_prints.again(way)
    names = {size: papers.stock_name(d.market, size) for size in label_prints.sizes(way)}
    stocks = tuple((size.value, stock_words(size, name)) for size, name in names.items())
    printers = printers_here(d)
    fields: dict[str, Any] = {"stock": Choice("Stock", stocks, missing="Choose the stock."), **printer_fields(printers)}
    if again:
        places = tuple((place.value, TABS[place]) for place in due(label_prints.light_cover(way)))
        fields["place"] = Choice("What it is for", places, missing="Choose what it is for.")
        fields["again"] = Choice("Reason of the reprint", REPRINT, missing="Choose why one more is printed.")
        fields["again_words"] = Line("In words", most=WORDS_MOST, hint="may stay empty")
    form: PrintForm = type("PrintForm", (PrintForm,), fields)(d, sent)
    form.printers, form.stock_names = printers, names
    if sent is None:
        form.stock.text = label_prints.usual_size(way, d).value
        if usual := usual_printer(printers):
            form.printer.text = str(usual.number)
        if again and (wanted := label_prints.wanted(way)) is not None:
            form.place.text = wanted.value
    return form


class DestroyForm(SiteForm):
    """A copy that is destroyed, and who saw it."""

    ON_PAGE = ("copy", "why", "words", "witness", "witness_secret")
    copy: Choice

    why = Choice("Reason", DESTROY, prompt="Choose a reason", missing="Choose why it is destroyed.")
    words = Line("In words", most=WORDS_MOST, hint="may stay empty")


def destroy_form(d: Desk, copies: Sequence[LabelCopy], sent: MultiDict[str, str] | None = None) -> DestroyForm:
    """The form that destroys one of these copies; their numbers are the choice."""
    shown = tuple((copy.copy, f"Copy {copy.copy}") for copy in copies if copy.fate is not Fate.DESTROYED)
    chosen = Choice("Copy", shown, prompt="Choose the copy", missing="Choose which copy is destroyed.")
    form: DestroyForm = type("DestroyForm", (DestroyForm,), {"copy": chosen, **witness_fields()})(d, sent)
    return form
