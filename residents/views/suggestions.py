"""What the gate's input suggests while somebody types."""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.lib.forms import UNWRITABLE
from portal.lib.languages import listed
from residents.access import Permission, Request, requires
from residents.masking import Eyes
from residents.services import search

FEW = 6


@never_cache
@require_safe
@requires(Permission.RESIDENT_FIND)
def resident_suggest(request: Request) -> HttpResponse:
    """The guard types a room, a name or wjg, and sees the few homes it can be."""
    asked = request.GET.get("q", "")[:40]
    if UNWRITABLE.search(asked) or "\x00" in asked or len(asked.strip()) < 2:
        return JsonResponse({"rows": []})
    found = search.find(request.communities, asked, most=FEW)
    eyes = Eyes(request.user)
    rows = [
        {"home": str(person.dwelling), "name": eyes.name(person, person.community), "full": eyes.sees(person.community)}
        for person in found.residents
    ]
    rows += [
        {"home": str(home), "name": listed(eyes.name(person, home.community) for person in home.people[:4])}
        for home in found.dwellings
    ]
    return JsonResponse({"rows": rows[:FEW]})
