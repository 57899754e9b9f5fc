"""The communities of a city from an official list: code, district, subdistrict, community.

The 12-digit code is the key (186 names of Wuhan's list repeat): its first 6 digits are the district's, its first 9 the
subdistrict's. Twice is like once; a renamed place keeps its key.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.errors import Refused
from portal.lib.languages import listed
from residents.models import Community, District, Subdistrict

COLUMNS = ("code", "district", "subdistrict", "community")
LONGEST = {"district": 40, "subdistrict": 60, "community": 60}
CODE = 12


@dataclass
class Outcome:
    """What an import did, or would do: how many of each, and why a row was refused (with its line)."""

    created: int = 0
    changed: int = 0
    same: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Level:
    """One level of the tree: names by code, and the code of what it stands in."""

    model: Any
    names: dict[str, str] = field(default_factory=dict)
    fresh: list[Any] = field(default_factory=list)
    renamed: list[Any] = field(default_factory=list)


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file in UTF-8 or GB18030; Refused where it is no such table."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Refused(_("This is neither UTF-8 nor GB18030 text. Save the list as CSV and try again.")) from error
    try:
        rows = csv.DictReader(text.replace("\x00", "").splitlines())
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or [])]:
            raise Refused(_("These columns are missing: %(names)s.") % {"names": listed(missing)})
        return [{name: (row.get(name) or "").strip() for name in COLUMNS} for row in rows]
    except csv.Error as error:
        raise Refused(_("This is not a CSV table. Save the list as CSV and try again.")) from error


@transaction.atomic
def load(*, rows: Iterable[Mapping[str, str]], by: User | None) -> Outcome:
    """Take the good rows and say why not the others; the number of statements does not depend on the rows' content."""
    outcome = Outcome()
    districts, subdistricts, communities = Level(District), Level(Subdistrict), Level(Community)
    for line, row in enumerate(rows, start=2):
        if why := _fault(row, districts.names, subdistricts.names, communities.names):
            outcome.refused.append((line, why))
            continue
        code = row["code"]
        districts.names[code[:6]] = row["district"]
        subdistricts.names[code[:9]] = row["subdistrict"]
        communities.names[code] = row["community"]
    lines = _store(districts, lambda code: {}, by=by)
    above = District.objects.in_bulk(field_name="code")
    lines += _store(subdistricts, lambda code: {"district": above[code[:6]]}, by=by)
    within = Subdistrict.objects.in_bulk(field_name="code")
    lines += _store(communities, lambda code: {"subdistrict": within[code[:9]]}, by=by)
    audit.write(lines + _made(districts, subdistricts, communities, by=by))
    outcome.created, outcome.changed = len(communities.fresh), len(communities.renamed)
    outcome.same = len(communities.names) - outcome.created - outcome.changed
    return outcome


def _fault(row: Mapping[str, str], *named: Mapping[str, str]) -> str:
    code = row["code"]
    if len(code) != CODE or not (code.isascii() and code.isdecimal()):
        return _("“%(code)s” is not a code of 12 digits.") % {"code": code[:20]}
    for name, longest in LONGEST.items():
        if not row[name]:
            return _("The name in column %(column)s is missing.") % {"column": name}
        if len(row[name]) > longest:
            return _("The name in column %(column)s has more than %(most)s characters.") % {"column": name, "most": longest}
    keys = (code[:6], code[:9], code)
    for names, key, column in zip(named, keys, LONGEST, strict=True):
        if names.get(key, row[column]) != row[column]:
            return _("Code %(code)s was “%(name)s” in an earlier row.") % {"code": key, "name": names[key]}
    if code in named[2]:
        return _("This community stands in an earlier row.")
    return ""


def _store(level: Level, parent: Any, *, by: User | None) -> list[dict[str, Any]]:
    """Write what is new or has another name; return a line for each of the latter, with both names."""
    stored = {row.code: row for row in level.model.objects.filter(code__in=list(level.names))}
    new = {code: name for code, name in level.names.items() if code not in stored}
    level.fresh = [level.model(code=code, name=name, **parent(code)) for code, name in new.items()]
    level.renamed = [row for code, row in stored.items() if row.name != level.names[code]]
    kind, lines = f"{level.model._meta.model_name}.changed", []
    for row in level.renamed:
        before, row.name = row.name, level.names[row.code]
        lines.append(audit.line(kind, row, by=by, before={"name": before}, after={"name": row.name}))
    level.model.objects.bulk_create(level.fresh, batch_size=2000)
    level.model.objects.bulk_update(level.renamed, ["name"], batch_size=500)
    return lines


def _made(districts: Level, subdistricts: Level, communities: Level, *, by: User | None) -> list[dict[str, Any]]:
    """Lines for what is new; thousands of communities come at once, and one for all of a subdistrict says as much."""
    added = Counter(row.subdistrict for row in communities.fresh)
    return [
        *(audit.line("district.created", row, by=by, after={"name": row.name}) for row in districts.fresh),
        *(audit.line("subdistrict.created", row, by=by, after={"name": row.name}) for row in subdistricts.fresh),
        *(audit.line("subdistrict.communities_added", row, by=by, after={"count": added[row]}) for row in added),
    ]
