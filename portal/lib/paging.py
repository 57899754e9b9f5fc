"""Pages of a list."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property

PER_PAGE = 50
# Nobody turns two hundred pages: whoever looks for more takes a filter, and the database is not asked to skip so many rows.
MOST = 10_000


def paged(request: HttpRequest, rows: Any, per_page: int = PER_PAGE) -> "Page[Any]":
    """The page that `?page=` names; nonsense is the first page, too far is the last."""
    return Capped(rows, per_page).get_page(request.GET.get("page"))


class Capped(Paginator):  # type: ignore[type-arg]
    """Pages of the first MOST rows, counted no further."""

    @cached_property
    def count(self) -> int:
        return min(self._found, MOST)

    @property
    def more(self) -> bool:
        """Whether there are rows beyond the last page."""
        return self._found > MOST

    @cached_property
    def _found(self) -> int:
        rows: Any = self.object_list
        if isinstance(rows, list):
            return len(rows)
        return int(rows.order_by()[: MOST + 1].count())
