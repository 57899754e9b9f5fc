"""Statements that are asked all day long: PostgreSQL plans them once a connection; SQLite keeps what it compiled anyway."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection, models


class Prepared:
    """One statement with `%(name)s` for its values, and the database's type of each value.

    Behind a pooler that hands out another connection with each transaction, `PREPARED_STATEMENTS=0` sends it whole.
    """

    def __init__(self, name: str, sql: str, **types: str) -> None:
        self.name, self.sql, self.types = name, sql, types
        places = {name: f"${place}" for place, name in enumerate(types, 1)}
        plain = re.sub(r"%\((\w+)\)s", lambda found: places[found[1]], sql).replace("%%", "%")
        self.prepare = f"PREPARE {name} ({', '.join(types.values())}) AS {plain}"
        self.execute = f"EXECUTE {name} ({', '.join(f'%({name})s' for name in types)})"

    def rows(self, values: Mapping[str, Any]) -> list[Any]:
        """What it answers."""
        with connection.cursor() as cursor:
            cursor.execute(self._ready(cursor), values)
            found: list[Any] = cursor.fetchall()
            return found

    def _ready(self, cursor: Any) -> str:
        ready = getattr(connection, "prepared", None)
        if ready is None or not settings.PREPARED_STATEMENTS:
            return self.sql
        if self.name not in ready:
            with connection.wrap_database_errors:
                cursor.cursor.execute(self.prepare)
            ready.add(self.name)
        return self.execute


def array(values: Sequence[Any]) -> str | None:
    """The values of one column as PostgreSQL reads an array: quicker to write and to read than JSON.

    A column of nothing but NULL is NULL itself, which unnest() fills up.
    """
    known = len(values) - values.count(None)
    if not known:
        return None
    if known == len(values):
        # Most columns: joined at once, it takes a third of the time.
        text = '"' + '","'.join(map(str, values)) + '"'
    else:
        text = ",".join(["NULL" if value is None else f'"{value}"' for value in values])
    if "\\" in text or text.count('"') != 2 * known:
        text = ",".join(["NULL" if value is None else f'"{_escaped(str(value))}"' for value in values])
    return f"{{{text}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


def converted(model: type[models.Model], names: Sequence[str], values: Sequence[Any]) -> list[Any]:
    """The values of these columns as the model reads them: SQLite gives days and moments as text when no model asks."""
    found = _converters(model, tuple(names))
    return [_read(how[0], how[1], value) if how else value for how, value in zip(found, values, strict=True)]


def columns(model: type[models.Model], alias: str) -> str:
    """Every column of a table, for a SELECT; `made` makes a row of them."""
    return ", ".join(f"{alias}.{field.column}" for field in model._meta.concrete_fields)


def made(values: Sequence[Any], *kinds: type[models.Model]) -> list[Any]:
    """One row of each model, from a row of the database that holds the columns of all of them one after the other."""
    rows, at = [], 0
    for model in kinds:
        names = [field.attname for field in model._meta.concrete_fields]
        rows.append(model.from_db(connection.alias, names, converted(model, names, values[at : at + len(names)])))
        at += len(names)
    return rows


@lru_cache
def _converters(model: type[models.Model], names: tuple[str, ...]) -> list[Any]:
    columns: list[Any] = [model._meta.get_field(name).get_col(model._meta.db_table) for name in names]  # type: ignore[union-attr]
    return [(column, how) if (how := _how(column)) else None for column in columns]


def _how(column: Any) -> list[Any]:
    return [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]


def _read(column: Any, converters: Any, value: Any) -> Any:
    for convert in converters:
        value = convert(value, column, connection)
    return value
