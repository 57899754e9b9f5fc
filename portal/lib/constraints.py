"""Database constraints that PostgreSQL and SQLite keep alike, and their refusals in words."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, IntegrityError, models
from django.db.models import BaseConstraint, F, Q, Value
from django.db.models.sql import Query

from portal.lib.errors import Refused

# Later than any end: stands for "no end yet".
FOREVER = "9999-12-31"


class TriggerConstraint(BaseConstraint):
    """A rule kept by triggers; they are made again whenever Django rebuilds the table."""

    def triggers(self, model: type[models.Model], editor: Any) -> list[str]:
        raise NotImplementedError

    def constraint_sql(self, model: type[models.Model], schema_editor: Any) -> str | None:
        # Triggers cannot stand inside CREATE TABLE: they follow once the table has its final name.
        schema_editor.deferred_sql.extend(self.triggers(model, schema_editor))
        return None

    def create_sql(self, model: type[models.Model], schema_editor: Any) -> str | None:
        return ";\n".join(self.triggers(model, schema_editor))

    def remove_sql(self, model: type[models.Model], schema_editor: Any) -> str:
        return f"DROP TRIGGER IF EXISTS {schema_editor.quote_name(self.name)} ON {_table(model, schema_editor)}"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, self.__class__):
            return bool(self.deconstruct() == other.deconstruct())
        return NotImplemented

    __hash__ = BaseConstraint.__hash__


class AppendOnly(TriggerConstraint):
    """Rows are never changed; with `deletes=True` they may still be erased at the end of their keeping time."""

    def __init__(self, *, name: str, deletes: bool = False) -> None:
        super().__init__(name=name)
        self.deletes = deletes

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "deletes": self.deletes}

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Nothing to ask of a row by itself."""

    def triggers(self, model: type[models.Model], editor: Any) -> list[str]:
        table = _table(model, editor)
        if editor.connection.vendor == "postgresql":
            events = "UPDATE" if self.deletes else "UPDATE OR DELETE"
            return [
                "CREATE OR REPLACE FUNCTION portal_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = TG_NAME; END $$",
                f"CREATE TRIGGER {editor.quote_name(self.name)} BEFORE {events} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION portal_append_only()",
            ]
        made = []
        for event in ("update",) if self.deletes else ("update", "delete"):
            trigger = editor.quote_name(f"{self.name}_{event}")
            made += [
                f"DROP TRIGGER IF EXISTS {trigger}",
                f"CREATE TRIGGER {trigger} BEFORE {event.upper()} ON {table} BEGIN SELECT RAISE(ABORT, '{self.name}'); END",
            ]
        return made


