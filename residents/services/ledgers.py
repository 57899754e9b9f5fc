"""Ledgers of a community: which it keeps, what they show, and the sheets made of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib import sheets
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.ledgers import SOURCES
from residents.ledgers.sources import Column, Source
from residents.models import Community, Ledger

FIELDS = ("code", "name", "columns", "filters", "is_kept")


@dataclass(frozen=True)
class Start:
    """A ledger every community is offered; the reports speak of "6+1" and name none of the seven."""

    code: str
    name: str
    source: str
    filters: dict[str, str] = field(default_factory=dict)
    # Besides the standard columns of the source.
    also: tuple[str, ...] = ()


START_SET = (
    Start("1", "住户台账", "homes"),
    Start("2", "人口台账", "people"),
    Start("3", "特殊群体台账", "care"),
    Start("4", "流动人口和租户台账", "people", {"group": "newcomers"}, ("since", "work_unit")),
    Start("5", "居家隔离台账", "quarantine", {"group": "open"}),
    Start("6", "人户分离台账", "people", {"group": "elsewhere"}, ("registered_address",)),
    Start("+1", "无智能手机老人台账", "people", {"group": "elders_offline"}, ("smartphone", "online")),
)


@transaction.atomic
def start(*, community: Community, by: User) -> list[Ledger]:
    """Put down the seven ledgers a community begins with; those it has, by number or by name, are left alone."""
    Community.objects.select_for_update().get(pk=community.pk)
    taken = {word for pair in community.ledgers.values_list("code", "name") for word in pair}
    made = Ledger.objects.bulk_create(
        Ledger(
            community=community,
            code=start.code,
            name=start.name,
            source=start.source,
            columns=_columns(SOURCES[start.source], (*SOURCES[start.source].standard, *start.also)),
            filters=start.filters,
        )
        for start in START_SET
        if start.code not in taken and start.name not in taken
    )
    audit.record_many("ledger.created", made, by=by, community=community)
    return made


@transaction.atomic
def create(*, community: Community, source: str, values: Mapping[str, Any], by: User) -> Ledger:
    """Put down a ledger of the community's own."""
    said = _checked(SOURCES[source], values)
    with explained(Ledger):
        ledger = Ledger.objects.create(community=community, source=source, **said)
    audit.record("ledger.created", ledger, by=by, after=said)
    return ledger


@transaction.atomic
def update(*, ledger_id: int, values: Mapping[str, Any], by: User) -> Ledger:
    """Change what a ledger shows, or put it aside; its rows are never touched."""
    ledger = Ledger.objects.select_for_update().get(pk=ledger_id)
    before, after = audit.changed(ledger, _checked(SOURCES[ledger.source], values))
    if after:
        for name, value in after.items():
            setattr(ledger, name, value)
        with explained(Ledger):
            ledger.save(update_fields=list(after))
        audit.record("ledger.changed", ledger, by=by, before=before, after=after)
    return ledger


def rows(ledger: Ledger, more: Mapping[str, str] | None = None) -> Any:
    """The rows of a ledger in place order, narrowed by its filters and by `more`; a choice that is gone narrows nothing."""
    source = SOURCES[ledger.source]
    found = source.rows(ledger.community)
    asked = {**(more or {}), **ledger.filters}
    for narrowing in source.filters:
        value = asked.get(narrowing.key, "")
        if value and value in dict(narrowing.choices(ledger.community)):
            found = narrowing.narrow(found, value, ledger.community)
    return found


def table(ledger: Ledger, found: Iterable[Any], *, full: bool, first: int = 1) -> Iterator[list[Any]]:
    """The rows as the ledger shows them, numbered; phones and ID numbers masked unless `full`."""
    columns = columns_of(ledger)
    for number, row in enumerate(found, first):
        yield [number, *(column.shown(row, full=full) for column in columns)]


def columns_of(ledger: Ledger) -> list[Column]:
    """The columns of a ledger, as its source still has them."""
    return SOURCES[ledger.source].chosen(ledger.columns)


@transaction.atomic
def sheet(*, ledger: Ledger, more: Mapping[str, str], by: User) -> tuple[list[sheets.Column], list[list[Any]]]:
    """The ledger in full, as the office hands it in; who took it out is on record."""
    # The form is a Chinese paper, whatever language its reader has chosen.
    with override("zh-hans"):
        headings = [sheets.Column("序号", 6), *(sheets.Column(str(c.label), c.width) for c in columns_of(ledger))]
        found = list(table(ledger, rows(ledger, more), full=True))
    audit.record("ledger.exported", ledger, by=by, after={"rows": len(found)})
    return headings, found


def _checked(source: Source, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a person may write of a ledger, columns in the order of the source."""
    said = {name: values[name] for name in FIELDS if name in values}
    if "columns" in said:
        said["columns"] = _columns(source, said["columns"])
        if not said["columns"]:
            raise Refused(_("Choose at least one column."))
    return said


def _columns(source: Source, keys: Sequence[str]) -> list[str]:
    return [column.key for column in source.columns if column.key in keys]
