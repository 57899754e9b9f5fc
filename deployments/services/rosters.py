"""Rosters that sending units mail: who is sent where, for which days (sheet 2 of the domain's forms).

Whoever is known, by ID number or by unit, name and phone, is changed instead of made twice; the same file again changes
nothing. What another community has done with a cadre is never told.
"""

import datetime as dt
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from django.utils import timezone

from deployments.models import Cadre, Secondment
from deployments.services import roster_sheet, roster_store
from deployments.services.roster_known import Known, Plan
from deployments.services.roster_units import RosterUnits
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib import masks
from portal.lib.constraints import FOREVER
from portal.lib.crypto import lookup_hash
from portal.lib.imports import Line, Reader
from portal.lib.sentences import gettext as _
from portal.lib.sentences import listed, named
from residents.models import Community, Compound

LAST = dt.date.fromisoformat(FOREVER)
OPEN = (Secondment.State.SUBMITTED, Secondment.State.APPROVED, Secondment.State.ON_DUTY)
# Between a compound and a duty in one cell.
DECORATION = " -/·、,()" + chr(0xFF0C) + chr(0xFF08) + chr(0xFF09)
TERMS = ("starts_on", "ends_on", "compound", "duty", "at_home")


class RosterImporter:
    """The import of one roster into the communities its reader may write for."""

    columns = roster_sheet.COLUMNS
    ignored = roster_sheet.IGNORED

    def __init__(self, communities: Iterable[Community], *, by: User | None) -> None:
        self.by = by
        self.communities: dict[str, list[Community]] = {}
        for community in communities:
            for name in {community.name, community.name.removesuffix("社区"), community.code}:
                self.communities.setdefault(name, []).append(community)
        self.compounds: dict[int, dict[str, Compound]] = {}
        # Who stood in which row of this file, so that nobody is taken up twice.
        self.seen: dict[str, tuple[int, int]] = {}
        self.units = RosterUnits()
        self.over: tuple[int, dt.date] | None = None

    def notices(self, *, written: bool) -> list[str]:
        """The units the roster brings, and that it may be an old one."""
        said = self.units.notices(written=written)
        if self.over:
            late = _(
                "Last days are over already (row %(row)s: %(day)s): no shift can be given to these people. Check the year."
            )
            said.append(late % {"row": self.over[0], "day": self.over[1]})
        return said

    def begin(self, reader: Reader) -> None:
        """A roster says by itself where people go."""

    def meet(self, line: Line) -> int:
        """No two lines need each other."""
        return line.number

    def rest(self) -> Iterable[Line]:
        """Who is not on a roster stays where they are."""
        return ()

    def decide(self, lines: list[Line]) -> None:
        """Compare each line with the file before it and with what the portal knows."""
        for line in lines:
            self._read(line)
        self._homes(lines)
        lines = [line for line in lines if not line.does]
        known = Known(lines)
        for line in lines:
            self._compare(line, known)
        self.units.meet(lines, known)
        self._notice_over(lines)

    def _read(self, line: Line) -> None:
        values = line.values
        line.title = f"{values['name']} · {values['unit']}"
        person = roster_sheet.person(line)
        community = self._community(line)
        terms = {name: values.get(name) for name in ("starts_on", "ends_on", "at_home")}
        if terms["ends_on"] and terms["ends_on"] < terms["starts_on"]:
            line.refuse(
                _("The end (%(end)s) lies before the start (%(start)s).")
                % {"end": terms["ends_on"], "start": terms["starts_on"]}
            )
        terms |= self._place(line, community, values.get("place") or "") if community else {}
        line.plan = Plan(person, values["unit"], terms, community=community)
        self._once(line)

    def _homes(self, lines: list[Line]) -> None:
        """Where people live, as far as it is a community of the same district."""
        names = {line.values.get("home") for line in lines} - {None, ""}
        districts = {line.plan.community.subdistrict.district_id for line in lines if line.plan.community}
        homes: dict[tuple[int, str], list[Community]] = {}
        for home in Community.objects.filter(name__in=names, subdistrict__district__in=districts).select_related("subdistrict"):
            homes.setdefault((home.subdistrict.district_id, home.name), []).append(home)
        for line in lines:
            community: Community | None = line.plan.community
            name = line.values.get("home") or ""
            if community:
                found = homes.get((community.subdistrict.district_id, name), [])
                line.plan.person["home_community"] = found[0] if len(found) == 1 else None
                if name and len(found) != 1:
                    several = _("居住社区 “%(name)s”: several communities of the district have this name: left empty.")
                    none = _("居住社区 “%(name)s”: the district has no community of this name: left empty.")
                    line.says.append((several if found else none) % {"name": name})

    def _once(self, line: Line) -> None:
        """A person stands in a file once."""
        plan: Plan = line.plan
        content = hash(repr((plan.person, plan.unit, plan.terms, plan.community)))
        number = plan.person["id_number"]
        keys = [f"{plan.unit}|{plan.person['name']}|{plan.person['phone']}", *([number] if number else [])]
        earlier = next((self.seen[key] for key in keys if key in self.seen), None)
        if earlier and earlier[1] == content and not line.does:
            line.skip(_("The same as row %(row)s: counted once.") % {"row": earlier[0]})
        elif earlier:
            line.refuse(
                _("This person already stands in row %(row)s, with other values. Keep the right one.") % {"row": earlier[0]}
            )
        else:
            self.seen |= dict.fromkeys(keys, (line.number, content))

    def _community(self, line: Line) -> Community | None:
        name = line.values["community"]
        found = self.communities.get(name) or self.communities.get(name.removesuffix("社区")) or []
        # Names repeat in a city: the one that uses the portal is meant before those that do not.
        if used := [community for community in found if community.active_from]:
            found = used
        if len(found) == 1:
            return found[0]
        if found:
            line.refuse(_("Several communities are called %(name)s. Write the code of 12 digits instead.") % {"name": name})
        else:
            # Whether there is such a community elsewhere is nobody's business here.
            near = get_close_matches(name, self.communities, 1, 0.6)
            hint = _(" Is %(name)s meant?") % {"name": near[0]} if near else ""
            line.refuse(_("You cannot take people up for %(name)s here.") % {"name": name} + hint)
        return None

    def _place(self, line: Line, community: Community, place: str) -> dict[str, Any]:
        """The column holds a compound, or a duty, or both."""
        if community.pk not in self.compounds:
            self.compounds[community.pk] = {compound.name: compound for compound in community.compounds.all()}
        compounds = self.compounds[community.pk]
        if place in compounds or not place:
            return {"compound": compounds.get(place), "duty": ""}
        for name in sorted(compounds, key=len, reverse=True):
            if place.startswith(name):
                return {"compound": compounds[name], "duty": place[len(name) :].strip(DECORATION)[:60]}
        if near := get_close_matches(place, compounds, 1, 0.5):
            said = {"place": place, "community": community.name, "near": near[0]}
            line.refuse(_("%(community)s has no compound %(place)s. Is %(near)s meant?") % said)
        else:
            line.says.append(_("“%(place)s” is no compound of the community: kept as the duty.") % {"place": place})
        return {"compound": None, "duty": place[:60]}

    def _compare(self, line: Line, known: "Known") -> None:
        plan: Plan = line.plan
        cadre = plan.cadre = known.find(plan)
        if cadre is None:
            line.does = "create"
            return
        number = plan.person["id_number"]
        if number and cadre.id_hash and cadre.id_hash != lookup_hash(number):
            line.refuse(_("This person is known with another ID number. Ask the sending unit which is right."))
            return
        if cadre.name != plan.person["name"] and cadre.phone != plan.person["phone"]:
            line.refuse(_("This ID number is known with another name and another phone. Check it against the document."))
            return
        self._terms(line, cadre, known)
        if line.does != "refuse":
            self._person(line, cadre, known)
            line.does = "create" if plan.secondment is None else "change" if line.changes else "same"

    def _terms(self, line: Line, cadre: Cadre, known: "Known") -> None:
        plan: Plan = line.plan
        start, end = plan.terms["starts_on"], plan.terms["ends_on"] or LAST
        held = [row for row in known.secondments.get(cadre.pk, ()) if row.starts_on <= end and start <= (row.ends_on or LAST)]
        if not held:
            line.says.append(_("Already on the roster: a new secondment is added."))
            return
        row = held[0]
        if len(held) > 1 or plan.community is None or row.community_id != plan.community.pk:
            line.refuse(_("Already seconded on some of these days. Agree on the days with the sending unit."))
        elif row.state not in OPEN:
            if row.starts_on == start:
                plan.secondment = row
                line.says.append(_("This secondment has ended meanwhile; it stays as it is."))
            else:
                line.refuse(
                    _("A secondment here, ended meanwhile, covers some of these days. Begin after %(day)s.")
                    % {"day": row.ends_on}
                )
        else:
            plan.secondment = row
            self._new_terms(line, row)

    def _new_terms(self, line: Line, row: Secondment) -> None:
        plan: Plan = line.plan
        wanted = {name: plan.terms[name] for name in TERMS if plan.terms.get(name) not in (None, "")}
        if row.reported_at and wanted["starts_on"] != row.starts_on:
            line.says.append(_("Has already reported for duty: the first day stays %(day)s.") % {"day": row.starts_on})
            del wanted["starts_on"]
        plan.terms_before, plan.terms_after = audit.changed(row, wanted)
        for name, value in plan.terms_after.items():
            line.changes.append(
                (named(row._meta.get_field(name).verbose_name), _shown(name, plan.terms_before[name]), _shown(name, value))
            )

    def _person(self, line: Line, cadre: Cadre, known: "Known") -> None:
        plan: Plan = line.plan
        # An empty cell is no wish to forget.
        wanted = {name: value for name, value in plan.person.items() if value not in (None, "", [])}
        plan.before, plan.after = audit.changed(cadre, wanted)
        if cadre.unit is None or cadre.unit.name != plan.unit:
            plan.before["unit"], plan.after["unit"] = cadre.unit, plan.unit
        ours = known.is_ours(cadre, self.communities)
        for name, value in plan.after.items():
            before = _shown(name, plan.before[name]) if ours else "…"
            line.changes.append((named(cadre._meta.get_field(name).verbose_name), before, _shown(name, value)))

    def _notice_over(self, lines: list[Line]) -> None:
        """An old sheet, or a year mistyped: said once, not in each of its rows."""
        ends = [(line.number, line.plan.terms["ends_on"]) for line in lines if line.does == "create"]
        self.over = self.over or next(((number, end) for number, end in ends if end and end < timezone.localdate()), None)

    def store(self, lines: list[Line]) -> None:
        """Write the lines: units, people, secondments, their audit lines."""
        roster_store.store([line.plan for line in lines], self.units, by=self.by)


def _shown(name: str, value: Any) -> str:
    if value in (None, "", []):
        return "—"
    if isinstance(value, list):
        return listed(value)
    mask = {"phone": masks.phone, "id_number": masks.id_number}.get(name)
    return mask(value) if mask else str(value)
