"""One tap each: an ambulance passes first and is written down while it passes; a courier is told where goods go."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from checkpoints.models import Passage
from portal.lib.masks import NO_PLATE
from residents.models import DutyPolicy

QUICK: dict[str, dict[str, Any]] = {
    "ambulance": {"person": "driver", "plate_no": NO_PLATE, "reason": _("ambulance"), "direction": "in"},
    "ambulance_out": {"person": "driver", "plate_no": NO_PLATE, "reason": _("ambulance"), "direction": "out"},
    "courier": {
        "person": "courier", "direction": "in", "result": Passage.Result.TURNED_BACK,
        "result_note": _("courier, goods to the shelf"),
    },
    "taxi": {
        "person": "driver", "plate_no": NO_PLATE, "reason": _("taxi"), "direction": "in", "result": Passage.Result.TURNED_BACK,
        "result_note": _("taxi stays outside, the passenger walks in"),
    },
}  # fmt: skip
# Who is let in is written down by home or name.
NAMED = {"courier": _("courier")}


def enters(what: str, policy: DutyPolicy) -> bool:
    """Whether the policy of the day lets in who else stays outside."""
    return {"courier": policy.couriers_enter, "taxi": policy.taxis_enter}.get(what, True)


def row(what: str, policy: DutyPolicy) -> dict[str, str]:
    """What the tap writes, but for its number and its moment: in Chinese whoever taps, for the register and its counts are."""
    with override("zh-hans"):
        found = {name: str(value) for name, value in QUICK[what].items()}
        name = {"name": str(NAMED[what])} if what in NAMED else {}
    if not enters(what, policy):
        return found
    return found | name | {"result": Passage.Result.PASSED.value, "result_note": ""}


def rows(policy: DutyPolicy) -> dict[str, dict[str, str]]:
    """All of them, for a phone that has no network when they come."""
    return {what: row(what, policy) for what in QUICK}
