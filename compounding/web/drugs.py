"""The drugs that a desk prepares: a list, and a page for each with all that its file states and where it was read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, abort, url_for

from compounding.formulary import Presentation, unconfirmed_facts, with_confirmed
from compounding.settings import settings_of
from compounding.web import pages
from compounding.web.desk import Desk, desk
from compounding.web.kept_setting import Kept, kept_settings, whose
from compounding.web.plan_page import kept as on_one_line
from compounding.wording import settings as setting_words
from compounding.wording.drug_page import STATUSES, drug_text
from compounding.wording.numbers import count

blueprint = Blueprint("drugs", __name__, url_prefix="/drugs")

_HEADS = (("Drug", ""), ("Presentation", ""), ("Not confirmed here", ""), ("Drug file", ""))


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


@blueprint.get("/<drug>")
def shown(drug: str) -> Any:
    d = desk()
    found = next((one for one in d.drugs if one.id == drug), None)
    if found is None:
        abort(404)
    asked = list(_asked_of_the_site(found, d))
    prefix = f"confirmed.{found.id}."
    return pages.page(
        "drug.html",
        drug=drug_text(with_confirmed(found, d.policy.confirmed)),
        answers={
            one.setting.name.removeprefix(prefix): _answer(one) for one in asked if one.setting.name.startswith(prefix)
        },
        limits=[_answer(one) for one in asked if not one.setting.name.startswith(prefix)],
        statuses=list(STATUSES.values()),
    )


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
