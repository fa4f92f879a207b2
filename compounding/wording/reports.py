"""The words that every report has: what it is called, its edition and copy, and what its foot says."""

from __future__ import annotations

from collections.abc import Mapping

MASTER, LABELS, WASTE = "master record", "label reconciliation", "waste certificate"
REPORTS: Mapping[str, str] = {
    MASTER: "Master formulation record",
    LABELS: "Label reconciliation",
    WASTE: "Waste certificate",
}
"""What each is called, by the name under which it is stored."""

SIGNED_CAPTIONS = ("Meaning", "Printed name", "Role", "Signature", "Date", "Time")


def edition_copy(edition: int, copy: int) -> str:
    """What a copy says of itself: only this differs from one copy of an edition to another."""
    return f"Edition {edition:,}, copy {copy:,}"


def page_of(page: int, pages: int) -> str:
    return f"Page {page:,} of {pages:,}"


def foot(at: str, name: str, role: str, program: str, zone: str) -> str:
    """When the state shown was read, and by whom."""
    return f"As it stood {at}, first printed by {name}, {role}. Program {program}. Times {zone}."


def log_head(code: str) -> str:
    return f"log head {code}"
