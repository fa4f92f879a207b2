"""Training mode: the invented sites, staff and orders, and the database that holds them.

Nobody here exists. Telephone numbers and NHS numbers are of the ranges kept for fiction and tests:
555-01xx, 020 7946 0xxx, and NHS numbers that begin with 999.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from compounding import credentials
from compounding.credentials import stored
from compounding.policy import Market, Policy, Site
from compounding.quantities import Volume
from compounding.records import (
    PROGRAM,
    Engine,
    Event,
    NewCourse,
    NewPatient,
    Page,
    PatientSearch,
    Person,
    RecordsRefused,
    Search,
    accounts,
    find_patients,
    find_preparations,
    open_course,
    put_account,
    put_patient,
)
from compounding.workflow import Role

PASSWORD, PIN = "training desk 2026", "271828"
"""Of every invented account. They stand on the sign-in page of a training site, and open nothing else."""

SITES: Mapping[Market, Site] = {
    Market.US: Site(
        name="Example Hospital Pharmacy",
        pharmacy="Example Hospital Pharmacy",
        address="1 Training Street, Exampleton, NY 00000",
        phone="(212) 555-0142",
        workstations=("Workstation 3", "Cabinet 2", "Office"),
        policy=Policy(Market.US, zone="America/New_York"),
    ),
    Market.UK: Site(
        name="Example Infirmary",
        pharmacy="Example Infirmary Pharmacy",
        address="1 Training Street, Exampleton EX1 1EX",
        phone="020 7946 0142",
        workstations=("Cabinet 2", "Workstation 1", "Office"),
        # Invented, so that both ways of making the bag can be tried here.
        policy=Policy(Market.UK, zone="Europe/London", bag_overfill=Volume(Decimal(3))),
    ),
}

_T, _P, _AU, _AD = (role.value for role in (Role.TECHNICIAN, Role.PHARMACIST, Role.AUDITOR, Role.ADMINISTRATOR))
STAFF: Mapping[Market, tuple[Person, ...]] = {
    Market.US: (
        Person("okafor", "R. Okafor", _T),
        Person("park", "J. Park", _T),
        Person("lindqvist", "M. Lindqvist", _P),
        Person("adeyemi", "K. Adeyemi", _P),
        Person("whitfield", "S. Whitfield", _AU),
        Person("castellan", "B. Castellan", _AD),
    ),
    Market.UK: (
        Person("hughes", "S. Hughes", _T),
        Person("mensah", "A. Mensah", _T),
        Person("farouk", "L. Farouk", _P),
        Person("whitcombe", "D. Whitcombe", _P),
        Person("ellery", "J. Ellery", _AU),
        Person("tanaka", "H. Tanaka", _AD),
    ),
}

Typed = Mapping[str, str]
"""An order as somebody types it: the names of the form's fields with their texts."""
Enter = Callable[[Typed, Person, str], None]
"""Enters an order through the same form as a person does; the last argument makes it happen once."""


def database(home: Path, market: Market) -> Path:
    """The file of a market's training database."""
    return home.absolute() / f"training-{market.value}.sqlite"


def fill(engine: Engine, key: bytes, market: Market, now: datetime, enter: Enter) -> None:
    """Puts the invented people and orders into a training database that has none. Two processes may try it at
    once. Raises RecordsFault."""
    if not accounts(engine):
        _open_accounts(engine, key, market, now)
    if not find_preparations(engine, Search(), Page(size=1)).preparations:
        today = now.astimezone(ZoneInfo(SITES[market].policy.zone)).date()
        for number, typed in enumerate(orders(market, today)):
            enter(typed, STAFF[market][number % 2], f"training-{market.value}-{number}")
    if not find_patients(engine, PatientSearch()):
        _begin_course(engine, market, now)


def _begin_course(engine: Engine, market: Market, now: datetime) -> None:
    """A patient whose course is planned, and no dose of it ordered yet."""
    zone, who = SITES[market].policy.zone, STAFF[market][0]
    told = Event(who, "patient entered", now, zone=zone)
    with suppress(RecordsRefused):  # another process was here first
        patient = put_patient(engine, _IN_COURSE[market], told)
        start = now.astimezone(ZoneInfo(zone)).date() + _COURSE_BEGINS
        new = NewCourse(
            request_key=f"training-{market.value}-course",
            patient_id=patient.id,
            drug_id=f"besponsa-{market.value}",
            indication="relapsed B-cell precursor ALL",
            prescriber=_PRESCRIBER[market]["prescriber"],
            start=start,
            transplant=False,
        )
        open_course(engine, new, replace(told, action="course opened"))


