"""Product codes that a site adds to those of the drug files, and the products that it makes things up with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compounding import records
from compounding.records import CODE, Setting
from compounding.settings import Row, Standing, two_pharmacists
from compounding.web.desk import Desk
from compounding.workflow.products import Product, products


@dataclass(frozen=True, slots=True)
class Code:
    """A product code with its stored rows, the oldest first. Two people decide it, as they do a setting."""

    gtin: str
    """14 figures."""
    rows: tuple[Setting, ...]

    @property
    def now(self) -> Standing:
        return two_pharmacists(Row(row.name, row.value, row.standing, row.by.id) for row in self.rows)

    @property
    def seen(self) -> int:
        """The entry of the newest row, 0 for none."""
        return self.rows[-1].entry if self.rows else 0


def codes(d: Desk) -> Mapping[str, Code]:
    """Every code that ever had a row, by its GTIN. Raises NotRead."""
    rows: dict[str, list[Setting]] = {}
    for row in records.codes(d.engine):
        rows.setdefault(row.name.removeprefix(CODE), []).append(row)
    return {gtin: Code(gtin, tuple(found)) for gtin, found in rows.items()}


def enrolled(d: Desk) -> Mapping[str, str]:
    """The products of the codes that hold, by GTIN. Raises NotRead."""
    held = {gtin: code.now.value for gtin, code in codes(d).items()}
    return {gtin: product for gtin, product in held.items() if product is not None}


def products_here(d: Desk) -> Mapping[str, Product]:
    """Everything that the site's drugs are made up with, by its code."""
    return {product.code: product for drug in d.drugs for product in products(drug)}
