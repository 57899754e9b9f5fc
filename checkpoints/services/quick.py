"""One tap each: an ambulance passes first and is written down while it passes; a courier is told where goods go."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from checkpoints.models import Passage
from residents.models import DutyPolicy

QUICK: dict[str, dict[str, Any]] = {
    "ambulance": {"person": "driver", "plate_no": "无牌", "reason": _("ambulance"), "direction": "in"},
    "ambulance_out": {"person": "driver", "plate_no": "无牌", "reason": _("ambulance"), "direction": "out"},
    "courier": {
        "person": "courier", "name": _("courier"), "direction": "in", "result": Passage.Result.TURNED_BACK,
        "result_note": _("courier, goods to the shelf"),
    },
    "taxi": {
        "person": "driver", "plate_no": "无牌", "direction": "in", "result": Passage.Result.TURNED_BACK,
        "result_note": _("taxi stays outside, the passenger walks in"),
    },
}  # fmt: skip


def enters(what: str, policy: DutyPolicy) -> bool:
    """Whether the policy of the day lets in who else stays outside."""
    return {"courier": policy.couriers_enter, "taxi": policy.taxis_enter}.get(what, True)


def row(what: str, policy: DutyPolicy) -> dict[str, str]:
    """What the tap writes, but for its number and its moment."""
    found = {name: str(value) for name, value in QUICK[what].items()}
    return found | {"result": Passage.Result.PASSED.value, "result_note": ""} if enters(what, policy) else found


def rows(policy: DutyPolicy) -> dict[str, dict[str, str]]:
    """All of them, for a phone that has no network when they come."""
    return {what: row(what, policy) for what in QUICK}
