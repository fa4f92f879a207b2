"""People, and what each role may do: one table, asked by the database and the web alike."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType


class Role(Enum):
    """What somebody is employed as. One person has one role."""

    TECHNICIAN = "technician"
    PHARMACIST = "pharmacist"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Deed(Enum):
    """What somebody does at the desk, as a sentence ends that refuses it: "may not enter orders"."""

    OWN_ACCOUNT = "use an account"
    CALCULATE = "calculate doses"
    LOOK = "look at preparations"
    ENTER = "enter or change orders"
    VERIFY = "verify orders"
    AUTHORISE = "authorise what somebody else overrides"
    PREPARE = "prepare"
    CHECK = "check preparations"
    CHECK_US = "check preparations in the US"
    RELEASE = "release preparations"
    PRINT = "print papers"
    CALIBRATE = "calibrate label printers"
    PRINT_AHEAD = "print a downtime pack"
    RECALL = "put a recall on a lot, or end one"
    AUDIT = "read the log"
    TAKE_OUT_LOG = "take out the whole log"
    SEE_STAFF = "look at the staff"
    MANAGE_STAFF = "manage the staff"
    SEE_SETTINGS = "look at the site's settings"
    SET_SITE = "change the site's particulars"
    DECIDE = "decide the site's limits"


_T, _P, _AU, _AD = Role.TECHNICIAN, Role.PHARMACIST, Role.AUDITOR, Role.ADMINISTRATOR

# An administrator keeps the desk and sees no patient; an auditor sees everything and changes nothing.
MAY: Mapping[Deed, frozenset[Role]] = MappingProxyType(
    {
        Deed.OWN_ACCOUNT: frozenset(Role),
        Deed.CALCULATE: frozenset({_T, _P, _AU}),
        Deed.LOOK: frozenset({_T, _P, _AU}),
        Deed.ENTER: frozenset({_T, _P}),
        Deed.VERIFY: frozenset({_P}),
        Deed.AUTHORISE: frozenset({_P}),
        Deed.PREPARE: frozenset({_T, _P}),
        # Who may check differs by market: a row of the steps for each.
        Deed.CHECK: frozenset({_T, _P}),
        Deed.CHECK_US: frozenset({_P}),
        Deed.RELEASE: frozenset({_P}),
        Deed.PRINT: frozenset({_T, _P}),
        # Whoever stands before one: its label shows no patient.
        Deed.CALIBRATE: frozenset({_T, _P, _AD}),
        Deed.PRINT_AHEAD: frozenset({_P}),
        Deed.RECALL: frozenset({_P}),
        Deed.AUDIT: frozenset({_P, _AU}),
        # It holds what a verifying pharmacist may not have seen.
        Deed.TAKE_OUT_LOG: frozenset({_AU}),
        Deed.SEE_STAFF: frozenset({_AU, _AD}),
        Deed.MANAGE_STAFF: frozenset({_AD}),
        Deed.SEE_SETTINGS: frozenset(Role),
        Deed.SET_SITE: frozenset({_AD}),
        Deed.DECIDE: frozenset({_P}),
    }
)


def may(role: str, deed: Deed) -> bool:
    """Whether a role may do this; a role that is none of ours may do nothing."""
    return any(role == known.value for known in MAY[deed])


def seen_by_two(person: str, witness: str) -> bool:
    """Whether a second user saw what is gone afterwards: a label destroyed, drug thrown away."""
    return witness not in ("", person)


def barred(role: str, deed: Deed) -> str:
    """What somebody is told whose role may not do this."""
    return f"{'An' if role[:1] in 'aeiou' else 'A'} {role} may not {deed.value}."
