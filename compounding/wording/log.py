"""An entry of the log in words: who did what, when and where, each value old and new, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from compounding.policy import Market
from compounding.wording.numbers import DASH, capital, clock, day, figure, moment
from compounding.wording.subjects import PAGES, subject_words

SIGNED, SIGNATURE_VOID = "signed", "signature void"
HAPPENED = "happened"
"""The detail that makes an entry a late one: when it really happened, in ISO 8601 with its offset."""
_SOUGHT = "sought_"
"""How the names of the details begin that an entry is found by: the same stands among what was typed."""
_FINDING = "finding"
"""The detail that holds the sentence of a finding, where an entry is about one."""
HIDDEN = "Hidden until it is worked out afresh."
CAPTIONS = ("Entry", "When", "Who", "What, old and new")
BECAME, AGAINST = "→", "against"

# Who looked, and at what. All that ends in "viewed" is access as well.
ACCESS = frozenset(
    {
        *("patients listed", "patients searched"),
        *("preparations listed", "preparations searched", "preparation looked up", "page refused", "backup made"),
        *("log searched", "log exported", "code compared", "chain checked"),
    }
)
_VIEWED = "viewed"
_PAGE_REFUSED, _PAGE = "page refused", "page"
UNREADABLE = "entry that cannot be read"
"""The action of what stands for an entry whose text is not as the program writes it."""
_UNREAD, _NOT_AS_WRITTEN = "This entry cannot be read", "Its text is not as the program writes it."
_NO_DAY = "No day that can be read"
_REFUSED = ("stopped", "refused", "overridden", "acknowledged")
"""The last words of an action whose values stand against each other: none took the place of the other."""

FINDINGS: Mapping[str, str] = {
    "age": "Age",
    "bilirubin": "Bilirubin",
    "blasts": "Peripheral blasts",
    "bmi": "Body mass index",
    "bsa": "Body surface",
    "checklist": "Checklist of the dose",
    "concentration": "Concentration of the bag",
    "contraindication": "Contraindication",
    "counts": "Counts before a cycle",
    "counts-long": "Counts low for long",
    "course-differs": "The order against its course",
    "cycle": "Number of the cycle",
    "diluted-bag": "Limits of the diluted bag",
    "dose": "Largest dose",
    "early": "Given before its day",
    "ended": "Course that has ended",
    "height": "Height",
    "height-change": "Height since the last dose",
    "interruption": "Interruption",
    "interval": "Days since the dose before",
    "level": "The order's own level",
    "lowered": "Raised after a lower dose",
    "measured": "Age of a measurement",
    "near-miss": "Just over whole vials",
    "never-again": "VOD/SOS or severe liver toxicity",
    "no-response": "No CR or CRi",
    "no-response-before": "No CR or CRi in the course before",
    "no-window": "No day left for a dose",
    "not-accounted": "Drug missing in an earlier bag",
    "not-recorded": "An earlier dose not recorded",
    "not-seen": "Test not seen",
    "observation": "Observation after the infusion",
    "ordered-dose": "Ordered dose",
    "pregnancy": "Pregnancy",
    "premedication": "Premedication",
    "re-escalation": "Raised after a reduction",
    "response": "Response",
    "response-missing": "Response not known",
    "running": "Outside a course that is not ended",
    "stale": "Values from before the last dose, or old",
    "swapped": "Height and weight swapped",
    "taken": "Dose given or omitted already",
    "target": "What the disease carries",
    "too-many": "More cycles than allowed",
    "transaminases": "AST or ALT",
    "transplant": "Cycles before a transplant",
    "unconfirmed-rules": "Rules of interruption",
    "weight": "Weight",
    "weight-change": "Weight since the last dose",
    "window": "Window of a day of the cycle",
    "withdrawable-volume": "Withdrawable volume",
}
"""What each finding is about, in a few words."""

# Names in which programs write that are not words already.
_NAMES: Mapping[str, str] = {
    "bsa": "Body surface",
    "bsa_step": "Step of the body surface",
    "dose_step": "Step of the dose",
    "volume_step": "Step of the volume",
    "mrn": "MRN",
    "nhs_number": "NHS number",
    "totp": "Second factor",
    "pin": "Signing PIN",
    SIGNED: "SHA-256 of what was signed",
}
_DIGEST = 16  # of 64 figures: enough to compare by eye


class Somebody(Protocol):
    """Who acted, as they were then."""

    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...


class Told(Protocol):
    """What an entry says, as the records give it."""

    @property
    def person(self) -> Somebody: ...
    @property
    def action(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def workstation(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def details(self) -> Mapping[str, str]: ...
    @property
    def changes(self) -> Sequence[tuple[str, str | None, str | None]]: ...
    @property
    def findings(self) -> Sequence[tuple[str, str, str]]: ...
    @property
    def reason(self) -> str: ...
    @property
    def reason_code(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an entry: what it was, what it is, and the word between. A plain fact has its `new` alone."""

    name: str
    old: str
    joint: str
    new: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A finding that was shown, and what was answered."""

    severity: str
    name: str
    answer: str


@dataclass(frozen=True, slots=True)
class EntryText:
    """An entry of the log as people read it."""

    number: str
    """Of the entry: "4,187"."""
    day: str
    time: str
    """Of the site, to the second; `utc` is the same moment."""
    utc: str
    who: str
    where: str
    """The role then, and the workstation."""
    subject: str
    what: str
    values: tuple[Value, ...] = ()
    findings: tuple[Answered, ...] = ()
    why: str = ""
    kept: str = ""
    """Why its values are not shown: "" where they are."""
    late: str = ""
    """Of a late entry: when it happened, and when it was entered."""


def is_access(action: str) -> bool:
    """Whether somebody only looked."""
    return action in ACCESS or action.split(" ")[-1] == _VIEWED


def stands_against(action: str) -> bool:
    """Whether the values of such an entry were compared: a stop, or a finding that was answered."""
    return not is_access(action) and action.split(" ")[-1] in _REFUSED


def entry_text(number: int, told: Told, zone: str, market: Market) -> EntryText:
    """An entry in the words of a site. Times are those of `zone`."""
    if told.action == UNREADABLE:
        return EntryText(figure(number), _NO_DAY, DASH, "", DASH, "", "", _UNREAD, kept=_NOT_AS_WRITTEN)
    late = _late(told, zone, market)
    return EntryText(
        number=figure(number),
        day=day(told.at.astimezone(ZoneInfo(zone)).date(), market),
        time=second(told.at, zone),
        utc=_utc(told.at, zone, market),
        who=told.person.name,
        where=", ".join(filter(None, (told.person.role, told.workstation))),
        subject=subject_words(told.subject),
        what=_what(told),
        values=tuple(_values(told, late)),
        findings=tuple(_findings(told)),
        why=told.reason or field_name(told.reason_code),
        late=late,
    )


def hidden(text: EntryText) -> EntryText:
    """The entry without its values, for somebody who may not see them yet."""
    if not (text.values or text.findings or text.why):
        return text
    return replace(text, values=(), findings=(), why="", kept=HIDDEN)


def why(reason: str) -> str:
    """What an extract says under an entry that has a reason."""
    return f"Why: {reason}"


def taken_out(who: Somebody, at: datetime, zone: str, market: Market) -> str:
    """What stands at the foot of an extract."""
    return f"Taken out {moment(at, zone, market)} by {who.name}, {who.role}. Times {zone}."


def second(when: datetime, zone: str) -> str:
    """The time of day to the second in a zone: "07:52:10". An hour that comes twice says which."""
    shown, _, twice = clock(when, zone).partition(" ")
    return f"{shown}:{when.astimezone(ZoneInfo(zone)).second:02d}{f' {twice}' if twice else ''}"


def _utc(when: datetime, zone: str, market: Market) -> str:
    """With its date where that is another than the site's."""
    at, local = when.astimezone(UTC), when.astimezone(ZoneInfo(zone))
    another = f", {day(at.date(), market)}" if at.date() != local.date() else ""
    return f"{second(when, 'UTC')} UTC{another}"


