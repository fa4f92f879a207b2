"""A saved preparation as its pages show it: its plan, its answers, its signatures, and what was done with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from compounding import records
from compounding.records import PaperOrder, RecordedEvent, SavedPreparation, Signature, Standing
from compounding.web import pages
from compounding.web.as_typed import AsTyped, as_typed
from compounding.web.as_written import as_written
from compounding.web.changing import stored_answers, stored_typed
from compounding.web.desk import Desk
from compounding.web.offers import offered_text, stored_offer
from compounding.web.paperwork import entered_status, saved_identity, saved_text
from compounding.web.plan_page import FindingView, PlanPage, kept, plan_page
from compounding.web.telling import TRIED
from compounding.wording.log import AGAINST, BECAME, is_access, stands_against
from compounding.wording.numbers import DASH, moment
from compounding.wording.papers import WORDS
from compounding.workflow import Meaning

_SIGNED = "signed"
_DIGEST = 16  # figures of 64: enough to compare by eye


def parts(standing: Standing, d: Desk) -> dict[str, Any]:
    """What the templates of a saved plan print. Raises NotAsWritten."""
    with as_written(standing.preparation):
        return _parts(standing, d)


def _parts(standing: Standing, d: Desk) -> dict[str, Any]:
    saved = standing.preparation
    plan = stored_plan(saved)
    order = json.loads(saved.content.order_json)
    return {
        "saved": saved,
        "state": saved.state.capitalize(),
        "plan": plan,
        "order": stored_order(saved, d),
        "prescriber": order["prescriber"],
        "in_course": "" if standing.course is None else standing.course[0].number,
        "entered": _entered(standing, d),
        "findings": list(findings(plan, standing)),
        "signatures": list(_signatures(standing.signatures, d)),
        "banner": banner(saved, d),
        "offer": False,
        "rounding": offered_text(stored_offer(saved, d)),
    }


def stored_plan(saved: SavedPreparation) -> PlanPage:
    measured = json.loads(saved.content.order_json)["measured"]
    return plan_page(saved_text(saved), json.loads(saved.content.plan_json), measured)


def stored_order(saved: SavedPreparation, d: Desk) -> AsTyped:
    return as_typed(stored_typed(saved), d)


def banner(saved: SavedPreparation, d: Desk) -> dict[str, Any]:
    number = f"{WORDS[d.market].number} {saved.number}"
    return pages.banner(saved_identity(saved), saved_text(saved), saved.content.given_on, d.market, number)


def _entered(standing: Standing, d: Desk) -> str:
    """Who entered it; of a changed order, who changed it last."""
    saved, last = standing.preparation, entered_status(standing)
    first = f"Entered {_when(saved.created_at, d)} by {saved.created_by.name}, {saved.created_by.role}"
    if standing.paper is not None:
        first = f"{first}. {_on_paper(standing.paper, d)}"
    if saved.version == 1:
        return first
    return f"{first}. Version {saved.version}, changed {_when(last.at, d)} by {last.person.name}, {last.person.role}"


def _on_paper(paper: PaperOrder, d: Desk) -> str:
    """Of a late entry, which is told with both times, how it was written and why it is entered so late."""
    why = paper.reason.rstrip(".")
    return f"Late entry: written on paper {_when(paper.written_at, d)} by {paper.written_by}. Why so late: {why}"


def _when(at: Any, d: Desk) -> str:
    return kept(moment(at, d.zone, d.market))


def findings(plan: PlanPage, standing: Standing) -> Iterator[tuple[FindingView, list[str]]]:
    """Each finding with the lines of its answer: they were asked in the order in which they stand."""
    answers, by = iter(stored_answers(standing.preparation)), entered_status(standing).person.name
    for finding in plan.findings:
        lines: list[str] = []
        if finding.severity in ("override", "acknowledge"):
            answer = next(answers)
            lines = [f"Reason: {answer['reason']}. Given by {by}."]
            if answer["words"]:
                lines.append(f"In words: {answer['words']}")
            if answer["second"]:
                lines.append(f"Authorised by {answer['second']}, {answer['second_role']}.")
        yield finding, lines


def _signatures(given: Sequence[Signature], d: Desk) -> Iterator[dict[str, Any]]:
    """Every signature, the void ones too: those stay, and say so."""
    for signature in given:
        void = signature.void_entry is not None
        chip = {"chip": "Void", "look": "override"} if void else {"chip": "Signed", "look": "done"}
        who = {"main": signature.person.name, "small": [signature.person.role]}
        meaning = {"main": f"“{Meaning(signature.meaning).words}”", "small": _bound(signature)}
        yield {"cells": (chip, who, _when(signature.at, d), meaning)}


def _bound(signature: Signature) -> list[str]:
    said = f"Version {signature.version}, entry {signature.entry:,}, SHA-256 {signature.digest[:_DIGEST]}"
    return [said] if signature.void_entry is None else [said, f"void by entry {signature.void_entry:,}"]


def history(number: str, d: Desk) -> Iterator[dict[str, Any]]:
    """What was done, and what was refused; who only looked or tried a plan stands in the timeline."""
    for recorded in records.timeline(d.engine, number):
        if not is_access(recorded.event.action) and recorded.event.action not in TRIED:
            yield {"cells": _happened(recorded, d)}


def _happened(recorded: RecordedEvent, d: Desk) -> tuple[str, ...]:
    event = recorded.event
    if not recorded.readable:
        return DASH, event.action, DASH, f"Entry {recorded.id:,}", DASH
    told = [f"{name}: {value[:_DIGEST] if name == _SIGNED else value}" for name, value in event.details.items()]
    joint = AGAINST if stands_against(event.action) else BECAME
    told += [f"{name}: {old} {joint} {new}" for name, old, new in event.changes if old and new and old != new]
    why = ". ".join(part for part in ("; ".join(told), event.reason) if part)
    who = f"{event.person.name}, {event.person.role}"
    return _when(event.at, d), event.action, who, why, recorded.program
