"""The database: tables, migrations, the log and the functions that read and write. The only SQL.

- Nothing is changed or deleted: rows are added, and the newest row is what holds.
- Every function that writes takes the event that it belongs to, and stores both in one transaction.
- Each event is an entry of the log: hashed with the one before it, and signed over at checkpoints.
- The clock, the signed-in person and the site are passed in and never looked up here.
- Amounts are whole nanograms and nanolitres; no figure is computed, rounded or worded here.
- Nothing outside this folder imports sqlalchemy, alembic, sqlite3 or psycopg; faults leave as a RecordsFault.
"""

from sqlalchemy import Engine

from compounding.evidence import SKEW
from compounding.records.accounts import (
    Account,
    Credential,
    account,
    accounts,
    chosen_by,
    newest_credentials,
    put_account,
    put_secret,
    put_secrets,
    secrets,
)
from compounding.records.attempts import (
    CREDENTIALS,
    FACTOR_GIVEN,
    Attempt,
    Failures,
    Tried,
    Verdict,
    failures,
    record_attempt,
)
from compounding.records.backup import Restored, backup, opened_backup, restore
from compounding.records.chain import Head
from compounding.records.check import Fault, check
from compounding.records.course_rows import (
    NewChecklist,
    NewFact,
    NewInfusion,
    OutFact,
    place,
    record_checklist,
    record_fact,
    record_infusion,
    take_out_fact,
)
from compounding.records.courses import (
    CourseRecord,
    NewCourse,
    PlacedOrder,
    StoredChecklist,
    StoredFact,
    StoredInfusion,
    course_of,
    course_record,
    courses_of,
    open_course,
    placed_in,
)
from compounding.records.database import (
    NotRead,
    NotSaved,
    RecordsFault,
    RecordsRefused,
    Rollback,
    open_database,
)
from compounding.records.drafts import saved_as
from compounding.records.events import (
    CLOCK_ACKNOWLEDGED,
    PROGRAM,
    UNKNOWN,
    Change,
    Event,
    Judged,
    Person,
    RecordedEvent,
)
from compounding.records.export import Counts, export_log
from compounding.records.labels import NewFate
from compounding.records.log import (
    EntrySearch,
    actions,
    clock_step_pending,
    events,
    find_entries,
    head,
    record,
    timeline,
)
from compounding.records.materials import LotUse, NewOut, uses_of_lot
from compounding.records.migrating import migrate, require_current, schema_version
from compounding.records.moving import move
from compounding.records.patients import MOST as PATIENTS_MOST
from compounding.records.patients import NewPatient, Patient, PatientSearch, find_patients, patient, put_patient
from compounding.records.patients import subject as patient_subject
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
from compounding.records.prints import NewPrint, Print, first_print, prints, record_print
from compounding.records.proof import Anchor, Comparison, Proof, compare, proof
from compounding.records.recalls import Recall, RecallEnd, end_recall, put_recall, recalls
from compounding.records.revisions import revise_preparation
from compounding.records.sessions import Session, session, sign_in, sign_out
from compounding.records.settings import (
    CODE,
    STANDINGS,
    Setting,
    codes,
    put_setting,
    put_settings,
    settings,
    settings_entry,
)
from compounding.records.signatures import SIGNATURE_VOID, SIGNED, NewSignature, Signature, signatures
from compounding.records.standing import Standing, Status, standing
from compounding.records.steps import NewRow, set_status, take_step
from compounding.records.wastes import WasteEntry, waste_between
from compounding.records.witness import NoWitness, Witness, witness
from compounding.records.worklist import open_preparations

__all__ = [
    "CLOCK_ACKNOWLEDGED",
    "CODE",
    "CREDENTIALS",
    "FACTOR_GIVEN",
    "PATIENTS_MOST",
    "PROGRAM",
    "SIGNATURE_VOID",
    "SIGNED",
    "SKEW",
    "STANDINGS",
    "UNKNOWN",
    "Account",
    "Anchor",
    "Attempt",
    "Change",
    "Comparison",
    "Counts",
    "CourseRecord",
    "Credential",
    "Engine",
    "EntrySearch",
    "Event",
    "Failures",
    "Fault",
    "Figures",
    "Found",
    "Head",
    "Judged",
    "LotUse",
    "NewChecklist",
    "NewCourse",
    "NewFact",
    "NewFate",
    "NewInfusion",
    "NewOut",
    "NewPatient",
    "NewPreparation",
    "NewPrint",
    "NewRow",
    "NewSignature",
    "NoWitness",
    "NotRead",
    "NotSaved",
    "OutFact",
    "Page",
    "Patient",
    "PatientIdentity",
    "PatientSearch",
    "Person",
    "PlacedOrder",
    "Print",
    "Proof",
    "Recall",
    "RecallEnd",
    "RecordedEvent",
    "RecordsFault",
    "RecordsRefused",
    "Restored",
    "Rollback",
    "SavedPreparation",
    "Search",
    "Session",
    "Setting",
    "Signature",
    "Standing",
    "Status",
    "StoredChecklist",
    "StoredFact",
    "StoredInfusion",
    "Tried",
    "Verdict",
    "WasteEntry",
    "Witness",
    "account",
    "accounts",
    "actions",
    "backup",
    "check",
    "chosen_by",
    "clock_step_pending",
    "codes",
    "compare",
    "course_of",
    "course_record",
    "courses_of",
    "end_recall",
    "events",
    "export_log",
    "failures",
    "find_entries",
    "find_patients",
    "find_preparations",
    "first_print",
    "head",
    "migrate",
    "move",
    "newest_credentials",
    "open_course",
    "open_database",
    "open_preparations",
    "opened_backup",
    "patient",
    "patient_subject",
    "place",
    "placed_in",
    "preparation",
    "prints",
    "proof",
    "put_account",
    "put_patient",
    "put_recall",
    "put_secret",
    "put_secrets",
    "put_setting",
    "put_settings",
    "recalls",
    "record",
    "record_attempt",
    "record_checklist",
    "record_fact",
    "record_infusion",
    "record_print",
    "require_current",
    "restore",
    "revise_preparation",
    "save_preparation",
    "saved_as",
    "schema_version",
    "secrets",
    "session",
    "set_status",
    "settings",
    "settings_entry",
    "sign_in",
    "sign_out",
    "signatures",
    "standing",
    "take_out_fact",
    "take_step",
    "timeline",
    "uses_of_lot",
    "waste_between",
    "witness",
]
