"""The gate register (小区人员(车辆)出入登记表): there may be a hundred thousand rows, so the database fills the columns.

One definition for every way out: workbooks and SQLite read the rows as values; PostgreSQL writes a CSV by itself (COPY).
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, Expression, F, Func, QuerySet, TextField, Value, When, Window
from django.db.models.functions import (
    Cast,
    Coalesce,
    ExtractMinute,
    Greatest,
    Left,
    Length,
    LPad,
    Repeat,
    Right,
    RowNumber,
    Substr,
)
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual
from django.utils import timezone

from checkpoints.models import Passage
from checkpoints.services.register_sheet import CODE, DIRECTION, PERSON, RESULT
from portal.lib.dates import moment

CHUNK = 2000
# Rows that PostgreSQL writes before the job says that it goes on: seconds of work. Two minutes of silence are taken for death.
SLICE = 500_000


def passages(asked: Any) -> "QuerySet[Passage]":
    """The passages that stand."""
    return Passage.objects.within(asked.communities).standing().filter(day__range=(asked.first, asked.last))


def rows(asked: Any) -> Any:
    """The register row by row."""
    return iter(_table(asked, text=_as_written, time=_time()).iterator(CHUNK))


def copy(asked: Any, total: int) -> Iterator[Callable[[int], "QuerySet[Passage]"]]:
    """The register of `total` rows as a CSV wants it, for COPY: in slices, each a query made from how many stand above it."""
    edges = [None, *_edges(asked, total), None]
    for first, after in pairwise(edges):
        yield partial(_slice, asked, first, after)


def _slice(asked: Any, first: dt.datetime | None, after: dt.datetime | None, above: int) -> "QuerySet[Passage]":
    """No text may be taken for a formula."""
    local = Func(Value(settings.TIME_ZONE), F("happened_at"), function="timezone")
    time = Func(local, Value("HH24:MI"), function="to_char", output_field=TextField())
    # The days of the slice only, or each would read all.
    days = {"first": first and timezone.localdate(first), "last": after and timezone.localdate(after)}
    own = replace(asked, **{name: day for name, day in days.items() if day})
    rows = _table(own, text=_Harmless, time=time, above=above)
    rows = rows.filter(happened_at__gte=first) if first else rows
    return rows.filter(happened_at__lt=after) if after else rows


def _edges(asked: Any, total: int) -> Iterator[dt.datetime]:
    """The hours at which a new slice begins, so that none is much longer than SLICE."""
    if total <= SLICE:
        return
    hours = passages(asked).order_by("day", "hour").values_list("day", "hour").annotate(Count("pk"))
    filled = 0
    for day, hour, count in hours:
        if filled and filled + count > SLICE:
            yield moment(day, dt.time(hour))
            filled = 0
        filled += count


def _table(asked: Any, *, text: Any, time: Expression, above: int = 0) -> "QuerySet[Passage]":
    phone = text("written_phone") if asked.full else text("written_phone", _phone("written_phone"))
    plate = text("plate_no") if asked.full else text("plate_no", _plate("plate_no"))
    own = {"person": Passage.Person.RESIDENT}
    return (
        passages(asked)
        .order_by("happened_at", "id")
        .values_list(
            Window(RowNumber(), order_by=[F("happened_at"), F("id")]) + Value(above),
            "day",
            time,
            text("post__name"),
            _words("direction", DIRECTION),
            text("written_name"),
            _empty(),
            phone,
            _words("person", PERSON),
            Case(When(**own, then=text("written_home")), default=_empty(), output_field=TextField()),
            Case(When(**own, then=_empty()), default=text("written_home"), output_field=TextField()),
            "temperature",
            _words("health_code", CODE),
            _empty(),
            _empty(),
            Case(
                When(mask=True, then=Value("是")),
                When(mask=False, then=Value("否")),
                default=_empty(),
                output_field=TextField(),
            ),
            plate,
            "passengers",
            text("reason"),
            _pass_no(),
            _words("result", RESULT),
            text("logged_by__name"),
            text("result_note"),
        )
    )


def _as_written(field: str, shown: Any = None) -> Any:
    return F(field) if shown is None else shown


class _Harmless(Func):
    """On PostgreSQL: a text that a spreadsheet would take for a formula gets an apostrophe in front.

    A mask keeps the first character or hides it: where the column begins harmlessly it is not worked out to be looked at.
    """

    output_field = TextField()

    def __init__(self, field: str, shown: Any = None) -> None:
        super().__init__(F(field), F(field) if shown is None else shown)

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        """By the code of the first character: = + - @, tab and line ends. A pattern took three times as long."""
        (field, of_field), (shown, of_shown) = map(compiler.compile, self.source_expressions)
        begins = "IN (9, 10, 13, 43, 45, 61, 64)"
        sql = f"CASE WHEN ascii({field}) {begins} AND ascii({shown}) {begins} THEN '''' || {shown} ELSE {shown} END"
        return sql, [*of_field, *of_shown * 3]


def _time() -> Func:
    return _joined(_two(F("hour")), Value(":"), _two(ExtractMinute("happened_at")))


def _joined(*parts: Expression | F) -> Func:
    # Concat would ask of each part whether it is NULL; none is.
    return Func(*parts, template="(%(expressions)s)", arg_joiner=" || ", output_field=TextField())


def _empty() -> Value:
    return Value("", output_field=TextField())


def _two(number: Expression | F) -> LPad:
    return LPad(Cast(number, TextField()), 2, Value("0"))


def _words(field: str, named: dict[str, Any]) -> Case:
    """The first word of the form for each of our values."""
    first: dict[str, str] = {}
    for word, value in named.items():
        first.setdefault(str(value), word)
    whens = [When(**{field: value}, then=Value(word)) for value, word in first.items()]
    return Case(*whens, default=_empty(), output_field=TextField())


def _pass_no() -> Coalesce:
    """As it is printed on the card."""
    number = LPad(Cast("pass_use__entry_pass__number", TextField()), 6, Value("0"))
    return Coalesce(number, _empty(), output_field=TextField())


def _phone(field: str) -> Case:
    """masks.phone() in SQL; a test holds them equal."""
    long = _joined(Left(field, 3), Value("****"), Right(field, 4))
    stars = Repeat(Value("*"), Greatest(Length(field) - 2, Value(0)))
    short = _joined(stars, Right(field, 2))
    return Case(When(GreaterThanOrEqual(Length(field), 11), then=long), default=short, output_field=TextField())


def _plate(field: str) -> Case:
    """masks.plate() in SQL; a test holds them equal."""
    long = _joined(Substr(field, 1, Length(field) - 3), Value("***"))
    return Case(
        When(GreaterThan(Length(field), 3), then=long), default=Repeat(Value("*"), Length(field)), output_field=TextField()
    )