class NoOverlap(TriggerConstraint):
    """No two rows with the same keys share a time: `NoOverlap("cadre", "starts_on", "ends_on", name=...)`.

    The last two names are start and end. Days include their end, moments do not; a missing end is for ever.
    `condition` picks the rows that count.
    """

    def __init__(self, *fields: str, name: str, condition: Q | None = None, violation_error_message: Any = None) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message)
        *self.keys, self.start, self.end = fields
        self.condition = condition

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, _, kwargs = super().deconstruct()
        if self.condition is not None:
            kwargs["condition"] = self.condition
        return path, (*self.keys, self.start, self.end), kwargs

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Refuse a form's row that overlaps a stored one."""
        if self.condition is not None and not self.condition.check(_values(instance), using=using):
            return
        start, end = getattr(instance, self.start), getattr(instance, self.end)
        keys = {model._meta.get_field(key).attname: None for key in self.keys}
        keys = {attname: getattr(instance, attname) for attname in keys}
        if start is None or None in keys.values():
            return
        clashes = model._default_manager.using(using).filter(self.condition or Q(), **keys).exclude(pk=instance.pk)
        clashes = clashes.filter(Q(**{f"{self.end}__isnull": True}) | Q(**{f"{self.end}{self._after(model)}": start}))
        if end is not None:
            clashes = clashes.filter(**{f"{self.start}{self._before(model)}": end})
        if clashes.exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def _days(self, model: type[models.Model]) -> bool:
        return not isinstance(model._meta.get_field(self.start), models.DateTimeField)

    def _after(self, model: type[models.Model]) -> str:
        return "__gte" if self._days(model) else "__gt"

    def _before(self, model: type[models.Model]) -> str:
        return "__lte" if self._days(model) else "__lt"

    # PostgreSQL: an exclusion constraint.

    def constraint_sql(self, model: type[models.Model], schema_editor: Any) -> str | None:
        if schema_editor.connection.vendor == "postgresql":
            return f"CONSTRAINT {schema_editor.quote_name(self.name)} {self._exclusion(model, schema_editor)}"
        return super().constraint_sql(model, schema_editor)

    def create_sql(self, model: type[models.Model], schema_editor: Any) -> str | None:
        name = schema_editor.quote_name(self.name)
        return f"ALTER TABLE {_table(model, schema_editor)} ADD CONSTRAINT {name} {self._exclusion(model, schema_editor)}"

    def remove_sql(self, model: type[models.Model], schema_editor: Any) -> str:
        return f"ALTER TABLE {_table(model, schema_editor)} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"

    def _exclusion(self, model: type[models.Model], editor: Any) -> str:
        column = partial(_column, model, editor)
        parts = [_equal(column(key), isinstance(model._meta.get_field(key), models.CharField)) for key in self.keys]
        kind, bounds = ("daterange", "[]") if self._days(model) else ("tstzrange", "[)")
        parts.append(f"{kind}({column(self.start)}, {column(self.end)}, '{bounds}') WITH &&")
        where = f" WHERE ({self._condition_sql(model, editor)})" if self.condition is not None else ""
        return f"EXCLUDE USING gist ({', '.join(parts)}){where}"

    # SQLite: a pair of triggers.

    def triggers(self, model: type[models.Model], editor: Any) -> list[str]:
        made = []
        for event in ("insert", "update"):
            trigger = editor.quote_name(f"{self.name}_{event}")
            made += [
                f"DROP TRIGGER IF EXISTS {trigger}",
                f"CREATE TRIGGER {trigger} BEFORE {event.upper()} ON {_table(model, editor)} "
                f"BEGIN SELECT RAISE(ABORT, '{self.name}') WHERE {self._clash(model, editor)}; END",
            ]
        return made

    def _clash(self, model: type[models.Model], editor: Any) -> str:
        column = partial(_column, model, editor)
        start, end, pk = column(self.start), column(self.end), editor.quote_name(model._meta.pk.column)
        before = "<=" if self._days(model) else "<"
        same = " AND ".join(f"{column(key)} = NEW.{column(key)}" for key in self.keys) or "1"
        counts = f" AND ({self._condition_sql(model, editor)})" if self.condition is not None else ""
        new = ", ".join(
            f"NEW.{editor.quote_name(f.column)} AS {editor.quote_name(f.column)}" for f in model._meta.concrete_fields
        )
        return (
            f"EXISTS (SELECT 1 FROM (SELECT {new}) WHERE 1{counts}) AND EXISTS (SELECT 1 FROM {_table(model, editor)} "
            f"WHERE {same} AND {pk} IS NOT NEW.{pk}{counts} "
            f"AND {start} {before} COALESCE(NEW.{end}, '{FOREVER}') AND NEW.{start} {before} COALESCE({end}, '{FOREVER}'))"
        )

    def _condition_sql(self, model: type[models.Model], editor: Any) -> str:
        where = Query(model, alias_cols=False).build_where(self.condition or Q())
        compiler = Query(model, alias_cols=False).get_compiler(connection=editor.connection)
        sql, params = where.as_sql(compiler, editor.connection)
        return str(sql % tuple(editor.quote_value(value) for value in params))


