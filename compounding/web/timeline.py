"""Entries of the log as rows of a page: their words, their marks, and what each reader may see of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from compounding import records
from compounding.records import EntrySearch, Event, Person, RecordedEvent, Standing
from compounding.records.drafts import is_draft
from compounding.web.blind import HIDDEN, unseen
from compounding.web.desk import Desk
from compounding.web.identity import SignedIn
from compounding.web.telling import ANSWERS
from compounding.web.viewing import COURSE, NUMBER, PATIENT
from compounding.wording.log import EntryText, entry_text, hidden, is_access, stands_against
from compounding.wording.numbers import figure

_STATE = "state"


class Kind(Enum):
    """What an entry is looked for as."""

    CHANGE = "changes"
    FINDING = "findings"
    SIGNATURE = "signatures"
    VIEW = "views"


_TABS = ((Kind.CHANGE, "Changes"), (Kind.FINDING, "Findings and stops"), (Kind.SIGNATURE, "Signatures"))


@dataclass(frozen=True, slots=True)
class Mark:
    """A word beside what was done, with its look and its drawing."""

    word: str
    look: str
    icon: str


_OF_SEVERITY = {
    "stop": Mark("Stop", "stop", "octagon"),
    "override": Mark("Override", "override", "triangle"),
    "acknowledge": Mark("Acknowledge", "acknowledge", "square"),
    "info": Mark("Info", "info", "circle"),
}
_OF_ACTION = {"stopped": "stop", "refused": "stop", "overridden": "override", "acknowledged": "acknowledge"}
_SIGNED, _SIGNED_AGAIN = Mark("Signed", "done", "pen"), Mark("Signed again", "done", "pen")
_VOID, _LATE = Mark("Void", "override", "triangle"), Mark("Late entry", "acknowledge", "clock")


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it stands on a page."""

    text: EntryText
    marks: tuple[Mark, ...]
    kinds: frozenset[Kind]
    recorded: RecordedEvent
    of: str
    """Whose timeline it stands in, as that is addressed: a preparation's, a course's or a patient's; "" for none."""
    untold: frozenset[str] = frozenset()
    """What of it nobody may look for who reads it, in the names of a search."""

    def found_by(self, wanted: EntrySearch) -> bool:
        """Whether a search finds it by what its reader may see: else what is found would tell the rest."""
        return not any(getattr(wanted, name) for name in self.untold)


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of a timeline, with how many entries it holds."""

    show: str
    label: str
    count: str
    current: bool


class Rows:
    """Makes rows of entries, and remembers the preparations that it met."""

    def __init__(self, who: SignedIn, d: Desk) -> None:
        self._who, self._desk = who, d
        self._met: dict[str, Standing | None] = {}

    def of(self, entries: Iterable[RecordedEvent]) -> list[Row]:
        return [self.row(recorded) for recorded in entries]

    def row(self, recorded: RecordedEvent) -> Row:
        stands = self._standing(recorded.event.subject)
        number = stands.preparation.number if stands else ""
        untold, named = self._untold(recorded, stands), _named(recorded, number)
        shown = masked(named) if untold else named
        text, signature = self._text(shown), _signature(recorded.id, stands) or _proved(shown, stands)
        if untold:
            text = replace(text, kept=hidden(self._text(named)).kept)
        marks, kinds = _marks(shown, text, signature), _kinds(shown, signature)
        return Row(text, tuple(marks), frozenset(kinds), shown, number or _timeline_of(recorded), untold)

    def _untold(self, recorded: RecordedEvent, stands: Standing | None) -> frozenset[str]:
        if is_access(recorded.event.action) or not unseen(recorded, stands, self._who):
            return frozenset()
        return _ANSWER if recorded.event.action in ANSWERS else _VALUES

    def _text(self, recorded: RecordedEvent) -> EntryText:
        return entry_text(recorded.id, recorded.event, self._desk.zone, self._desk.market)

    def _standing(self, subject: str) -> Standing | None:
        if subject not in self._met:
            self._met[subject] = self._read(subject)
        return self._met[subject]

    def _read(self, subject: str) -> Standing | None:
        """The preparation that an entry is about, by its number or by the draft that it came of."""
        engine = self._desk.engine
        number = records.saved_as(engine, subject) if is_draft(subject) else subject
        return records.standing(engine, number) if number and NUMBER.fullmatch(number) else None


# What an entry that is masked may not be looked for by: its findings; of an answer also what was done, and by whom.
_VALUES = frozenset({"finding"})
_ANSWER = _VALUES | {"action", "person_id"}
_SOMEBODY = Person(HIDDEN, HIDDEN.capitalize(), "until worked out")


def _timeline_of(recorded: RecordedEvent) -> str:
    subject = recorded.event.subject
    return subject if COURSE.fullmatch(subject) or PATIENT.fullmatch(subject) else ""


def _named(recorded: RecordedEvent, number: str) -> RecordedEvent:
    """An entry of a draft, which is named by what it became: its key is no name for people."""
    if not is_draft(recorded.event.subject):
        return recorded
    return replace(recorded, event=replace(recorded.event, subject=f"draft of {number}" if number else "draft"))


def masked(recorded: RecordedEvent) -> RecordedEvent:
    """An entry without what may not be seen of it. Of an answer that is also what was done and by whom: there is
    one where there was a finding, and another person where that was an override."""
    event = recorded.event
    told = Event(
        event.person, event.action, event.at, workstation=event.workstation, zone=event.zone, subject=event.subject
    )
    if event.action in ANSWERS:
        told = replace(told, person=_SOMEBODY, action=HIDDEN, workstation="")
    return replace(recorded, event=told)


def _signature(entry: int, stands: Standing | None) -> Mark | None:
    """The mark of an entry that came with a signature, or that made one void."""
    met: set[str] = set()
    for signature in stands.signatures if stands else ():
        if signature.void_entry == entry:
            return _VOID
        if signature.entry == entry:
            return _SIGNED_AGAIN if signature.meaning in met else _SIGNED
        met.add(signature.meaning)
    return None


def _proved(recorded: RecordedEvent, stands: Standing | None) -> Mark | None:
    """The mark of an entry about a course or a patient that was signed for: it holds what was signed by itself."""
    return _SIGNED if stands is None and records.SIGNED in recorded.event.details else None


def _marks(recorded: RecordedEvent, text: EntryText, signature: Mark | None) -> Iterator[Mark]:
    if signature is not None:
        yield signature
    if stands_against(recorded.event.action):
        yield _OF_SEVERITY[_OF_ACTION[recorded.event.action.split(" ")[-1]]]
    if text.late:
        yield _LATE


def severity(name: str) -> Mark:
    """The mark of a finding's severity; a word that is none of ours stands as it is."""
    return _OF_SEVERITY.get(name) or Mark(name, "todo", "circle")


