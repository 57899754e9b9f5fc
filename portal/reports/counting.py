"""Count all figures of a day for many communities: one statement for each source."""

import datetime as dt
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from portal.reports.blocks.definitions import Counted, Figure, Tally
from portal.reports.figures import FIGURES
from portal.reports.periods import Scope, Source
from residents.models import Community
from residents.services.policies import duty_policies

Numbers = dict[int, dict[str, int | None]]


def count(*, day: dt.date, as_of: dt.datetime, communities: "QuerySet[Community]") -> Numbers:
    """Return every figure by community key and figure key. Where there is no record it is 0, not missing; a median is None."""
    chosen = list(communities.select_related("subdistrict"))
    everywhere = len(chosen) == Community.objects.count()
    scope = Scope(day, day, communities.order_by().values("pk"), as_of, everywhere, duty_policies(chosen, day))
    numbers: Numbers = {community.pk: dict(EMPTY) for community in chosen}
    for source, figures in BY_SOURCE:
        if source.dimensions:
            _tally(scope, source, figures, numbers)
        else:
            _count(scope, source, figures, numbers)
    return numbers


# A day without any record.
EMPTY: dict[str, int | None] = {figure.key: None if figure.median else 0 for figure in FIGURES}


def _by_source() -> list[tuple[Source, list[Figure]]]:
    ordered = sorted(FIGURES, key=lambda figure: figure.how.source.name)
    return [
        (figures[0].how.source, figures) for figures in (list(g) for _, g in groupby(ordered, key=lambda f: f.how.source.name))
    ]


BY_SOURCE = _by_source()


def _count(scope: Scope, source: Source, figures: list[Figure], numbers: Numbers) -> None:
    aggregates = {f.key: f.how.aggregate(scope) for f in figures if isinstance(f.how, Counted)}
    rows = source.rows(scope).order_by().values_list(source.community).annotate(**aggregates)
    _put(rows, list(aggregates), numbers)


def _tally(scope: Scope, source: Source, figures: list[Figure], numbers: Numbers) -> None:
    """Group once by all dimensions, then add up groups: far fewer conditions are tried than rows x figures."""
    groups = source.rows(scope).order_by().values("community_id", *source.dimensions).annotate(tally=Count("*"))
    inner, params = groups.query.get_compiler(connection=connection).as_sql()
    sums: list[str] = []
    wanted: list[Any] = []
    for figure in figures:
        if isinstance(figure.how, Tally):
            sums.append(f"COALESCE(SUM(tally) FILTER (WHERE {_equal(figure.how)}), 0)")
            wanted += figure.how.equal.values()
    # Only names of our own columns are put in; every value is a parameter.
    sql = f"SELECT community_id, {', '.join(sums)} FROM ({inner}) groups GROUP BY community_id"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [*wanted, *params])
        _put(cursor.fetchall(), [figure.key for figure in figures], numbers)


def _equal(how: Tally) -> str:
    return " AND ".join(f"{connection.ops.quote_name(name)} = %s" for name in how.equal)


def _put(rows: Any, keys: list[str], numbers: Numbers) -> None:
    for community, *values in rows:
        numbers[community].update(zip(keys, map(int, values), strict=True))