class LastsMinutes(TriggerConstraint):
    """One moment is another plus so many minutes: `LastsMinutes("disinfected_at", "hold_minutes", "release_at", name=...)`.

    Both moments are there, or neither.
    """

    def __init__(self, start: str, minutes: str, end: str, *, name: str, violation_error_message: Any = None) -> None:
        super().__init__(name=name, violation_error_message=violation_error_message)
        self.start, self.minutes, self.end = start, minutes, end

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, _, kwargs = super().deconstruct()
        return path, (self.start, self.minutes, self.end), kwargs

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Refuse a form's row whose end does not follow."""
        start, minutes, end = (getattr(instance, name) for name in (self.start, self.minutes, self.end))
        due = start + dt.timedelta(minutes=minutes) if start is not None else None
        if due != end:
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    # PostgreSQL: a check.

    def constraint_sql(self, model: type[models.Model], schema_editor: Any) -> str | None:
        if schema_editor.connection.vendor == "postgresql":
            return f"CONSTRAINT {schema_editor.quote_name(self.name)} {self._rule(model, schema_editor)}"
        return super().constraint_sql(model, schema_editor)

    def create_sql(self, model: type[models.Model], schema_editor: Any) -> str | None:
        if schema_editor.connection.vendor == "postgresql":
            name = schema_editor.quote_name(self.name)
            return f"ALTER TABLE {_table(model, schema_editor)} ADD CONSTRAINT {name} {self._rule(model, schema_editor)}"
        return super().create_sql(model, schema_editor)

    def remove_sql(self, model: type[models.Model], schema_editor: Any) -> str:
        return f"ALTER TABLE {_table(model, schema_editor)} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"

    def _rule(self, model: type[models.Model], editor: Any) -> str:
        start, minutes, end = (_column(model, editor, name) for name in (self.start, self.minutes, self.end))
        return f"CHECK ({end} IS NOT DISTINCT FROM {start} + {minutes} * interval '1 minute')"

    # SQLite: a pair of triggers; moments are text there, compared to the second.

    def triggers(self, model: type[models.Model], editor: Any) -> list[str]:
        start, minutes, end = (f"NEW.{_column(model, editor, name)}" for name in (self.start, self.minutes, self.end))
        off = f"abs((julianday({end}) - julianday({start})) * 1440 - {minutes}) > 0.02"
        made = []
        for event in ("insert", "update"):
            trigger = editor.quote_name(f"{self.name}_{event}")
            made += [
                f"DROP TRIGGER IF EXISTS {trigger}",
                f"CREATE TRIGGER {trigger} BEFORE {event.upper()} ON {_table(model, editor)} BEGIN "
                f"SELECT RAISE(ABORT, '{self.name}') WHERE ({start} IS NULL) <> ({end} IS NULL) OR {off}; END",
            ]
        return made


def _equal(column: str, is_text: bool) -> str:
    """The part of an exclusion that asks two keys to be equal."""
    # A range of one number stands in for btree_gist, which not every server has; a text is known by its digest.
    number = f"hashtextextended({column}, 0)" if is_text else f"{column}::int8"
    return f"int8range({number}, {number}, '[]') WITH &&"


def _table(model: type[models.Model], editor: Any) -> str:
    # While SQLite rebuilds a table it is called new__NAME for a moment.
    return str(editor.quote_name(model._meta.db_table.removeprefix("new__")))


def _column(model: type[models.Model], editor: Any, field: str) -> str:
    return str(editor.quote_name(model._meta.get_field(field).column))


def _values(instance: models.Model) -> dict[Any, Any]:
    # With its field, for of a bare None the database does not know what it is.
    return {f.name: Value(getattr(instance, f.attname), f) for f in instance._meta.concrete_fields}


@contextmanager
def explained(*tables: type[models.Model]) -> Iterator[None]:
    """Turn a constraint's IntegrityError into Refused with the constraint's own sentence.

    Stands around one statement inside a transaction; the transaction is lost on PostgreSQL, so nothing follows.
    """
    try:
        yield
    except IntegrityError as error:
        for constraint in (c for table in tables for c in table._meta.constraints):
            if _violates(constraint, tables, str(error)):
                raise Refused(constraint.get_violation_error_message()) from error
        raise


def _violates(constraint: BaseConstraint, tables: tuple[type[models.Model], ...], text: str) -> bool:
    if constraint.name in text:
        return True
    # SQLite names the columns of a unique constraint, not the constraint.
    if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
        for table in tables:
            if constraint in table._meta.constraints:
                columns = [f"{table._meta.db_table}.{table._meta.get_field(f).column}" for f in constraint.fields]
                return text == f"UNIQUE constraint failed: {', '.join(columns)}"
    return False


def lasts_on(day: Any, start: str = "starts_on", end: str = "ends_on") -> Q:
    """The rows in force on a day: begun, and not yet over (the last day counts)."""
    return Q(**{f"{start}__lte": day}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": day}))


def in_order(start: str, end: str, *, name: str, message: Any) -> models.CheckConstraint:
    """The end, where there is one, does not lie before the start."""
    return models.CheckConstraint(
        condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gte": F(start)}),
        name=name,
        violation_error_message=message,
    )


__all__ = ["AppendOnly", "LastsMinutes", "NoOverlap", "explained", "in_order", "lasts_on"]
