"""A plan as JSON: every decimal as text without trailing zeros, the unit in the key's name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from compounding.findings import Finding
from compounding.policy import Market
from compounding.preparation import Plan
from compounding.quantities import Quantity, plain
from compounding.vials import Billed
from compounding.wording.draws import instruction
from compounding.wording.findings import judged, sentence
from compounding.wording.numbers import figure_of
from compounding.wording.working import rows


def program_version() -> str:
    """The version of this program, as installed."""
    return version("compounding")


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """The plan as the command line prints it and as it is stored."""
    market = plan.policy.market
    return {
        "market": market.value,
        "product": plan.drug.id,
        "formula": plan.policy.formula.value,
        "bsa_m2": _text(plan.bsa),
        "dose_level_mg_per_m2": _text(plan.level),
        "dose_calculated_mg": _text(plan.calculated),
        "dose_mg": _text(plan.dose),
        "volume_mL": _text(plan.volume),
        **_vials(plan),
        "bag_mL": _text(plan.drug.dilution.bag.value),
        "diluent_mL": _text(plan.bag.diluent if plan.bag else None),
        "concentration_mg_per_mL": _text(plan.bag.concentration if plan.bag else None),
        "billing": _billing(plan.billed),
        "spare_vials": plan.vials.spare if plan.vials else None,
        "draw_instruction": instruction(plan),
        "expected_mass_g": _text(plan.weighed.drawn if plan.weighed else None),
        "findings": [_finding(finding, market) for finding in plan.findings],
        "working": list(_working(plan)),
    }


def _text(quantity: Quantity | None) -> str | None:
    return None if quantity is None else plain(figure_of(quantity))


def _vials(plan: Plan) -> dict[str, Any]:
    vials = plan.vials
    if vials is None:
        return dict.fromkeys(("vials", "reconstitution_mL", "draws_mL", "discarded_mL", "discarded_mg"))
    return {
        "vials": vials.count,
        "reconstitution_mL": _text(vials.reconstitution),
        "draws_mL": [_text(draw.volume) for draw in vials.draws],
        "discarded_mL": _text(vials.discarded),
        "discarded_mg": _text(vials.discarded_mass),
    }


def _billing(billed: Billed | None) -> dict[str, Any] | None:
    if billed is None:
        return None
    return {
        "code": billed.code,
        "administered_units": billed.administered,
        "discarded_units": billed.discarded,
        "modifier": billed.modifier,
    }


def _finding(finding: Finding, market: Market) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.word,
        "message": sentence(finding, market),
        "values": judged(finding),
    }


def _working(plan: Plan) -> Iterator[dict[str, str]]:
    """One entry a step; a step of several expressions joins them."""
    for line in plan.lines:
        written = rows(line)
        yield {
            "step": line.step,
            "expression": "; ".join(row.expression for row in written),
            "result": ", ".join(row.result for row in written),
            "rounding": written[0].rounding,
            "source": written[0].source,
        }
