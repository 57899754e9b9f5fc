"""What a source of ledgers is made of: rows of one kind, the columns they have, and what they can be narrowed by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils.functional import Promise

from portal.lib import masks
from residents.models import Community

# How a value is shown to somebody who need not know it in full.
Kind = Literal["plain", "phone", "id"]
MASKS: Mapping[str, Callable[[str], str]] = {"phone": masks.phone, "id": masks.id_number}


@dataclass(frozen=True)
class Column:
    """One column: its heading, where its value comes from, its width on paper."""

    key: str
    label: str | Promise
    value: Callable[[Any], Any]
    kind: Kind = "plain"
    width: float = 10

    def shown(self, row: Any, *, full: bool) -> Any:
        """The value as a table shows it."""
        value = self.value(row)
        if value and not full and self.kind in MASKS:
            return MASKS[self.kind](str(value))
        return str(value) if isinstance(value, Promise) else value


@dataclass(frozen=True)
class Filter:
    """One way to narrow the rows: what may be chosen, and what a choice leaves."""

    key: str
    label: str | Promise
    choices: Callable[[Community], list[tuple[str, Any]]]
    narrow: Callable[[Any, str, Community], Any]


@dataclass(frozen=True)
class Source:
    """Where the rows of a ledger come from, in place order; `standard` are the columns a new ledger begins with."""

    key: str
    label: str | Promise
    rows: "Callable[[Community], QuerySet[Any]]"
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    standard: tuple[str, ...]

    def chosen(self, keys: list[str]) -> list[Column]:
        """The columns of these keys, in their order; what is not known any more is left out."""
        known = {column.key: column for column in self.columns}
        return [known[key] for key in keys if key in known]


def yes(value: Any) -> str:
    """A tick in a cell; nothing known is an empty cell."""
    return "" if value is None else "√" if value else "×"
