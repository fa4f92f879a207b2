"""Which product a code names: one of the site's, a look-alike, the other market's, or none that is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compounding.findings import Values
from compounding.formulary import LookAlike, Presentation
from compounding.formulary.codes import gtins
from compounding.policy import Market
from compounding.scanning.scan import Refusal


@dataclass(frozen=True, slots=True)
class Products:
    """Every presentation that is known, as a site of one market sees them."""

    market: Market
    drugs: tuple[Presentation, ...]
    """Of all markets."""
    enrolled: Mapping[str, str]
    """Codes that the site added: a presentation's id by GTIN of 14 figures."""

    def knows(self, gtin: str | None) -> bool:
        """Whether a GTIN of 14 figures names anything here, if only a look-alike."""
        return gtin is not None and bool(self._bearing(gtin) or self._look_alikes(gtin))

    def named(self, gtin: str) -> tuple[str | None, Refusal | None]:
        """The id of the presentation that a GTIN of 14 figures names, and why it is refused, if it is."""
        bearing = self._bearing(gtin)
        ours = [drug for drug in bearing if drug.market is self.market]
        if len(ours) == 1:
            return ours[0].id, None
        if ours:
            return None, Refusal("unknown-product", "shared", {"gtin": gtin, "first": ours[0].id, "second": ours[1].id})
        for drug, other in self._look_alikes(gtin):
            return None, _look_alike(drug, other)
        for drug in bearing:
            return drug.id, _other_market(drug, self.market)
        return None, Refusal("unknown-product", "", {"gtin": gtin})

    def _bearing(self, gtin: str) -> list[Presentation]:
        return [drug for drug in self.drugs if gtin in codes_of(drug) or self.enrolled.get(gtin) == drug.id]

    def _look_alikes(self, gtin: str) -> list[tuple[Presentation, LookAlike]]:
        """Whichever market's file names it: a vial of any market may lie on the bench."""
        return [(drug, other) for drug in self.drugs for other in drug.look_alikes if gtin in _all_gtins(other.codes)]


def codes_of(drug: Presentation) -> frozenset[str]:
    """The GTINs of 14 figures that stand for a presentation, that of its NDC among them."""
    return _all_gtins(code for code in (drug.vials.gtin.value, drug.vials.ndc.value) if code)


def _all_gtins(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(gtin for code in codes for gtin in gtins(code))


def _look_alike(drug: Presentation, other: LookAlike) -> Refusal:
    planned = drug.names.generic.value
    values: Values = {"generic": other.generic, "brand": other.brand, "vial": other.vial, "planned": planned}
    return Refusal("look-alike", "", values)


def _other_market(drug: Presentation, here: Market) -> Refusal:
    brand, labelled = drug.names.brand.value, drug.vials.labelled.value
    values: Values = {"brand": brand, "labelled": labelled, "market": drug.market.value, "here": here.value}
    return Refusal("other-market", "", values)