def field_name(name: str) -> str:
    """What a field, a setting or a detail is called: "bsa_step" is "Step of the body surface"; "" stays ""."""
    return _NAMES.get(name) or (capital(name.replace("_", " ").replace("-", " ")) if name else "")


def finding_name(code: str) -> str:
    return FINDINGS.get(code) or field_name(code)


def _what(told: Told) -> str:
    if told.action == SIGNED and told.details.get("meaning"):
        return field_name(told.details["meaning"])
    return capital(told.action)


def _findings(told: Told) -> Iterator[Answered]:
    """An entry of one answered finding says the finding itself: its answer is the reason of the entry."""
    for code, severity, answer in told.findings:
        yield Answered(severity, finding_name(code), told.details.get(_FINDING, answer))


def _values(told: Told, late: str) -> Iterator[Value]:
    for name, old, new in told.changes:
        yield _change(told.action, name, old, new)
    if late:
        yield Value("Time", DASH, BECAME, late)
    said = {HAPPENED, _FINDING, *(("meaning",) if told.action == SIGNED else ())}
    answered = {code for code, _, _ in told.findings}
    for name, text in told.details.items():
        if name in said or name.startswith(_SOUGHT):
            continue
        if name.split(" ")[0] not in answered:  # a second answer of a code is numbered
            yield Value(field_name(name), "", "", _fact(told, name, text))


def _fact(told: Told, name: str, text: str) -> str:
    """A detail as it is read: of a digest enough to compare by eye, of a page its name and not its key."""
    if told.action == _PAGE_REFUSED and name == _PAGE:
        return PAGES.get(text, text)
    return _digest(text) if name == SIGNED else text


def _change(action: str, name: str, old: str | None, new: str | None) -> Value:
    nothing = "void" if action == SIGNATURE_VOID else DASH
    if old == new:
        return Value(field_name(name), old or DASH, "", "unchanged")
    joint = AGAINST if stands_against(action) else BECAME
    return Value(field_name(name), DASH if old is None else old, joint, nothing if new is None else new)


def _digest(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, _DIGEST, 4))


def _late(told: Told, zone: str, market: Market) -> str:
    """Both times. What is no time with its offset is shown as it stands in the log."""
    if not (text := told.details.get(HAPPENED)):
        return ""
    happened = _read(text)
    if happened is None:
        return f"{text}, entered {clock(told.at, zone)}"
    local, entered = (at.astimezone(ZoneInfo(zone)) for at in (happened, told.at))
    before = f"{day(local.date(), market)} " if local.date() != entered.date() else ""
    return f"{before}{clock(happened, zone)}, entered {clock(told.at, zone)}"


def _read(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.utcoffset() is not None else None
