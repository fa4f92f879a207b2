"""Forms of those who read the log: what to look for, and a code from paper."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from compounding import records
from compounding.records import PROGRAM, EntrySearch
from compounding.web.desk import Desk
from compounding.web.fields import Choice, Count, Day, Line
from compounding.web.forms import NAME_MOST, SiteForm, blame
from compounding.wording.log import FINDINGS
from compounding.wording.numbers import capital
from compounding.wording.numbers import day as written_day
from compounding.wording.subjects import subject_typed

_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")


class LogSearchForm(SiteForm):
    """What entries are found by; what is left empty restricts nothing."""

    ON_PAGE = ("number", "name", "patient_number", "person", "action", "finding", "since", "until")
    person: Choice
    action: Choice
    finding: Choice

    number = Line("Number", most=60, hint="of a preparation or a course; or as an entry names it: account okafor")
    name = Line("Patient name", most=NAME_MOST, hint="or a part of it")
    patient_number = Line("Patient number", most=30, hint="whole")
    since = Day("From")
    until = Day("To")

    def is_right(self) -> bool:
        """Whether everything can be read and the days are in order; what is wrong stands at its field."""
        self.validate()
        first, last = self.since.data, self.until.data
        if first and last and last < first:
            blame(self.until, f"{self._written(last)} is before {self._written(first)}, the day that it begins with.")
        return not self.errors_in_order()

    def _written(self, day: date) -> str:
        return written_day(day, self.since.market)

    def search(self, desk: Desk) -> EntrySearch:
        """Days are whole days of the site: from the first moment of one to the last of the other."""
        last = self.until.data
        ends = last + timedelta(days=1) if last and last < date.max else None
        return EntrySearch(
            action=self.action.data or "",
            person_id=self.person.data or "",
            subject=subject_typed(self.number.data or ""),
            since=_begins(self.since.data, desk.zone),
            until=_begins(ends, desk.zone),
            patient_name=self.name.data or "",
            patient_number=self.patient_number.data or "",
            finding=self.finding.data or "",
        )

    def used(self) -> dict[str, str]:
        """What was looked for, by the names of the fields."""
        return {field.label.text.lower(): said for field in self.in_order() if (said := field.told())}


def _begins(day: date | None, zone: str) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), ZoneInfo(zone))


def log_search_form(desk: Desk, sent: MultiDict[str, str] | None = None) -> LogSearchForm:
    """The form with the people, the actions and the findings that there are to be looked for."""
    people = [(person.id, f"{person.name}, {person.role}") for person in desk.staff()]
    people.append((PROGRAM.id, capital(PROGRAM.name)))
    actions = [(action, capital(action)) for action in records.actions(desk.engine)]
    findings = sorted(FINDINGS.items(), key=lambda finding: finding[1])
    fields: dict[str, Any] = {
        "person": Choice("Person", people, prompt="Anybody"),
        "action": Choice("Action", actions, prompt="Any"),
        "finding": Choice("Finding", findings, prompt="Any"),
    }
    form: LogSearchForm = type("LogSearchForm", (LogSearchForm,), fields)(desk, sent)
    return form


class EntryNumber(Count):
    """The number of an entry, also with the commas of a page: "4,187"."""

    def read(self, text: str) -> int:
        grouped = _GROUPED.fullmatch(text.strip())
        return super().read(grouped[0].replace(",", "") if grouped else text)


class CompareForm(SiteForm):
    """A code as papers print it: the number of an entry, and 16 characters."""

    ON_PAGE = ("entry", "characters")

    entry = EntryNumber("Entry", least=1, missing="Type the number of the entry.")
    characters = Line("16 characters", most=40, missing="Type the 16 characters behind the number.")

    def blame(self, sentence: str) -> None:
        """Says that what was typed is no code."""
        blame(self.characters, sentence)
