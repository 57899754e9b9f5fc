"""Writing what a base list says, some hundred people at a time, in a number of statements that does not grow with them."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.initials import initials
from portal.lib.inserting import insert
from residents.models import CareProfile, Community, Dwelling, Resident, ResidentChange
from residents.services import care
from residents.services.household_known import Made, Plan
from residents.services.household_places import Places
from residents.services.household_sheet import PERSON
from residents.services.households import derived

HEAD = Resident.Relation.HEAD
Change = ResidentChange.Kind


class Store:
    """Where the plans of an import are carried out."""

    def __init__(self, community: Community, places: Places, *, by: User | None) -> None:
        self.community, self.places, self.by = community, places, by
        self.today = timezone.localdate()
        # Keys of the people this import has created: no later row is about them.
        self.made = Made()

    def write(self, plans: Sequence[Plan]) -> None:
        """Carry out plans for people who are on the list."""
        if not plans:
            return
        self.places.store(plan.home for plan in plans)
        self.places.store_grids({plan.home[:2]: plan.new_grid for plan in plans if plan.new_grid})
        self._floors(plans)
        new, known = [p for p in plans if p.resident is None], [p for p in plans if p.resident]
        self._make_room(plans)
        self._change(known)
        self._create(new)
        self._care(plans)
        self._moves(known)
        self._record(new, known)
        self.places.finish({plan.home[:2] for plan in plans})

    def leave(self, residents: Sequence[Resident]) -> None:
        """Mark people as moved out: their care ends, their wards have no guardian any more."""
        if not residents:
            return
        keys = [resident.pk for resident in residents]
        for resident in residents:
            resident.left_on = max(self.today, resident.came_on)
        Resident.objects.bulk_update(residents, ["left_on"])
        CareProfile.objects.filter(resident__in=keys, until=None).update(until=self.today)
        Resident.objects.filter(guardian__in=keys).update(guardian=None)
        ResidentChange.objects.bulk_create(self._moved(resident, Change.MOVED_OUT) for resident in residents)
        audit.write(
            audit.line("resident.left", r, by=self.by, community=self.community, after={"left_on": r.left_on})
            for r in residents
        )

    def _floors(self, plans: Sequence[Plan]) -> None:
        rows = [Dwelling(pk=self.places.key(plan.home), floor=plan.floor) for plan in plans if plan.floor]
        Dwelling.objects.bulk_update(rows, ["floor"])

    def _make_room(self, plans: Sequence[Plan]) -> None:
        """Whoever was the head of a home that has another one now is one of the others, before the new one is written."""
        # Homes of this very list have no head but the one it names.
        heads_of = (plan for plan in plans if plan.person["relation"] == HEAD and plan.home not in self.places.made)
        homes = {self.places.key(plan.home): plan for plan in heads_of}
        if not homes:
            return
        stay = [plan.resident.pk for plan in homes.values() if plan.resident]
        heads = Resident.objects.registered().filter(relation=HEAD)
        heads.filter(dwelling__in=homes).exclude(pk__in=stay).update(relation=Resident.Relation.OTHER)
        lost = [p.resident.pk for p in plans if p.resident and p.resident.relation == HEAD and p.person["relation"] != HEAD]
        moved = [pk for pk in lost if pk]
        heads.filter(pk__in=moved, dwelling__in=homes).update(relation=Resident.Relation.OTHER)

    def _create(self, plans: Sequence[Plan]) -> None:
        columns = {name: _filled(name, [plan.person[name] for plan in plans]) for name in PERSON}
        columns["initials"] = [initials(name) for name in columns["name"]]
        columns["id_hash"] = [plan.id_hash for plan in plans]
        columns["dwelling_id"] = [self.places.key(plan.home) for plan in plans]
        with explained(Resident):
            made = insert(Resident, columns, community_id=self.community.pk, came_on=self.today)
        for plan, key in zip(plans, made, strict=True):
            plan.key = key
        self.made.add(made)

    def _change(self, plans: Sequence[Plan]) -> None:
        """One statement for each set of columns that changed."""
        groups: dict[tuple[str, ...], list[Resident]] = {}
        for plan in plans:
            values = dict(plan.after)
            if plan.came_back:
                values["left_on"] = None
            if plan.came_back or plan.moved_from:
                values["dwelling_id"] = self.places.key(plan.home)
                # Whoever comes may have been a head before.
                self.places.made.discard(plan.home)
            values = derived(values)
            for name, value in values.items():
                setattr(plan.resident, name, value)
            if values and plan.resident:
                groups.setdefault(tuple(sorted(name.removesuffix("_id") for name in values)), []).append(plan.resident)
        for columns, residents in groups.items():
            with explained(Resident):
                Resident.objects.bulk_update(residents, columns)

    def _care(self, plans: Sequence[Plan]) -> None:
        wanted = [(plan.resident.pk if plan.resident else plan.key, code) for plan in plans for code in plan.new_care]
        if wanted:
            categories = {category.code: category.pk for category in care.categories().values()}
            residents, codes = zip(*wanted, strict=True)
            insert(CareProfile, {"resident_id": residents, "category_id": [categories[code] for code in codes]})

    def _moves(self, plans: Sequence[Plan]) -> None:
        rows = [(p, Change.MOVED_IN if p.came_back else Change.MOVED_WITHIN) for p in plans if p.came_back or p.moved_from]
        ResidentChange.objects.bulk_create(self._moved(p.resident, kind, p.moved_from) for p, kind in rows if p.resident)

    def _moved(self, resident: Resident, kind: str, from_area: str = "") -> ResidentChange:
        return ResidentChange(
            community=self.community, resident=resident, kind=kind, on=self.today, dwelling_id=resident.dwelling_id,
            from_area=from_area,
        )  # fmt: skip

    def _record(self, new: Sequence[Plan], known: Sequence[Plan]) -> None:
        """One line for each person changed, and one for all who are new: their rows say the rest."""
        lines = [
            audit.line("resident.changed", plan.resident, by=self.by, community=self.community,
                       before=plan.before, after=plan.after | ({"home": "-".join(plan.home[1:])} if plan.moved_from else {}))
            for plan in known if plan.resident and (plan.after or plan.moved_from)
        ]  # fmt: skip
        if new:
            after = {"rows": len(new)}
            lines.append(audit.line("resident.imported", self.community, by=self.by, community=self.community, after=after))
        audit.write(lines)


def _filled(name: str, said: list[Any]) -> list[Any]:
    """What an empty cell leaves at its default."""
    default = Resident._meta.get_field(name).get_default()  # type: ignore[union-attr]
    return [default if value is None or value == "" else value for value in said]
