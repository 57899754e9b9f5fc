"""Several counts at once."""

from typing import Any

from django.db.models import CharField, Count, QuerySet, Value


def counts(**rows: "QuerySet[Any]") -> dict[str, int]:
    """How many rows each query has, by the name it is given; one statement however many there are."""
    first, *others = [_counted(name, query) for name, query in rows.items()]
    return dict.fromkeys(rows, 0) | dict(first.union(*others, all=True))


def _counted(name: str, rows: "QuerySet[Any]") -> "QuerySet[Any, tuple[str, int]]":
    named = rows.order_by().annotate(_which=Value(name, output_field=CharField()))
    return named.values("_which").annotate(_count=Count("pk")).values_list("_which", "_count")
