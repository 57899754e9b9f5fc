"""Which community a page is about, for people who have several."""

from django.http import Http404

from residents.access import Request
from residents.models import Community


def asked_community(request: Request) -> tuple[Community | None, list[Community]]:
    """The community `?community=` names, or the first of one's own; and all of them. A stranger's is not found."""
    mine = list(request.communities.select_related("subdistrict__district"))
    asked = request.POST.get("community") or request.GET.get("community", "")
    if not asked:
        return (mine[0] if mine else None), mine
    for community in mine:
        if str(community.pk) == asked:
            return community, mine
    raise Http404
