"""Many rows at once, given column by column: a fraction of what a model of each and `bulk_create` cost.

A column is one parameter, however many rows, and what all rows share is given once. For long lists of plain values;
constraints hold as everywhere, and rows come back only as their keys.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models

from portal.lib.prepared import array


def insert(model: type[models.Model], columns: Mapping[str, Sequence[Any]], **common: Any) -> list[int]:
    """Insert a row for each place of the columns (by attname) and return their keys in that order.

    `common` is alike in all rows; fields that neither names take their default. The key is the database's, unless a column
    gives it.
    """
    count = {len(values) for values in columns.values()}
    if count == {0}:
        return []
    (rows,) = count
    fields: dict[str, Any] = {
        field.attname: field for field in model._meta.concrete_fields if not field.primary_key or field.attname in columns
    }
    said = {name: _prepared(fields[name], values) for name, values in columns.items()}
    alike = {name: common[name] if name in common else fields[name].get_default() for name in fields if name not in said}
    shared = {name: _prepared(fields[name], [value])[0] for name, value in alike.items()}
    write = _on_postgresql if connection.vendor == "postgresql" else _on_sqlite
    sql, values = write([fields[name] for name in said], [fields[name] for name in shared], list(said.values()), rows)
    quoted = connection.ops.quote_name
    into = ", ".join(quoted(fields[name].column) for name in (*said, *shared))
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({into}) {sql} RETURNING {key}", {**values, **shared})
        return [row[0] for row in cursor.fetchall()]


def _prepared(field: Any, values: Sequence[Any]) -> list[Any]:
    """As the database takes them; what stands in many rows is prepared once."""
    found = {value: field.get_db_prep_save(value, connection) for value in set(values)}
    return [found[value] for value in values]


def _on_postgresql(
    various: Sequence[Any], alike: Sequence[Any], columns: Sequence[Sequence[Any]], rows: int
) -> tuple[str, dict[str, Any]]:
    values = {f"c{at}": array(column) for at, column in enumerate(columns)}
    arrays = ", ".join(f"%(c{at})s::{_kind(field)}[]" for at, field in enumerate(various))
    selected = ", ".join([*values, *(f"%({field.attname})s::{_kind(field)}" for field in alike)])
    names = ", ".join(["place", *values])
    # The places are an array of their own: one of nothing but NULL says not how many rows there are.
    source = f"unnest(%(places)s::integer[], {arrays}) AS r({names})"
    return f"SELECT {selected} FROM {source} ORDER BY place", {**values, "places": list(range(rows))}  # noqa: S608


def _kind(field: Any) -> str:
    """The type without its length: a cast would cut silently what the column refuses."""
    return str(field.db_type(connection)).partition("(")[0]


def _on_sqlite(
    various: Sequence[Any], alike: Sequence[Any], columns: Sequence[Sequence[Any]], rows: int
) -> tuple[str, dict[str, Any]]:
    told = [f"value ->> {at}" for at, _field in enumerate(various)]
    selected = ", ".join([*told, *(f"%({field.attname})s" for field in alike)])
    body = json.dumps(list(zip(*columns, strict=True)), ensure_ascii=False, default=str)
    return f"SELECT {selected} FROM json_each(%(rows)s) ORDER BY key", {"rows": body}  # noqa: S608