def _kinds(recorded: RecordedEvent, signature: Mark | None) -> Iterator[Kind]:
    event = recorded.event
    if is_access(event.action):
        yield Kind.VIEW
        return
    if signature is not None:
        yield Kind.SIGNATURE
    if event.findings or stands_against(event.action):
        yield Kind.FINDING
    changes = _became if _timeline_of(recorded) else _replaced
    if not stands_against(event.action) and any(changes(*change) for change in event.changes):
        yield Kind.CHANGE


def _replaced(field: str, old: str | None, new: str | None) -> bool:
    """Whether a value took the place of another. A step that follows is no change of what was there."""
    return None not in (old, new) and old != new and field.lower() != _STATE


def _became(field: str, old: str | None, new: str | None) -> bool:
    """Whether a value is another now. What is recorded of a course or a patient changes it, first or not."""
    return old != new


def tabs(rows: Sequence[Row], show: str) -> list[Tab]:
    """The parts of a timeline. `show` is the chosen one, and what is none of them is the first."""
    counts = Counter(kind for row in rows for kind in row.kinds)
    shown = [("", "All but views", len(rows) - counts[Kind.VIEW])]
    shown += [(kind.value, label, counts[kind]) for kind, label in _TABS]
    shown += [(Kind.VIEW.value, "Views", counts[Kind.VIEW])]
    return [Tab(name, label, figure(number), name == part(show)) for name, label, number in shown]


def part(show: str) -> str:
    """The name of a part as a page sent it; "" for what is none."""
    return show if show in {kind.value for kind in Kind} else ""


def rows_of(rows: Sequence[Row], show: str) -> list[Row]:
    """The entries of one part."""
    if not part(show):
        return [row for row in rows if Kind.VIEW not in row.kinds]
    return [row for row in rows if Kind(show) in row.kinds]


def by_day(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The rows under the days of the site that they belong to, in the order in which they come."""
    days: list[tuple[str, list[Row]]] = []
    for row in rows:
        if not days or days[-1][0] != row.text.day:
            days.append((row.text.day, []))
        days[-1][1].append(row)
    return days
