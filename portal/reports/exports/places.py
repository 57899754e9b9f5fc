"""单位(盖章): which place a sheet is about."""

from typing import Any

from residents.models import Community

NAMED = 3
# From near to far; several of a level only where one of the next does not say it.
LEVELS = (("subdistrict", 1, ""), ("subdistrict__district", None, "个区"), ("subdistrict", None, "个街道"))


def unit_of(communities: Any) -> str:
    """The community, or the subdistricts or districts all of whose communities on duty are in the sheet; else their names."""
    names = list(communities.order_by("code").values_list("name", flat=True))
    if len(names) == 1:
        return str(names[0])
    for level, most, of in LEVELS:
        places = dict(communities.order_by(f"{level}__code").values_list(level, f"{level}__name"))
        all_of = Community.objects.filter(active_from__isnull=False, **{f"{level}__in": list(places)})
        if len(places) <= (most or len(places)) and all_of.count() == len(names):
            return _together(list(places.values()), of)
    return _together(names, "个社区")


def _together(names: list[str], of: str) -> str:
    return "、".join(names[:NAMED]) + (f"等{len(names)}{of}" if len(names) > NAMED else "")
