"""Posts, and who and what passed the gates."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Passage, Post
from portal.reports import sources
from portal.reports.blocks.definitions import PLACES, TIMES, VEHICLES, Counted, Figure, Tally, distinct

PASSED = Passage.Result.PASSED.value


def _passages(key: str, label: Any, *, unit: Any = TIMES, heading: str = "", **equal: Any) -> Figure:
    return Figure(key, label, unit, "gates", Tally(sources.BY_PERSON, equal), heading)


def figures() -> Iterator[Figure]:
    """Posts and gates."""
    checkpoints = Counted(sources.POSTS, lambda at: Count("pk", filter=Q(kind=Post.Kind.CHECKPOINT)))
    yield Figure("checkpoints", _("checkpoints"), PLACES, "gates", checkpoints, "卡口数")
    staffed = Counted(sources.STANDS, lambda at: distinct("shift__post", sources.signed(at)))
    yield Figure("posts_on_duty", _("posts on duty"), PLACES, "gates", staffed)
    yield _passages("passages_in", _("passages in"), heading="卡口进人次", direction="in", result=PASSED)
    yield _passages("passages_out", _("passages out"), heading="卡口出人次", direction="out", result=PASSED)
    yield _passages("turned_back", _("turned back"), heading="劝返人次", result=Passage.Result.TURNED_BACK.value)
    yield _passages("fever", _("fever"), heading="体温异常", fever=1)
    yield _passages("vehicles", _("vehicles in and out"), unit=VEHICLES, heading="进出车辆", vehicle=1, result=PASSED)


def parts() -> Iterator[Figure]:
    """Passages in and out by kind of person, then by hour."""
    for way, label in Passage.Direction.choices:
        whole, passed = f"passages_{way}", {"direction": way, "result": PASSED}
        for kind, name in Passage.Person.choices:
            how = Tally(sources.BY_PERSON, {**passed, "person": kind})
            yield Figure(f"{whole}_{kind}", label, TIMES, "gates", how, part_of=whole, part=name)
        for hour in range(24):
            how = Tally(sources.BY_HOUR, {"direction": way, "hour": hour})
            yield Figure(f"{whole}_h{hour:02}", label, TIMES, "gates", how, part_of=f"{whole}_by_hour", part=hour)
