"""An order as it was typed, to be read over beside the order itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from compounding.web.desk import Desk
from compounding.web.forms import order_form
from compounding.web.paper_orders import PAPER


@dataclass(frozen=True, slots=True)
class AsTyped:
    """Each field with its text, from the top of the form to its end, and the fields that stayed empty."""

    pairs: tuple[tuple[str, str], ...]
    empty: str


def as_typed(typed: Mapping[str, str], d: Desk) -> AsTyped:
    """The texts of an order under the names of its fields. Nothing is judged, and nothing is left out.

    A stored order may hold a text that today's form has no field for: it stands under its stored name.
    """
    form = order_form(d, MultiDict(typed))
    told = [(field.label.text, field.told()) for field in form.in_order() if field.told() or field.name not in PAPER]
    others = [(name.replace("_", " ").capitalize(), typed[name]) for name in typed if name not in form.typed()]
    pairs = tuple(pair for pair in (*told, *others) if pair[1])
    return AsTyped(pairs, ", ".join(label for label, text in told if not text))