def _open_accounts(engine: Engine, key: bytes, market: Market, now: datetime) -> None:
    # The same for all of them, since the page that lists them says it anyway.
    secrets = {credentials.PASSWORD: stored(PASSWORD, key), credentials.PIN: stored(PIN, key)}
    zone = SITES[market].policy.zone
    for person in STAFF[market]:
        event = Event(
            PROGRAM, "account opened", now, {"what": "invented, for training"}, zone=zone, subject=f"staff:{person.id}"
        )
        with suppress(RecordsRefused):  # another process was here first
            put_account(engine, person.id, person.name, person.role, event, training=True, secrets=secrets)


def orders(market: Market, today: date) -> Iterator[Typed]:
    """The invented orders of a market, for `today` and the days after it, with the answers that they ask for."""
    for days, patient, order in _ORDERS[market]:
        on = today + timedelta(days=days)
        yield {
            **_PATIENTS[patient],
            **_date("give_on", on),
            "wetting": "09:00",
            **_date("height_measured", on - timedelta(days=3 + days)),
            **_date("weight_measured", on - timedelta(days=1 + days)),
            "transplant": "no",
            "making": "A",
            "drug": f"besponsa-{market.value}",  # asked only where a site keeps more than one
            **order,
        }


def _date(name: str, day: date) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def _born(day: int, month: int, year: int) -> dict[str, str]:
    return _date("born", date(year, month, day))


_PATIENTS: Mapping[str, Typed] = {
    "rivera": {"family": "Rivera", "given": "Elena", "mrn": "00417352", "location": "6 East, bed 12"}
    | _born(14, 8, 1980),
    "oyelaran": {"family": "Oyelaran", "given": "Thomas", "mrn": "00418913", "location": "Infusion 4 West"}
    | _born(19, 1, 1989),
    "bergstrom": {"family": "Bergström", "given": "Ingrid", "mrn": "00419077", "location": "6 East, bed 3"}
    | _born(30, 11, 1964),
    "ashworth": {
        "family": "Ashworth",
        "given": "Priya",
        "nhs_number": "999 061 7406",
        "hospital_number": "TR-20433",
        "location": "H4",
    }
    | _born(14, 8, 1980),
    "obriain": {
        "family": "Ó Briain-Wójcik",
        "given": "Łukasz",
        "nhs_number": "999 427 3183",
        "hospital_number": "TR-20417",
        "location": "Haematology day unit",
    }
    | _born(2, 5, 1971),
}

_NGUYEN = {"prescriber": "A. Nguyen, MD"}
_FARROW = {"prescriber": "Dr A. Farrow"}

_PRESCRIBER: Mapping[Market, Typed] = {Market.US: _NGUYEN, Market.UK: _FARROW}

_COURSE_BEGINS = timedelta(days=2)
_IN_COURSE: Mapping[Market, NewPatient] = {
    Market.US: NewPatient(
        "Delacroix", "Simone", date(1975, 6, 22), mrn="00420116", sex="female", allergies="none known"
    ),
    Market.UK: NewPatient(
        "Ferreira-Lunt",
        "Hannah",
        date(1975, 6, 22),
        nhs_number="999 318 2060",
        hospital_number="TR-20468",
        sex="female",
        allergies="none known",
    ),
}

# Days from today, the patient, and what is ordered.
_ORDERS: Mapping[Market, tuple[tuple[int, str, Typed], ...]] = {
    Market.US: (
        # The worked example.
        (0, "rivera", {"height": "170", "weight": "70", "cycle": "1", "day": "1", "ordered_dose": "1.46"} | _NGUYEN),
        # Two vials by Mosteller's formula and one by Du Bois's.
        (1, "bergstrom", {"height": "170", "weight": "69.5", "cycle": "2", "day": "8", "response": "cr"} | _NGUYEN),
        # A whole vial: nothing is discarded, and the claim says JZ.
        (2, "oyelaran", {"height": "180", "weight": "64.8", "cycle": "1", "day": "15"} | _NGUYEN),
    ),
    Market.UK: (
        (0, "ashworth", {"height": "170", "weight": "70", "cycle": "1", "day": "1", "ordered_dose": "1.46"} | _FARROW),
        # 0.93 mg: one vial by its label, two if only 3.6 mL comes out. It asks for a reason.
        (
            1,
            "obriain",
            {
                "height": "170",
                "weight": "73.5",
                "cycle": "2",
                "day": "8",
                "response": "cri",
                "finding_0_reason": "spare",
            }
            | _FARROW,
        ),
    ),
}
