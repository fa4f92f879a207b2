"""What a signature says (21 CFR 11.50): shown where it is given, and stored with it."""

from __future__ import annotations

from enum import Enum


class Meaning(Enum):
    """What a signature says, as it is stored."""

    ORDER_ENTRY = "order-entry"
    ORDER_VERIFICATION = "order-verification"
    IN_PROCESS_CHECK = "in-process-check"
    FINAL_CHECK = "final-check"
    RELEASE = "release"

    @property
    def words(self) -> str:
        return _SAYS[self]


_SAYS = {
    Meaning.ORDER_ENTRY: "I entered this order as the prescriber wrote it.",
    Meaning.ORDER_VERIFICATION: (
        "I verified this order against the prescription: weight, dose level and dose that I worked out myself agree."
    ),
    Meaning.IN_PROCESS_CHECK: (
        "I worked out dose and volume myself, counted the vials and read what was drawn, before the drug was added:"
        " they agree."
    ),
    Meaning.FINAL_CHECK: "I inspected the finished bag and its label, and both are what the record says.",
    Meaning.RELEASE: "I read the whole record of this preparation, and release it for this patient.",
}
