"""Every change of state, written down by triggers of the database itself, in the transaction that makes it.

The table is made by fault runs only. It tells a state that was wrong for a moment from one that never was.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

TABLE = "fault_event"
# table -> (kind, attempt number, value, lease, study or trial); NULL where it has none
_WATCHED = {
    "dashboard_trial": ("trial", "attempt", "value", "lease_until", "study_id"),
    "dashboard_attempt": ("attempt", "number", "NULL", "NULL", "trial_id"),
    "dashboard_study": ("study", "NULL", "NULL", "NULL", "NULL"),
}
_COLUMNS = (
    "at, kind, pk, parent, old_state, new_state, old_attempt, new_attempt, old_value, new_value, old_lease"
)


@dataclass(frozen=True)
class Event:
    id: int
    at: datetime
    kind: str
    pk: int
    parent: int | None
    old_state: str | None
    new_state: str | None
    old_attempt: int | None
    new_attempt: int | None
    old_value: float | None
    new_value: float | None
    old_lease: datetime | None


def install_triggers() -> None:
    is_sqlite = connection.vendor == "sqlite"
    key, time = (
        ("INTEGER PRIMARY KEY AUTOINCREMENT", "TEXT")
        if is_sqlite
        else ("BIGSERIAL PRIMARY KEY", "TIMESTAMPTZ")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {TABLE} (id {key}, at {time}, kind TEXT, pk BIGINT, parent BIGINT, old_state TEXT,"
            f" new_state TEXT, old_attempt BIGINT, new_attempt BIGINT, old_value DOUBLE PRECISION,"
            f" new_value DOUBLE PRECISION, old_lease {time})"
        )
        for table in _WATCHED:
            for statement in (_sqlite if is_sqlite else _postgresql)(table):
                cursor.execute(statement)


def remove_triggers() -> None:
    with connection.cursor() as cursor:
        for table in _WATCHED:
            for verb in ("INSERT", "UPDATE", "DELETE"):
                name = f"{table}_{verb}".lower()
                if connection.vendor == "sqlite":
                    cursor.execute(f"DROP TRIGGER {name}")
                else:
                    cursor.execute(f"DROP FUNCTION {name} CASCADE")
        cursor.execute(f"DROP TABLE {TABLE}")


def events() -> list[Event]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {_COLUMNS} FROM {TABLE} ORDER BY id")
        return [Event(row[0], _time(row[1]), *row[2:-1], _time(row[-1])) for row in cursor.fetchall()]  # type: ignore[arg-type]


def last_event_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {TABLE}")
        return int(cursor.fetchone()[0])


def _time(value: Any) -> datetime | None:
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time


def _insert(table: str, now: str, *, old: bool, new: bool) -> str:
    kind, *columns, parent = _WATCHED[table]
    attempt, value, lease = (name if name == "NULL" else "{}." + name for name in columns)
    row = "NEW" if new else "OLD"

    def of(expression: str, which: str, is_there: bool) -> str:
        return expression.format(which) if is_there else "NULL"

    values = [
        now,
        f"'{kind}'",
        f"{row}.id",
        parent if parent == "NULL" else f"{row}.{parent}",
        of("{}.state", "OLD", old),
        of("{}.state", "NEW", new),
        of(attempt, "OLD", old),
        of(attempt, "NEW", new),
        of(value, "OLD", old),
        of(value, "NEW", new),
        of(lease, "OLD", old),
    ]
    return f"INSERT INTO {TABLE} ({_COLUMNS}) VALUES ({', '.join(values)})"


def _changed(table: str, different: str) -> str:
    """Heartbeats and reports are no events."""
    columns = [name for name in ("state", *_WATCHED[table][1:3]) if name != "NULL"]
    return " OR ".join(f"OLD.{name} {different} NEW.{name}" for name in columns)


def _sqlite(table: str) -> list[str]:
    now = "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')"  # as Django's Now()
    return [
        f"CREATE TRIGGER {table}_{verb.lower()} AFTER {verb} ON {table} {condition} BEGIN {insert}; END"
        for verb, condition, insert in _changes(table, now, "IS NOT")
    ]


def _postgresql(table: str) -> list[str]:
    statements = []
    for verb, condition, insert in _changes(table, "STATEMENT_TIMESTAMP()", "IS DISTINCT FROM"):
        function = f"{table}_{verb}".lower()
        body = f"$$ BEGIN {insert}; RETURN NULL; END $$"
        event = f"AFTER {verb} ON {table} FOR EACH ROW {condition}"
        statements += [
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {body}",
            f"CREATE TRIGGER {function} {event} EXECUTE FUNCTION {function}()",
        ]
    return statements


def _changes(table: str, now: str, different: str) -> list[tuple[str, str, str]]:
    return [
        ("INSERT", "", _insert(table, now, old=False, new=True)),
        ("UPDATE", f"WHEN ({_changed(table, different)})", _insert(table, now, old=True, new=True)),
        ("DELETE", "", _insert(table, now, old=True, new=False)),
    ]
