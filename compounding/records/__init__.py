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
    unless_locked,
)
from compounding.records.backup import Restored, backup, opened_backup, restore
from compounding.records.chain import Head
from compounding.records.check import Fault, check
from compounding.records.database import (
    NotRead,
    NotSaved,
    RecordsFault,
    RecordsRefused,
    Rollback,
    open_database,
)
from compounding.records.downtime import (
    MOST_WORKSHEETS,
    NewPack,
    NewPaperOrder,
    NumberState,
    Pack,
    PackNumber,
    PaperOrder,
    destroy_number,
    next_sequence,
    pack,
    pack_of,
    packs,
    reserve_pack,
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
from compounding.records.printers import (
    CalibrationResult,
    calibrations,
    printer_rows,
    printers,
    put_calibration,
    put_printer,
)
from compounding.records.prints import NewPrint, Print, first_print, prints, record_print
from compounding.records.proof import Anchor, Comparison, Proof, compare, proof
from compounding.records.recalls import Recall, RecallEnd, end_recall, put_recall, recalls
from compounding.records.reports import NewReport, Report, record_report, report, reports
from compounding.records.revisions import revise_preparation
from compounding.records.sendings import NewSending, busy_with, end_sending
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
from compounding.records.steps import NewRow, take_step
from compounding.records.wastes import WasteEntry, waste_between, waste_of
from compounding.records.witness import NoWitness, Witness, witness
from compounding.records.worklist import open_preparations

__all__ = [
    "CLOCK_ACKNOWLEDGED",
    "CODE",
    "CREDENTIALS",
    "FACTOR_GIVEN",
    "MOST_WORKSHEETS",
    "PROGRAM",
    "SIGNATURE_VOID",
    "SIGNED",
    "SKEW",
    "STANDINGS",
    "UNKNOWN",
    "Account",
    "Anchor",
    "Attempt",
    "CalibrationResult",
    "Change",
    "Comparison",
    "Counts",
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
    "NewFate",
    "NewOut",
    "NewPack",
    "NewPaperOrder",
    "NewPreparation",
    "NewPrint",
    "NewReport",
    "NewRow",
    "NewSending",
    "NewSignature",
    "NoWitness",
    "NotRead",
    "NotSaved",
    "NumberState",
    "Pack",
    "PackNumber",
    "Page",
    "PaperOrder",
    "PatientIdentity",
    "Person",
    "Print",
    "Proof",
    "Recall",
    "RecallEnd",
    "RecordedEvent",
    "RecordsFault",
    "RecordsRefused",
    "Report",
    "Restored",
    "Rollback",
    "SavedPreparation",
    "Search",
    "Session",
    "Setting",
    "Signature",
    "Standing",
    "Status",
    "Tried",
    "Verdict",
    "WasteEntry",
    "Witness",
    "account",
    "accounts",
    "actions",
    "backup",
    "busy_with",
    "calibrations",
    "check",
    "chosen_by",
    "clock_step_pending",
    "codes",
    "compare",
    "destroy_number",
    "end_recall",
    "end_sending",
    "events",
    "export_log",
    "failures",
    "find_entries",
    "find_preparations",
    "first_print",
    "head",
    "migrate",
    "move",
    "newest_credentials",
    "next_sequence",
    "open_database",
    "open_preparations",
    "opened_backup",
    "pack",
    "pack_of",
    "packs",
    "preparation",
    "printer_rows",
    "printers",
    "prints",
    "proof",
    "put_account",
    "put_calibration",
    "put_printer",
    "put_recall",
    "put_secret",
    "put_secrets",
    "put_setting",
    "put_settings",
    "recalls",
    "record",
    "record_attempt",
    "record_print",
    "record_report",
    "report",
    "reports",
    "require_current",
    "reserve_pack",
    "restore",
    "revise_preparation",
    "save_preparation",
    "saved_as",
    "schema_version",
    "secrets",
    "session",
    "settings",
    "settings_entry",
    "sign_in",
    "sign_out",
    "signatures",
    "standing",
    "take_step",
    "timeline",
    "unless_locked",
    "uses_of_lot",
    "waste_between",
    "waste_of",
    "witness",
]
