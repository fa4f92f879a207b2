"""The path of one preparation: people, states and steps as tables, and what each step must find.

Nothing here knows the database or the web: values in, values out, so that both ask the same rules.

    people       roles, and what each may do
    meanings     what a signature says
    steps        the states and the one table of what leads from one to the next
    materials    what is picked, and what is missing
    products     what each material is, by its code
    progress     everything that was recorded on the path of one preparation
    limits       the limit that must be kept next, and how near it is
    times        true times and late entries
    check        the blind check before the drug is added
    labels       every copy of the label counted
    wastes       what is thrown away, and that nothing is lost between vial, bag and bin
    courses      what in its course holds a preparation back
    treatments   an order held against all that the patient has of the drug
    guards       what a step waits for
    guidance     the next action
    diagram      docs/states.md, drawn from the table
"""

from compounding.workflow.meanings import Meaning
from compounding.workflow.people import MAY, Deed, Role, barred, may
from compounding.workflow.steps import CHANGE, ENDS, STEPS, VERIFY, State, Step, Whom, in_force, leads_to, refusal

__all__ = [
    "CHANGE",
    "ENDS",
    "MAY",
    "STEPS",
    "VERIFY",
    "Deed",
    "Meaning",
    "Role",
    "State",
    "Step",
    "Whom",
    "barred",
    "in_force",
    "leads_to",
    "may",
    "refusal",
]
