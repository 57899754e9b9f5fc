"""The worst of several open rows of one home: the rule written once, for a whole picture and for one home's row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When

from residents.models.households import DwellingQuerySet


@dataclass(frozen=True)
class Worst:
    """Which of several marks a home gets.

    `rows` are those that count; `cases` are the marks with what makes them, worst first, asked when somebody looks, for
    they depend on the hour; whatever fits none of them has the mark `rest`. `column` is free on a home's row.
    """

    column: str
    rows: Callable[[], "QuerySet[Any]"]
    cases: Callable[[], dict[str, Q]]
    rest: str

    def of_homes(self, homes: DwellingQuerySet) -> dict[int, str]:
        """The mark of each home that has one, by its key; one statement."""
        marks = self._marks()
        found = self.rows().filter(dwelling__in=homes).order_by().values_list("dwelling").annotate(worst=Max(self._rank()))
        return {home: marks[rank] for home, rank in found}

    def facts(self) -> dict[str, Any]:
        """The same as a column of a home's row."""
        rows = self.rows().filter(dwelling=OuterRef("pk")).annotate(rank=self._rank()).order_by("-rank")
        return {self.column: Subquery(rows.values("rank")[:1])}

    def of_home(self, home: Any, people: Sequence[Any]) -> str:
        """The mark of a home whose row has the column."""
        rank = getattr(home, self.column)
        return "" if rank is None else self._marks()[rank]

    def _marks(self) -> list[str]:
        return [self.rest, *reversed(self.cases())]

    def _rank(self) -> Case:
        marks = self._marks()
        ranks = [When(rule, then=Value(marks.index(mark))) for mark, rule in self.cases().items()]
        return Case(*ranks, default=Value(0), output_field=IntegerField())
