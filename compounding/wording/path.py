"""The path of a preparation in words: the next action, the steps, the materials and the clocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from compounding.policy import Making
from compounding.stability import Clocks, Rule
from compounding.vials import Draw, DrawKind, syringe_for
from compounding.wording.numbers import amount, capital, clock, count, figure, short_name
from compounding.wording.true_times import happened_words
from compounding.workflow import MAY, Meaning, Role, State, Step, Whom, steps
from compounding.workflow.guidance import Next
from compounding.workflow.limits import Limit
from compounding.workflow.materials import Kind, Material, Need, live, missing
from compounding.workflow.products import products_for
from compounding.workflow.progress import Planned, Progress, What, clocks

# ------------------------------------------------------------------ the next action


@dataclass(frozen=True, slots=True)
class NextText:
    """The one action on top of the page."""

    title: str
    told: str
    """What it is done with, and how."""
    button: str = ""
    """Of what is done without a scan; what a scanner sends needs none."""
    field: str = ""
    """What the field asks for; "" where another page takes it."""


_Say = Callable[[Next, Planned], NextText]


def next_text(following: Next, figures: Planned) -> NextText:
    """What is done next, big enough for gloves."""
    return _NEXT[following.code](following, figures)


def _pick_vial(following: Next, figures: Planned) -> NextText:
    spare = "a spare, opened only where the others do not suffice" if following.code == "pick-spare" else ""
    told = spare or f"{figures.drug.names.brand.value}, {amount(figures.drug.vials.labelled.value)}"
    total = figures.vials.count + figures.vials.spare
    return NextText(f"Scan vial {following.place} of {figure(total)}", f"{capital(told)}.", field="Vial code")


def _pick(kind: Kind) -> _Say:
    def say(_: Next, figures: Planned) -> NextText:
        product = products_for(figures.drug, figures.making)[kind]
        much = "" if kind is Kind.CONTAINER else f"{capital(quantity(Need(kind), figures))}. "
        told = f"{much}Where its code is not enrolled, type lot and expiry twice."
        return NextText(f"Scan the {product.name}", told, field="Code")

    return say


def _wet(following: Next, figures: Planned) -> NextText:
    vials = figures.drug.vials
    water = f"{amount(vials.reconstitution.value)} {vials.reconstitute_with.value}"
    return NextText(
        f"Add water to vial {following.place}",
        f"{water}. {vials.technique.value} Scan the vial, or press the button, as you do it: the clocks start.",
        f"Vial {following.place} wetted now",
        "Vial code",
    )


def _add_drug(_: Next, figures: Planned) -> NextText:
    return NextText(
        "Add the drug to the bag",
        f"{amount(figures.volume)} of drug. {bag_words(figures)} {figures.drug.dilution.mixing.value}",
        "Drug added now",
        "Code of the worksheet",
    )


def _true_time(_: Next, figures: Planned) -> NextText:
    return NextText(
        "When was the drug added?",
        "The time to dilute has passed. If it was added in time, say when; else reject the preparation.",
        "Record the time",
        "Code of the worksheet",
    )


def _elsewhere(title: str, told: str, button: str) -> _Say:
    return lambda following, figures: NextText(title, told, button)


_NEXT: Mapping[str, _Say] = {
    "verify": _elsewhere("Verify the order", "By a pharmacist who did not enter it.", "Verify"),
    "pick-drug": _pick_vial,
    "pick-spare": _pick_vial,
    "pick-water": _pick(Kind.WATER),
    "pick-diluent": _pick(Kind.DILUENT),
    "pick-container": _pick(Kind.CONTAINER),
    "take-out": lambda n, f: NextText(
        f"Take out vial {n.place}" if n.place else "Take out what is not fit",
        "It may not be used: say what became of it in the materials below.",
    ),
    "put-away": lambda n, f: NextText(
        f"Put vial {n.place} away", "It was not needed: say what became of it in the materials below."
    ),
    "wet": _wet,
    "check": _elsewhere(
        "In-process check", "By a second person, before the drug is added; without these figures.", "Start the check"
    ),
    "read-again": _elsewhere("Read again", "The last reading did not agree.", "Start the check"),
    "add-drug": _add_drug,
    "true-time": _true_time,
    "print-label": _elsewhere("Print the labels", "Their times are known now.", "Labels"),
    "hand-label": _elsewhere("When was the bag labelled?", "By hand, as the paper says.", "Enter the time"),
    "apply-label": _elsewhere("Label the bag", "Scan each copy where it is.", "Labels"),
    "destroy-label": _elsewhere("Destroy a label", "More than one is recorded as on the bag.", "Labels"),
    "count-labels": _elsewhere("Count the labels", "Every copy must be somewhere.", "Labels"),
    "final-check": _elsewhere("Final check", "By a second person: the finished bag and its label.", "Start the check"),
    "release": _elsewhere("Release", "By a pharmacist, once the whole record is read.", "Read and release"),
    "reject": lambda n, f: NextText("Reject the preparation", "Nothing else is left to do with it."),
    "waste": lambda n, f: NextText("Throw the bag away", "It came back, and nobody gets it any more."),
}
"""Every code of `guidance`."""


def bag_words(figures: Planned) -> str:
    """How the bag is made up, without a figure that a syringe is read by."""
    bag, diluent = amount(figures.drug.dilution.bag.value), short_name(figures.drug.dilution.diluent.value)
    if figures.making is Making.READY_FILLED:
        return f"Ready-filled bag: as much {diluent} is out of it first as the plan says."
    return f"{capital(diluent)} to exactly {bag}."


# ------------------------------------------------------------------ vials and materials


def quantity(need: Need, figures: Planned) -> str:
    """How much is picked, as the worksheet says it."""
    if need.kind is Kind.DRUG:
        return "1 vial"
    if need.kind is Kind.WATER:
        return amount(figures.vials.reconstitution)
    return amount(figures.drug.dilution.bag.value) if need.kind is Kind.DILUENT else "1"


def called(kind: Kind, place: int) -> str:
    """A material as a sentence begins with it: "Vial 2", "Water"."""
    return f"Vial {place}" if kind is Kind.DRUG else capital(kind.value)


def draw_words(draw: Draw, figures: Planned) -> str:
    """What is drawn from a vial: "draw 3.6 mL", "draw all that can be drawn (at most 4 mL)"."""
    if draw.kind is DrawKind.ALL:
        return f"draw all that can be drawn (at most {amount(figures.vials.per_vial)})"
    if draw.kind is DrawKind.TO_TOTAL:
        return f"draw to a total of {amount(figures.volume)}"
    return f"draw {amount(draw.volume)}"


def syringe_words(draw: Draw, figures: Planned) -> str:
    """The syringe that a draw is taken into: "10 mL syringe"; "" where the site has none."""
    policy = figures.policy
    chosen = syringe_for(draw.volume, policy.syringes, policy.syringe_fill_percent / 100)
    if chosen is None:
        return ""
    size = f"{amount(chosen.size)} syringe"
    return size if chosen.count == 1 else f"{count(chosen.count, size)}"


def discard_words(draw: Draw, figures: Planned) -> str:
    """What is left of what a vial gives; "" where nothing is."""
    left = figures.vials.per_vial - draw.volume
    return f"discard {amount(left)}" if left.value else ""


def picked_words(materials: Sequence[Material]) -> str:
    """What was picked, counted: "2 vials, water, diluent, container"."""
    vials = sum(material.kind is Kind.DRUG for material in materials)
    others = dict.fromkeys(material.kind.value for material in materials if material.kind is not Kind.DRUG)
    return ", ".join([*([count(vials, "vial")] if vials else []), *others])


# ------------------------------------------------------------------ clocks


def limit_rule(limit: Limit, times: Clocks, figures: Planned) -> str:
    """What sets a time."""
    facts = figures.drug.times
    whole, infusion, warm, dilute = (
        f"{figure(duration.value.in_unit('h'))} h"
        for duration in (facts.complete_within, facts.infusion, facts.warm_up, facts.dilute_within)
    )
    start = f"{whole} from wetting, less {infusion} to infuse"
    if times.start_set_by is Rule.DILUTED_BAG:
        start = "the diluted bag’s own limit, recorded by this site"
    return {
        Limit.DILUTE_BY: f"{dilute} from wetting",
        Limit.OUT_OF_FRIDGE_BY: f"leaves {warm} to warm before the start",
        Limit.START_BEFORE: start,
        Limit.COMPLETE_BY: f"{infusion} after the latest start",
    }[limit]


# ------------------------------------------------------------------ the steps


def by_whom(step: Step, names: Mapping[Whom, Sequence[str]]) -> str:
    """Whoever may take a step: "a pharmacist, not R. Okafor"."""
    roles = MAY[step.deed]
    who = "a pharmacist" if roles == {Role.PHARMACIST} else "technician or pharmacist"
    barred = list(dict.fromkeys(name for whom in step.not_by for name in names.get(whom, ())))
    return f"{who}, not {' or '.join(barred)}" if barred else who


@dataclass(frozen=True, slots=True)
class StepText:
    """A state that a preparation comes through, as the list of steps has it."""

    state: State
    name: str
    """What is done to reach it."""
    step: str
    """The row of the table that leads to it."""
    signed: Meaning | None = None


STEPS: tuple[StepText, ...] = (
    StepText(State.ENTERED, "Order entered", steps.CHANGE.name, Meaning.ORDER_ENTRY),
    StepText(State.VERIFIED, "Order verified", steps.VERIFY.name, Meaning.ORDER_VERIFICATION),
    StepText(State.MATERIALS, "Materials recorded", steps.RECORD.name),
    StepText(State.RECONSTITUTED, "Reconstituted", steps.WET.name),
    StepText(State.CHECKED, "In-process check", steps.CHECK_US.name, Meaning.IN_PROCESS_CHECK),
    StepText(State.DILUTED, "Drug added to the bag", steps.DILUTE.name),
    StepText(State.LABELLED, "Labels printed and counted", steps.COUNT.name),
    StepText(State.FINAL, "Final check", steps.FINAL_US.name, Meaning.FINAL_CHECK),
    StepText(State.RELEASED, "Released", steps.RELEASE.name, Meaning.RELEASE),
)


def step_note(state: State, progress: Progress, zone: str, hidden: bool = False) -> str:
    """What stands below a step; `hidden` leaves out what its blind check works out and counts."""
    say = _NOTES.get(state)
    return "" if say is None or (hidden and state in _COUNTED) else say(progress, zone)


def _materials_note(progress: Progress, zone: str) -> str:
    wanting = missing(progress.planned.needs, progress.materials)
    there = picked_words(live(progress.materials))
    waits = ", ".join(_lower(called(need.kind, need.place)) for need in wanting)
    return ". ".join(part for part in (there, f"waiting: {waits}" if waits else "") if part)


def _lower(text: str) -> str:
    return f"{text[0].lower()}{text[1:]}"


def _wetted_note(progress: Progress, zone: str) -> str:
    market = progress.planned.policy.market
    told = (f"vial {one.place} wetted {happened_words(one, zone, market)}" for one in progress.all_of(What.WETTED))
    return "; ".join(told)


def _checked_note(progress: Progress, zone: str) -> str:
    apart = sum(not reading.agrees for reading in progress.readings)
    again = f"; {count(apart, 'reading')} did not agree" if apart else ""
    return f"blind: own dose, volume and vials, before the drug is added{again}"


def _diluted_note(progress: Progress, zone: str) -> str:
    diluted = progress.last(What.DILUTED)
    if diluted is not None:
        return f"at {happened_words(diluted, zone, progress.planned.policy.market)}"
    figures = progress.planned
    diluent = short_name(figures.drug.dilution.diluent.value)
    return f"{amount(figures.volume)} of drug, {diluent} to {amount(figures.drug.dilution.bag.value)}"


def _released_note(progress: Progress, zone: str) -> str:
    times = clocks(progress)
    return "" if times is None else f"before {clock(times.start_before, zone)}"


_NOTES: Mapping[State, Callable[[Progress, str], str]] = {
    State.ENTERED: lambda p, z: f"version {p.version}" if p.version > 1 else "",
    State.VERIFIED: lambda p, z: "worked out afresh",
    State.MATERIALS: _materials_note,
    State.RECONSTITUTED: _wetted_note,
    State.CHECKED: _checked_note,
    State.DILUTED: _diluted_note,
    State.RELEASED: _released_note,
}

_COUNTED = frozenset({State.MATERIALS, State.RECONSTITUTED, State.DILUTED})
"""Whose notes hold what a blind check works out or counts: the vials, and the volume of drug."""

ENDED: Mapping[State, str] = {
    State.REJECTED: "Rejected",
    State.CANCELLED: "Cancelled",
    State.RETURNED: "Returned",
    State.WASTED: "Thrown away",
}


# ------------------------------------------------------------------ stops

_HEADINGS: Mapping[str, str] = {
    "empty": "Nothing was read",
    "too-long": "Stop: this is no vial",
    "own-label": "Stop: this is one of our own papers",
    "not-a-code": "Stop: this is not the code of a vial",
    "bad-check-digit": "Stop: misread",
    "unknown-product": "Stop: this code is not known here",
    "look-alike": "Stop: this is another drug",
    "other-market": "Stop: this is the other market’s vial",
    "ambiguous": "Stop: this can be read in more than one way",
    "expired": "Stop: expired before the infusion ends",
    "recalled": "Stop: this lot is recalled",
    "other-product": "Stop: this is not what is planned",
    "not-needed": "Stop: this is not needed",
    "not-ours": "Stop: this is not the worksheet of this preparation",
    "twice": "Stop: this code was just scanned",
    "stale": "Stop: this paper holds no longer",
    "other-vial": "Stop: this vial is not of this preparation",
}


def once_recorded(vial: int) -> str:
    """What is asked where a code without a serial number comes again at once."""
    return f"Vial {vial} was recorded a moment ago by this very code. Is this another pack? Then scan it once more."


def once_wetted(vial: int) -> str:
    return f"Vial {vial} was recorded as wetted a moment ago. Scan the next one once water is in it."


def coded_otherwise(what: str, typed: str, coded: str) -> str:
    """Why what is typed of a pack is not taken beside its code: "lot", as typed, as its code says it."""
    return f"“{typed}” is typed, and the code of the pack says {what} “{coded}”: read the pack again."


def stop_heading(code: str) -> str:
    """What stands in white on red over a stop's sentence."""
    return _HEADINGS.get(code, "Stop: nothing was recorded")


def enrol_hint(gtin: str) -> str:
    return (
        f" If {gtin} is a code of the planned product, two people enrol it in the settings; until then it cannot be"
        " used."
    )


def read_as(gtin: str | None, expiry: str, lot: str | None, serial: str | None) -> str:
    """What a scan says, by GS1's identifiers."""
    parts = (("01", gtin), ("17", expiry), ("10", lot), ("21", serial))
    return " ".join(_elements(parts))


def paper_words(number: str, part: str) -> str:
    """A paper of ours by what stands in its code: "worksheet of 2026-000123, page 1", "label of …, copy 2"."""
    page = part.removeprefix("p")
    return f"label of {number}, copy {part}" if page == part else f"worksheet of {number}, page {page}"


def _elements(parts: Sequence[tuple[str, str | None]]) -> Iterator[str]:
    return (f"({name}) {value}" for name, value in parts if value)
