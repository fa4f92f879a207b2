"""A drug file as its page shows it: every fact with its source, and its master record on paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, url_for

from compounding import papers
from compounding.formulary import Presentation
from compounding.papers import Choice, Master
from compounding.web import pages, reporting
from compounding.web.desk import Desk, desk
from compounding.web.identity import me
from compounding.web.master import master
from compounding.web.plan_page import kept
from compounding.wording import master as wording
from compounding.wording.master import FactText
from compounding.wording.reports import MASTER
from compounding.workflow import Deed

blueprint = Blueprint("drugs", __name__, url_prefix="/drugs")

_LOOKS = {"label": "done", "secondary": "info", "derived": "info", wording.UNCONFIRMED: "override"}
_FACTS = ((wording.FACTS[0], ""), (wording.FACTS[1], ""), (wording.STATUS_AND_SOURCE, ""))


def about(drug: Presentation) -> str:
    """As the log names a drug file."""
    return f"drug:{drug.id}"


def _drug(name: str, d: Desk) -> Presentation:
    return next((one for one in d.drugs if one.id == name), None) or abort(404)


@blueprint.get("/<drug>")
def shown(drug: str) -> Any:
    return _page(_drug(drug, desk()))


def _page(drug: Presentation, problems: Sequence[dict[str, str]] = ()) -> str:
    d = desk()
    of, errors = master(drug, d), list(problems)
    return pages.page(
        "drug.html",
        errors,
        pages.heading(errors, "printed"),
        drug=drug,
        name=wording.drug_name(drug),
        facts=[("Drug file", drug.id), ("Edition", drug.edition), ("Checksum", wording.whole_checksum(drug.checksum))],
        tiles=[(name, number, "") for name, number in wording.status_counts(drug, of.confirmed)],
        means=wording.STATUS_MEANS,
        heads=_FACTS,
        groups=[(title, [_fact_row(text) for text in texts]) for title, texts in _groups(of)],
        decided=[
            (wording.CONFIRMED_TITLE, _heads(wording.CONFIRMATIONS), _choice_rows(of.confirmations)),
            (wording.CHOICES_TITLE, _heads(wording.CHOICES), _choice_rows(of.choices)),
            (
                wording.DISAGREE_TITLE,
                _heads(wording.DISAGREEMENTS),
                _rows(map(wording.disagreement_cells, drug.disagreements)),
            ),
        ],
        copies=reporting.copies(MASTER, about(drug), d),
        may_print=me().may(Deed.PRINT),
        action=url_for("drugs.print_", drug=drug.id),
    )


def _groups(of: Master) -> Any:
    return wording.fact_groups(of.drug, of.confirmed)


def _heads(captions: Sequence[str]) -> list[tuple[str, str]]:
    return [(caption, "") for caption in captions]


def _fact_row(text: FactText) -> dict[str, Any]:
    value = {"main": kept(text.value[0]), "small": list(map(kept, (*text.value[1:], *text.notes)))}
    word, _, by = text.status.partition(": ")
    status = {"chip": word.capitalize(), "look": _LOOKS.get(word, "done"), "small": [*filter(None, (by,)), text.source]}
    return {"cells": (text.name, value, status)}


def _choice_rows(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    return _rows(((one.name,), one.value, one.stands) for one in choices)


def _rows(lines: Any) -> list[dict[str, Any]]:
    """Rows of cells whose first string stands over the others."""
    return [{"cells": tuple({"main": cell[0], "small": list(cell[1:])} for cell in line)} for line in lines]


@blueprint.post("/<drug>/print")
@pages.shown_again
def print_(drug: str) -> Any:
    """The master record: a copy of its newest edition, or a new edition where something changed."""
    d = desk()
    found = _drug(drug, d)
    if pages.lost():
        return _page(found, [pages.problem(reporting.PRINTING, pages.LOST)])
    return reporting.printed(
        MASTER,
        about(found),
        lambda shown: papers.master_record(master(found, d), shown),
        lambda problems: _page(found, problems),
    )
