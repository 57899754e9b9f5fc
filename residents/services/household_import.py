"""The base list of a compound on its way in: who is new, who changed, who stands on it no more.

Whoever is known, by ID number or else by home and name, is changed instead of made twice; the same file again changes
nothing. Whoever the list lacks is only told, unless its reader says that they have left.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib import masks
from portal.lib.imports import Line, Reader
from portal.lib.sentences import gettext as _
from portal.lib.sentences import listed, named
from residents.models import Community, QuarantineCase, Resident
from residents.services import care, household_sheet
from residents.services.household_families import Families
from residents.services.household_known import Known, Plan
from residents.services.household_places import Places
from residents.services.household_seen import Seen
from residents.services.household_sheet import Home
from residents.services.household_store import Store

MASKS = {"phone": masks.phone, "id_number": masks.id_number}
CHOICES = {
    "sex": Resident.Sex,
    "id_type": Resident.IdType,
    "relation": Resident.Relation,
    "kind": Resident.Kind,
}
# So many of those the list lacks are looked at together.
REST = 1000


class HouseholdImporter:
    """The import of one base list into a community; `gone`: whoever it lacks has left."""

    columns = household_sheet.COLUMNS
    ignored = household_sheet.IGNORED

    def __init__(self, community: Community, *, gone: bool = False, by: User | None) -> None:
        self.community, self.gone, self.by = community, gone, by
        self.places = Places(community, by=by)
        self.storing = Store(community, self.places, by=by)
        self.care = care.words()
        self.met: set[int] = set()
        self.seen = Seen()
        self.families = Families()
        # Of these a row was refused: who is missing may be meant by it.
        self.unsure: set[Home | str | None] = set()

    def notices(self, *, written: bool) -> list[str]:
        """What is created besides people."""
        return self.places.notices(written=written)

    def begin(self, reader: Reader) -> None:
        """The list says by itself which compounds it is about."""

    def meet(self, line: Line) -> Any:
        """People of one home are looked at together."""
        home = household_sheet.home(line)
        if line.does == "refuse":
            self._doubt(line, home)
        return home or line.number

    # Deciding

    def decide(self, lines: list[Line]) -> None:
        """Compare each line with the file before it and with what the portal knows."""
        for line in lines:
            self._read(line)
        lines = [line for line in lines if not line.does]
        known = Known(self.community, [line.plan for line in lines], self.places, made=self.storing.made)
        for line in lines:
            self._compare(line, known)

    def _read(self, line: Line) -> None:
        home = household_sheet.home(line)
        assert home is not None  # noqa: S101 - the needed columns are filled
        name = line.values["name"]
        line.title = f"{home[1]}-{home[2]}-{home[3]} · {name}"
        person = household_sheet.person(line)
        if line.does:
            self._doubt(line, home)
            return
        if not line.values.get("entrance"):
            line.says.append(_("No entrance is given: the home stands under entrance 0."))
        grid = line.values.get("grid") or ""
        self.places.meet(home, household_sheet.floor_of(line), grid)
        line.plan = Plan(home, person, self._care(line), grid)
        if self.seen.takes(line, self.places.homes):
            self.families.check(line)
        else:
            self._doubt(line, home)

    def _doubt(self, line: Line, home: Home | None) -> None:
        self.unsure |= {home, line.values.get("name")} - {None}

    def _care(self, line: Line) -> list[str]:
        said = line.values.get("care") or []
        if unknown := [word for word in said if word not in self.care]:
            line.says.append(_("特殊群体类别 “%(words)s” is unknown: left out.") % {"words": listed(unknown)})
        return list(dict.fromkeys(self.care[word] for word in said if word in self.care))

    def _compare(self, line: Line, known: Known) -> None:
        plan: Plan = line.plan
        self._place(line)
        resident = plan.resident = known.find(plan, self.met)
        if resident is None:
            line.does = "create"
            plan.new_care = plan.care
            return
        if resident.pk in self.met:
            line.refuse(_("Another row was taken for this person already. Put the ID number into both rows."))
            return
        self.met.add(resident.pk)
        if resident.pk in known.dead:
            line.refuse(_("The person was put down as dead. Ask the operator if that was a mistake."))
            return
        self._home(line, resident, known.home_of(resident))
        self._person(line, resident)
        plan.new_care = [code for code in plan.care if code not in known.care.get(resident.pk, ())]
        if plan.new_care:
            names = listed(word for word in line.values["care"] if self.care.get(word) in plan.new_care)
            line.changes.append((_("special care"), "—", names))
        line.does = "change" if line.changes else "same"

    def _place(self, line: Line) -> None:
        """What the row tells of the home and of its building."""
        plan: Plan = line.plan
        stands = self.places.grid_of(plan.home)
        if plan.grid and plan.grid != stands:
            plan.new_grid = plan.grid
            self.places.set_grid(plan.home, plan.grid)
            line.changes.append((_("grid"), stands or "—", plan.grid))
        key, floor = self.places.homes[plan.home]
        if key and line.values.get("floor") and line.values["floor"] != floor:
            plan.floor = line.values["floor"]
            self.places.homes[plan.home] = key, line.values["floor"]
            line.changes.append((_("floor"), str(floor), str(plan.floor)))

    def _home(self, line: Line, resident: Resident, stood: Home) -> None:
        plan: Plan = line.plan
        if resident.left_on:
            plan.came_back = True
            line.says.append(_("Had left on %(day)s; is taken up again.") % {"day": resident.left_on})
            line.changes.append((_("left on"), str(resident.left_on), "—"))
        if stood != plan.home:
            plan.moved_from = "-".join(stood[1:])
            line.changes.append((_("home"), plan.moved_from, "-".join(plan.home[1:])))

    def _person(self, line: Line, resident: Resident) -> None:
        plan: Plan = line.plan
        # An empty cell is no wish to forget.
        wanted = {name: value for name, value in plan.person.items() if name != "id_number" and value not in (None, "")}
        plan.before, plan.after = audit.changed(resident, wanted)
        if plan.id_hash and plan.id_hash != resident.id_hash:
            plan.before["id_number"] = "***" if resident.id_hash else ""
            plan.after["id_number"] = plan.person["id_number"]
            if resident.id_hash:
                line.says.append(_("The number on record is another one. Look at the card before you write this."))
        for name, value in plan.after.items():
            label = named(Resident._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            line.changes.append((label, _shown(name, plan.before[name]), _shown(name, value)))

    # Who is missing

    def rest(self) -> Iterator[Line]:
        """People of the list's compounds whom no row is about."""
        # From one table: within its own transaction the database knows nothing of what was just written, and joins badly.
        homes = {key for key, _floor in self.places.homes.values()}
        there = Resident.objects.registered().filter(community=self.community).order_by("dwelling_id", "id")
        keys = there.values_list("pk", "dwelling_id").iterator(REST)
        missing = [pk for pk, home in keys if home in homes and pk not in self.met and not self.storing.made.has(pk)]
        for first in range(0, len(missing), REST):
            yield from map(self._missing, _whole(missing[first : first + REST]))

    def _missing(self, resident: Resident) -> Line:
        entrance, home = resident.dwelling.entrance, resident.dwelling
        key = (entrance.building.compound.name, entrance.building.number, entrance.number, home.room_no)
        line = Line(0, title=f"{home} · {resident.name}", plan=resident)
        if key in self.unsure or resident.name in self.unsure:
            line.does = "missing"
            line.says.append(_("A refused row may be meant for this person: nothing is changed."))
        elif self.gone and resident.in_quarantine:  # type: ignore[attr-defined]
            line.does = "missing"
            line.says.append(_("Not on the list, but in quarantine: stays until the case is released or closed."))
        elif self.gone:
            line.does = "gone"
            line.says.append(_("Not on the list: is marked as moved out today."))
        else:
            line.does = "missing"
            line.says.append(_("Not on the list; stays as a resident here."))
        return line

    def store(self, lines: list[Line]) -> None:
        """Write the lines: places, people, lists of care, changes, their audit lines."""
        self.storing.leave([line.plan for line in lines if line.does == "gone"])
        self.storing.write([line.plan for line in lines if line.does != "gone"])


def _whole(keys: list[int]) -> QuerySet[Resident]:
    """These residents with where they live, and whether they are in quarantine."""
    rows = Resident.objects.filter(pk__in=keys).select_related("dwelling__entrance__building__compound").defer("id_number")
    rows = rows.annotate(in_quarantine=Exists(QuarantineCase.objects.open().filter(resident=OuterRef("pk"))))
    return rows.order_by("dwelling_id", "id")


def _shown(name: str, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in CHOICES:
        return named(CHOICES[name](value).label)
    mask = MASKS.get(name)
    return mask(str(value)) if mask and value != "***" else str(value)
