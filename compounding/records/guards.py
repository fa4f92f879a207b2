"""The triggers that keep the tables append-only. A guard against accidents, and no evidence.

The migrations have their own copies of these too, and a test holds the two together.
"""

from collections.abc import Mapping
from types import MappingProxyType

# Every way in which a row of each table is the only one of its kind. INSERT OR REPLACE deletes the
# row that stands in its way, and where recursive_triggers is off no delete trigger sees that.
_TAKEN = {
    "log": "seq = NEW.seq OR hash = NEW.hash OR prev = NEW.prev",
    "checkpoint": "size = NEW.size",
    "preparation": (
        "id = NEW.id OR number = NEW.number OR request_key = NEW.request_key"
        " OR (year = NEW.year AND sequence = NEW.sequence)"
    ),
    "status": "id = NEW.id",
    "print": (
        "id = NEW.id OR (strings_json IS NOT NULL AND NEW.strings_json IS NOT NULL"
        " AND preparation_id = NEW.preparation_id AND document = NEW.document AND version = NEW.version)"
    ),
    "revision": (
        "id = NEW.id OR request_key = NEW.request_key"
        " OR (preparation_id = NEW.preparation_id AND version = NEW.version)"
    ),
    "signature": "id = NEW.id",
    "voiding": "id = NEW.id OR signature_id = NEW.signature_id",
    "account": "id = NEW.id",
    "secret": "id = NEW.id OR digest = NEW.digest",
    "credential": "id = NEW.id",
    "attempt": "id = NEW.id",
    "sign_in": "id = NEW.id",
    "sign_out": "id = NEW.id OR sign_in_id = NEW.sign_in_id",
    "setting": "id = NEW.id",
    "report": (
        "id = NEW.id OR (document = NEW.document AND about = NEW.about AND edition = NEW.edition AND copy = NEW.copy)"
    ),
    "material": "id = NEW.id",
    "material_out": "id = NEW.id OR material_id = NEW.material_id",
    "moment": ("id = NEW.id OR (preparation_id = NEW.preparation_id AND what = NEW.what AND place = NEW.place)"),
    "reading": "id = NEW.id",
    "label_end": "id = NEW.id",
    "waste": "id = NEW.id",
    "recall": "id = NEW.id",
    "recall_end": "id = NEW.id OR recall_id = NEW.recall_id",
    "patient": "id = NEW.id",
    "course": "id = NEW.id OR number = NEW.number OR request_key = NEW.request_key",
    "course_fact": "id = NEW.id",
    "course_fact_out": "id = NEW.id OR fact_id = NEW.fact_id",
    "placed": "id = NEW.id OR (preparation_id = NEW.preparation_id AND version = NEW.version)",
    "checklist": "id = NEW.id",
    "infusion": "id = NEW.id",
    "downtime_pack": "id = NEW.id OR (year = NEW.year AND first = NEW.first)",
    "downtime_end": "id = NEW.id OR number = NEW.number",
    "downtime_order": "id = NEW.id OR preparation_id = NEW.preparation_id",
    "printer": "id = NEW.id",
    "calibration": "id = NEW.id",
    "sending": "id = NEW.id",
    "sending_end": "id = NEW.id OR sending_id = NEW.sending_id",
}


def _sqlite_guards() -> Mapping[str, str]:
    statements: dict[str, str] = {}
    for table, taken in _TAKEN.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        statements |= {
            f"{table}_no_update": f"BEFORE UPDATE ON {table} {refuse}",
            f"{table}_no_delete": f"BEFORE DELETE ON {table} {refuse}",
            f"{table}_no_replace": (
                f"BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken}) {refuse}"
            ),
        }
    return {name: f"CREATE TRIGGER {name} {rest}" for name, rest in statements.items()}


REFUSING = "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END"
"""The body of the function that PostgreSQL's guards call, `append_only`."""

# A row of PostgreSQL has no other way to stand in the place of an old one: INSERT … ON CONFLICT DO
# UPDATE fires the update trigger. The trigger is one for each statement, so that a TRUNCATE, which
# touches no row, and an UPDATE of none are refused alike.
_POSTGRESQL_GUARDS = {
    f"{table}_append_only": (
        f"CREATE TRIGGER {table}_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
    for table in _TAKEN
}

GUARDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"sqlite": _sqlite_guards(), "postgresql": _POSTGRESQL_GUARDS}
)
"""The triggers that a database must have, by its kind and their names, each as the text that made it."""
