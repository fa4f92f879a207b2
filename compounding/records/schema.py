"""The schema in words: what it should be, what a database has, and where the two differ.

The words are the same for SQLite and PostgreSQL, and so is their fingerprint, which each checkpoint signs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    Integer,
    Table,
    UniqueConstraint,
    inspect,
    text,
)

from compounding.records import guards, tables

# The types in which each database keeps our three kinds of column.
_TYPES = {
    "sqlite": {"whole": "INTEGER", "amount": "INTEGER", "text": "TEXT"},
    "postgresql": {"whole": "INTEGER", "amount": "BIGINT", "text": "TEXT"},
}


@cache
def fingerprint() -> str:
    """SHA-256, in hexadecimal, of the schema of this program."""
    return hashlib.sha256("\n".join(description()).encode()).hexdigest()


@cache
def description() -> tuple[str, ...]:
    """Every table, column, key, check, index and generated column, a line each, sorted."""
    return tuple(sorted(line for table in tables.metadata.tables.values() for line in _described(table)))


def _described(table: Table) -> Iterator[str]:
    yield f"{table.name} strict and append-only"
    yield f"{table.name} key {_names(column.name for column in table.primary_key)}"
    for column in table.columns:
        made = _origin(column.info.get("from"))
        yield f"{table.name}.{column.name} {_kind(column)} {_nullness(column.nullable)}{made}"
    for constraint in table.constraints:
        match constraint:
            case UniqueConstraint(name=name, columns=columns):
                yield f"{table.name} unique {name} {_names(column.name for column in columns)}"
            case CheckConstraint(name=name, sqltext=condition):
                yield f"{table.name} check {name} {_plain(str(condition))}"
            case ForeignKeyConstraint(name=name, column_keys=own, elements=(element,)):
                yield f"{table.name} reference {name} {_names(own)} to {element.target_fullname}"
    for index in table.indexes:
        where = index.dialect_options["sqlite"]["where"]
        yield _index(table.name, index.name, index.unique, (c.name for c in index.columns), where)


def _kind(column: Column[Any]) -> str:
    match column.type:
        case BigInteger():
            return "amount"
        case Integer():
            return "whole"
        case _:
            return "text"


def _nullness(nullable: bool | None) -> str:
    return "or nothing" if nullable else "always"


def _origin(path: tuple[str, ...] | None) -> str:
    return f" from body.{'.'.join(path)}" if path else ""


def _names(names: Any) -> str:
    return ",".join(map(str, names))


def _index(table: str, name: Any, unique: bool | None, columns: Any, where: object) -> str:
    only = f" where {_plain(where)}" if where is not None else ""
    return f"{table} index {name}{' unique' if unique else ''} {_names(columns)}{only}"


def _plain(condition: object) -> str:
    """An expression without its brackets, spaces and table: each database writes those in its own way."""
    of_a_table = rf"\b(?:{'|'.join(tables.metadata.tables)})\."
    return re.sub(r"[\s()\"]", "", re.sub(of_a_table, "", str(condition)))


def generated(dialect: str, path: tuple[str, ...]) -> str:
    """The expression that takes a text out of the body, in the words of a database."""
    if dialect == "sqlite":
        return f"json_extract(body, '$.{'.'.join(path)}')"
    *outer, last = path
    return "body::json" + "".join(f" -> '{name}'::text" for name in outer) + f" ->> '{last}'::text"


def differences(connection: Connection) -> tuple[str, ...]:
    """What the database has and should not, and what it lacks: a sentence each; none where all is well."""
    expected, found = set(description()), set(_found(connection))
    return tuple(
        [f"missing: {line}" for line in sorted(expected - found)]
        + [f"not ours: {line}" for line in sorted(found - expected)]
    )


def _found(connection: Connection) -> Iterator[str]:
    inspector = inspect(connection)
    dialect = connection.dialect.name
    present = set(inspector.get_table_names())
    strict = _strict(connection) if dialect == "sqlite" else present
    for table in tables.metadata.tables.values():
        if table.name not in present:
            continue
        if table.name in strict:
            yield f"{table.name} strict and append-only"
        yield f"{table.name} key {_names(inspector.get_pk_constraint(table.name)['constrained_columns'])}"
        yield from _found_columns(inspector.get_columns(table.name), table, dialect)
        yield from _found_constraints(inspector, table.name)
        yield from _found_indexes(inspector, table.name)


def _strict(connection: Connection) -> set[str]:
    rows = connection.execute(text("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 1"))
    return set(rows.scalars())


def _found_columns(columns: Any, table: Table, dialect: str) -> Iterator[str]:
    for column in columns:
        name, type_ = column["name"], str(column["type"])
        ours = table.c.get(name)
        kind = type_ if ours is None or _TYPES[dialect][_kind(ours)] != type_ else _kind(ours)
        default = f" default {column['default']}" if column.get("default") else ""
        made = _found_origin(column.get("computed"), ours, dialect)
        yield f"{table.name}.{name} {kind} {_nullness(column['nullable'])}{default}{made}"


def _found_origin(computed: Any, ours: Column[Any] | None, dialect: str) -> str:
    if not computed:
        return ""
    path = None if ours is None else ours.info.get("from")
    # SQLite cannot add a stored column later, and PostgreSQL cannot index one that is not stored.
    if path and bool(computed["persisted"]) == (dialect == "postgresql"):
        wanted = _plain(generated(dialect, path))
        if _plain(computed["sqltext"]) == wanted:
            return _origin(path)
    return f" computed as {computed['sqltext']}"


def _found_constraints(inspector: Any, table: str) -> Iterator[str]:
    for unique in inspector.get_unique_constraints(table):
        yield f"{table} unique {unique['name']} {_names(unique['column_names'])}"
    for check in inspector.get_check_constraints(table):
        yield f"{table} check {check['name']} {_plain(check['sqltext'])}"
    for reference in inspector.get_foreign_keys(table):
        target = f"{reference['referred_table']}.{_names(reference['referred_columns'])}"
        yield f"{table} reference {reference['name']} {_names(reference['constrained_columns'])} to {target}"


def _found_indexes(inspector: Any, table: str) -> Iterator[str]:
    for index in inspector.get_indexes(table):
        if "duplicates_constraint" in index:
            continue  # PostgreSQL's way to keep a unique constraint, which is listed as such
        options = index.get("dialect_options", {})
        where = options.get("sqlite_where", options.get("postgresql_where"))
        yield _index(table, index["name"], index["unique"], index["column_names"], where)


# ------------------------------------------------------------------ the guards


def lost_guards(connection: Connection) -> tuple[str, ...]:
    """The guards that are missing or were changed, by name."""
    found = dict(_found_guards(connection))
    return tuple(sorted(name for name, sql in guards.GUARDS[connection.dialect.name].items() if found.get(name) != sql))


def foreign_triggers(connection: Connection) -> tuple[str, ...]:
    """Triggers on our tables that are not ours."""
    return tuple(sorted({name for name, _ in _found_guards(connection)} - set(guards.GUARDS[connection.dialect.name])))


def _found_guards(connection: Connection) -> Iterator[tuple[str, str]]:
    if connection.dialect.name == "sqlite":
        for row in connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")):
            yield row.name, row.sql
        return
    rows = connection.execute(
        text(
            "SELECT t.tgname, pg_get_triggerdef(t.oid, true) AS sql, t.tgenabled, f.prosrc"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc f ON f.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:ours)"
        ),
        {"ours": list(tables.metadata.tables)},
    )
    for row in rows:
        # A guard that sleeps, or whose function refuses nothing, is no guard. A (always) also fires
        # for a session that calls itself a replica.
        awake = row.tgenabled in ("A", b"A") and row.prosrc == guards.REFUSING
        yield row.tgname, row.sql if awake else f"{row.sql} (asleep)"
