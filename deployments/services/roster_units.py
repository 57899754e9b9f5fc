"""The sending units of a roster: which are new, and whom to call at each.

What stands on record of a unit is never overwritten by a roster; of a new unit the first that is written counts. Both are said.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from deployments.models import SendingUnit
from deployments.services import units
from deployments.services.roster_known import Known
from portal.accounts.models import User
from portal.lib import masks
from portal.lib.imports import Line
from portal.lib.sentences import gettext as _

LIAISON = ("liaison", "liaison_phone")


class RosterUnits:
    """The units of one file, while it is read and stored."""

    def __init__(self) -> None:
        # Units the file brings, and the known one each may be a slip of.
        self.new: dict[str, list[str]] = {}
        self.liaisons: dict[str, dict[str, str]] = {}
        # Said once, whatever the number of rows.
        self.told: set[tuple[str, ...]] = set()

    def notices(self, *, written: bool) -> list[str]:
        """The units the file brings."""
        said: list[str] = []
        for name, near in self.new.items():
            new = (
                _("The sending unit %(name)s is new: created.")
                if written
                else _("The sending unit %(name)s is new and will be created.")
            )
            hint = _(" Is %(name)s meant?") % {"name": near[0]} if near else ""
            said.append(new % {"name": name} + hint)
        return said

    def meet(self, lines: list[Line], known: Known) -> None:
        """Look at the units of lines that were decided."""
        fresh = {line.plan.unit for line in lines if line.does in ("create", "change")} - set(known.units) - set(self.new)
        self.new |= {name: get_close_matches(name, known.unit_names(), 1, 0.75) for name in sorted(fresh)}
        for line in lines:
            if line.does in ("create", "change", "same"):
                self._liaison(line, known.units.get(line.plan.unit))

    def _liaison(self, line: Line, unit: SendingUnit | None) -> None:
        name, said = line.plan.unit, _liaison(line.values)
        if name not in self.liaisons:
            self.liaisons[name] = {key: getattr(unit, key) for key in LIAISON} if unit else said
        held = self.liaisons[name]
        if name in self.new and all(not held[key] or not said[key] or held[key] == said[key] for key in LIAISON):
            held |= {key: held[key] or said[key] for key in LIAISON}
        differs = any(said[key] and said[key] != held[key] for key in LIAISON)
        if differs and (name, *said.values()) not in self.told:
            self.told.add((name, *said.values()))
            line.says.append(_kept(name in self.new) % {"unit": name, "liaison": _shown(said)})

    def stored(self, names: set[str], *, by: User | None) -> dict[str, SendingUnit]:
        """The units of these names; those that are new are made."""
        found = {unit.name: unit for unit in SendingUnit.objects.filter(name__in=names)}
        for name in sorted(names):
            if name not in found:
                found[name] = units.create(values={"name": name, **self.liaisons[name]}, by=by)
            elif name in self.new and self.liaisons[name] != {key: getattr(found[name], key) for key in LIAISON}:
                # Made by earlier rows, which did not say whom to call.
                found[name] = units.update(unit_id=found[name].pk, values=self.liaisons[name], by=by)
        return found


def _liaison(values: Mapping[str, Any]) -> dict[str, str]:
    return {key: values.get(key) or "" for key in LIAISON}


def _shown(said: Mapping[str, str]) -> str:
    return " ".join(filter(None, (said["liaison"], masks.phone(said["liaison_phone"]))))


def _kept(new: bool) -> Any:
    if new:
        return _("单位联系人 %(liaison)s: an earlier row names somebody else for %(unit)s, who is kept. Keep the right one.")
    return _("单位联系人 %(liaison)s: not as on record for %(unit)s, and not taken over. If it is right, change the unit.")
