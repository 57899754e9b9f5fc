"""What the ledger itself shows on a compound's picture: who is at home, who needs care, who is watched, how to reach them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.access import Permission
from residents.layers import Layer, Mark
from residents.models import CareProfile, Dwelling, Resident
from residents.models.households import DwellingQuerySet

State = Dwelling.State


def occupancy(homes: DwellingQuerySet) -> Mapping[int, str]:
    """Whether somebody is there."""
    return dict(homes.values_list("pk", "state"))


def people(homes: DwellingQuerySet) -> Mapping[int, str]:
    """How many live there now."""
    there = Count("residents", filter=Q(residents__left_on=None, residents__lives_in=True))
    return {pk: _size(n) for pk, n in homes.annotate(there=there).values_list("pk", "there")}


def _size(n: int) -> str:
    if n < 3:
        return str(n)
    return "few" if n < 6 else "many" if n < 10 else "crowd"


def care(homes: DwellingQuerySet) -> Mapping[int, str]:
    """Which homes have somebody on a care list, by how often they are called on; never why."""
    live = CareProfile.objects.live().filter(resident__dwelling__in=homes, resident__left_on=None)
    visits = live.values_list("resident__dwelling").annotate(visits=Max("category__visits_a_day")).order_by()
    return {pk: _often(n) for pk, n in visits}


def _often(visits: int) -> str:
    return "twice" if visits > 1 else "daily" if visits else "listed"


def watch(homes: DwellingQuerySet) -> Mapping[int, str]:
    """Which homes somebody keeps an eye on."""
    watched = homes.filter(Q(watch_level__gt=0) | Q(light_watch=True)).values_list("pk", "watch_level")
    return {pk: _watched(level) for pk, level in watched}


def _watched(level: int) -> str:
    return f"level{level}" if level else "light"


def reach(homes: DwellingQuerySet) -> Mapping[int, str]:
    """Homes that no message in a group chat reaches: nobody there has a smartphone, or nobody can shop online."""
    # Joined, not asked by a list of homes: where nothing is known yet of new tables that list is gone through once a person.
    there = Q(residents__left_on=None, residents__lives_in=True)
    smart = there & (Q(residents__has_smartphone=True) | Q(residents__has_smartphone=None))
    shops = there & (Q(residents__shops_online=True) | Q(residents__shops_online=None))
    counted = homes.annotate(
        n_there=Count("residents", filter=there),
        n_smart=Count("residents", filter=smart),
        n_shops=Count("residents", filter=shops),
    )
    found = counted.filter(n_there__gt=0).values_list("pk", "n_smart", "n_shops")
    return {pk: mark for pk, smart, shops in found if (mark := _reached(smart, shops))}


def _reached(smart: int, shops: int) -> str:
    return "no_smartphone" if not smart else "no_shopping" if not shops else ""


def origin(homes: DwellingQuerySet) -> Mapping[int, str]:
    """Who has relatives in a hard-hit area, and else whether a family is from here; floating population is from elsewhere."""
    floating = Count("residents", filter=Q(residents__left_on=None, residents__kind=Resident.Kind.FLOATING))
    rows = homes.annotate(n_floating=floating).values_list("pk", "kin_in", "origin", "n_floating")
    return {pk: mark for pk, kin, said, n in rows if (mark := _from(kin, said, floating=bool(n)))}


def _from(kin: str, said: str, *, floating: bool) -> str:
    return "kin" if kin else said or (Dwelling.Origin.OUTSIDER if floating else "")


# The same of one home, whose people with their live care are at hand.


def _there(people: Sequence[Any]) -> list[Any]:
    return [person for person in people if person.lives_in]


def _care_of(home: Any, people: Sequence[Any]) -> str:
    visits = [profile.category.visits_a_day for person in people for profile in person.live_care]
    return _often(max(visits)) if visits else ""


def _watch_of(home: Any, people: Sequence[Any]) -> str:
    return _watched(home.watch_level) if home.watch_level or home.light_watch else ""


def _reach_of(home: Any, people: Sequence[Any]) -> str:
    there = _there(people)
    smart = [person for person in there if person.has_smartphone is not False]
    shops = [person for person in there if person.shops_online is not False]
    return _reached(len(smart), len(shops)) if there else ""


def _origin_of(home: Any, people: Sequence[Any]) -> str:
    floating = any(person.kind == Resident.Kind.FLOATING for person in people)
    return _from(home.kin_in, home.origin, floating=floating)


LAYERS = [
    Layer(
        "occupancy",
        _("Occupancy"),
        (
            Mark(State.AT_HOME, "", State.AT_HOME.label, "quiet"),
            Mark(State.AWAY, pgettext_lazy("sign", "A"), State.AWAY.label, "warn"),
            Mark(State.LET, pgettext_lazy("sign", "L"), State.LET.label, "info"),
            Mark(State.VACANT, pgettext_lazy("sign", "V"), State.VACANT.label, "dim"),
            Mark(State.SHOP, pgettext_lazy("sign", "S"), State.SHOP.label, "ok"),
        ),
        occupancy,
        of_home=lambda home, people: home.state,
    ),
    Layer(
        "people",
        _("People"),
        (
            Mark("0", "0", _("nobody"), "dim"),
            Mark("1", "1", _("alone"), "info"),
            Mark("2", "2", _("two"), "quiet"),
            Mark("few", "3", _("three to five"), "quiet"),
            Mark("many", "6", _("six to nine"), "warn"),
            Mark("crowd", "+", _("ten or more"), "bad"),
        ),
        people,
        of_home=lambda home, people: _size(len(_there(people))),
    ),
    Layer(
        "care",
        _("Care"),
        (
            Mark("twice", pgettext_lazy("sign", "2x"), _("called on twice a day"), "bad"),
            Mark("daily", pgettext_lazy("sign", "1x"), _("called on every day"), "warn"),
            Mark("listed", pgettext_lazy("sign", "C"), _("on a care list"), "info"),
        ),
        care,
        rest=_("no special care"),
        of_home=_care_of,
    ),
    Layer(
        "watch",
        _("Watch"),
        (
            Mark("level3", "3", _("watched closely"), "bad"),
            Mark("level2", "2", _("watched"), "warn"),
            Mark("level1", "1", _("kept in view"), "info"),
            Mark("light", pgettext_lazy("sign", "W"), _("its light is watched in the evening"), "ok"),
        ),
        watch,
        rest=_("not watched"),
        of_home=_watch_of,
    ),
    Layer(
        "reach",
        _("Hard to reach"),
        (
            Mark("no_smartphone", pgettext_lazy("sign", "N"), _("nobody has a smartphone"), "bad"),
            Mark("no_shopping", pgettext_lazy("sign", "O"), _("nobody can shop online"), "warn"),
        ),
        reach,
        rest=_("can be reached"),
        of_home=_reach_of,
    ),
    Layer(
        "origin",
        _("Origin"),
        (
            Mark("kin", pgettext_lazy("origin", "K"), _("relatives in a hard-hit area"), "warn"),
            Mark(Dwelling.Origin.OUTSIDER, pgettext_lazy("origin", "E"), Dwelling.Origin.OUTSIDER.label, "info"),
            Mark(Dwelling.Origin.LOCAL, pgettext_lazy("origin", "H"), Dwelling.Origin.LOCAL.label, "quiet"),
        ),
        origin,
        rest=_("not known"),
        permission=Permission.RESIDENT_NAME,
        of_home=_origin_of,
    ),
]  # fmt: skip
