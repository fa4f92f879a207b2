"""The drugs that a desk prepares: a list, and a page for each with all that its file states, where it was read, and
its master record on paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, abort, url_for

from compounding import papers
from compounding.formulary import Presentation, unconfirmed_facts, with_confirmed
from compounding.papers import Choice
from compounding.settings import settings_of
from compounding.web import pages, reporting
from compounding.web.desk import Desk, desk
from compounding.web.identity import me
from compounding.web.kept_setting import Kept, kept_settings, whose
from compounding.web.master import master
from compounding.web.plan_page import kept as on_one_line
from compounding.wording import master as record_words
from compounding.wording import settings as setting_words
from compounding.wording.drug_page import STATUSES, drug_text
from compounding.wording.numbers import count
from compounding.wording.reports import MASTER
from compounding.workflow import Deed

blueprint = Blueprint("drugs", __name__, url_prefix="/drugs")

_HEADS = (("Drug", ""), ("Presentation", ""), ("Not confirmed here", ""), ("Drug file", ""))


def about(drug: Presentation) -> str:
    """As the log names a drug file."""
    return f"drug:{drug.id}"


def _drug(name: str, d: Desk) -> Presentation:
    return next((one for one in d.drugs if one.id == name), None) or abort(404)


# ------------------------------------------------------------------ the list


@blueprint.get("")
def listed() -> Any:
    d = desk()
    return pages.page("drugs.html", heads=_HEADS, rows=[_row(drug, d) for drug in d.drugs])


def _row(drug: Presentation, d: Desk) -> dict[str, Any]:
    text = drug_text(drug)
    waiting = len(unconfirmed_facts(with_confirmed(drug, d.policy.confirmed)))
    name = {"main": text.title, "href": url_for("drugs.shown", drug=drug.id)}
    state = {"chip": count(waiting, "fact"), "look": "override"} if waiting else {"chip": "None", "look": "done"}
    return {"cells": (name, text.presentation, state, f"{drug.id}, edition {drug.edition}")}


# ------------------------------------------------------------------ the page of one


@blueprint.get("/<drug>")
def shown(drug: str) -> Any:
    return _page(_drug(drug, desk()))


def _page(drug: Presentation, problems: Sequence[dict[str, str]] = ()) -> str:
    d, errors = desk(), list(problems)
    of, asked = master(drug, d), list(_asked_of_the_site(drug, d))
    prefix = f"confirmed.{drug.id}."
    return pages.page(
        "drug.html",
        errors,
        pages.heading(errors, "printed"),
        drug=drug_text(with_confirmed(drug, d.policy.confirmed)),
        answers={
            one.setting.name.removeprefix(prefix): _answer(one) for one in asked if one.setting.name.startswith(prefix)
        },
        limits=[_answer(one) for one in asked if not one.setting.name.startswith(prefix)],
        statuses=list(STATUSES.values()),
        file=_file(drug),
        tiles=[(name, number, "") for name, number in record_words.status_counts(drug, of.confirmed)],
        choices_title=record_words.CHOICES_TITLE,
        choice_heads=[(caption, "") for caption in record_words.CHOICES],
        choices=[_choice_row(one) for one in of.choices],
        copies=reporting.copies(MASTER, about(drug), d),
        may_print=me().may(Deed.PRINT),
        action=url_for("drugs.print_", drug=drug.id),
    )


def _file(drug: Presentation) -> list[tuple[str, str]]:
    whole = record_words.whole_checksum(drug.checksum)
    return [("Drug file", drug.id), ("Edition", drug.edition), ("Checksum", whole)]


def _asked_of_the_site(drug: Presentation, d: Desk) -> Iterator[Kept]:
    """What two pharmacists confirm or record of this drug."""
    names = {found.name for found in settings_of(drug, d.policy)}
    return (one for one in kept_settings(d) if one.setting.name in names)


def _answer(one: Kept) -> dict[str, Any]:
    """How a site's confirmation of a fact stands, or a limit that it recorded."""
    word, look = one.state()
    return {
        "name": one.setting.label,
        "value": on_one_line(setting_words.told(one.setting, one.text)),
        "chip": word,
        "look": look,
        "whose": whose(one),
        "href": url_for("settings.shown", name=one.setting.name),
    }


def _choice_row(one: Choice) -> dict[str, Any]:
    """A choice of the site that is in force for this drug; the first string of a cell stands over the others."""
    cells = ((one.name,), one.value, one.stands)
    return {"cells": tuple({"main": cell[0], "small": list(cell[1:])} for cell in cells)}


# ------------------------------------------------------------------ its master record


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
        lambda at: papers.master_record(master(found, d), at),
        lambda problems: _page(found, problems),
    )
