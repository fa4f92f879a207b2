"""The database: tables, migrations and the functions that read and write. The only SQL.

- Nothing is changed or deleted: rows are added, and the newest row is what holds.
- Every function that writes takes the event that it belongs to, and stores both in one transaction.
- The clock, the signed-in person and the site are passed in and never looked up here.
- Amounts are whole nanograms and nanolitres; no figure is computed, rounded or worded here.
- Nothing outside this folder imports sqlalchemy, alembic or sqlite3; faults leave as a RecordsFault.
"""

from sqlalchemy import Engine

from compounding.records.database import (
    NotRead,
    NotSaved,
    RecordsFault,
    RecordsRefused,
    migrate,
    open_database,
    schema_version,
)
from compounding.records.events import Event, Person, RecordedEvent, events
from compounding.records.preparations import (
    Figures,
    Found,
    NewPreparation,
    Page,
    PatientIdentity,
    SavedPreparation,
    Search,
    find_preparations,
    preparation,
    save_preparation,
)
from compounding.records.prints import Print, first_print, prints, record_print

__all__ = [
    "Engine",
    "Event",
    "Figures",
    "Found",
    "NewPreparation",
    "NotRead",
    "NotSaved",
    "Page",
    "PatientIdentity",
    "Person",
    "Print",
    "RecordedEvent",
    "RecordsFault",
    "RecordsRefused",
    "SavedPreparation",
    "Search",
    "events",
    "find_preparations",
    "first_print",
    "migrate",
    "open_database",
    "preparation",
    "prints",
    "record_print",
    "save_preparation",
    "schema_version",
]
