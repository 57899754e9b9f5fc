"""Talks with those who refuse, outside of quarantine: the attempts of a home and topic are counted."""

from django.db import transaction
from django.utils import timezone

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from residents.models import Community, Persuasion
from residents.services.tasks import Place


@transaction.atomic
def record(*, place: Place, topic: str, method: str, result: str, note: str = "", by: User) -> Persuasion:
    """Write down one attempt; the number is the next of this home, or of these words, and topic."""
    Community.objects.select_for_update(no_key=True).get(pk=place.community.pk)
    words = "" if place.dwelling else (place.words or str(place.building or place.compound or ""))
    same = Persuasion.objects.filter(community=place.community, case=None, topic=topic)
    same = same.filter(dwelling=place.dwelling, place=words)
    last = same.order_by("-attempt_no").values_list("attempt_no", flat=True).first() or 0
    with explained(Persuasion):
        row = Persuasion.objects.create(
            community=place.community, dwelling=place.dwelling, place=words, topic=topic, method=method, result=result,
            note=note, attempt_no=last + 1, spoken_at=timezone.now(), spoken_by=by,
        )  # fmt: skip
    audit.record("persuasion.recorded", row, by=by, after={"topic": topic, "result": result})
    return row
