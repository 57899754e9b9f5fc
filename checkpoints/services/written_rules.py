"""What a passage may hold, as data: read by services.written here and by static/js/written.js on the phone.

Expressions use only what Python and JavaScript read alike: no \\d, \\s or \\w, no named groups, no looking back. Both are
run over tests/checkpoints/cases/passages.json and must agree on every case.
"""

from functools import cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Passage

# A phone's clock may run ahead by this much.
SKEW_SECONDS = 5 * 60

LENGTHS = {"home": 60, "name": 40, "phone": 20, "reason": 60, "plate_no": 12, "result_note": 120, "host": 40, "override": 120}
CHOICES = {
    "direction": sorted(Passage.Direction.values),
    "person": sorted(Passage.Person.values),
    "health_code": sorted(Passage.HealthCode.values),
    "result": sorted(Passage.Result.values),
}

SPACE = r"\u0009-\u000d\u0020\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# Control characters, halves of characters, and marks that turn the direction of reading.
UNREADABLE = (
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
SHAPES = {
    "space": f"[{SPACE}]+",
    "unreadable": UNREADABLE,
    "key": "[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}",
    "moment": (
        "([12][0-9]{3})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
        "(Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])?"
    ),
    "degree_marks": f"[{SPACE}℃°C度]",
    "degrees": r"([0-9]{2})(?:\.([0-9])0*)?",
    "degrees_fine": r"(?:3[4-9]|4[0-2])\.[0-9]{2,}",
    "degrees_plain": r"([0-9]{1,3})(?:\.([0-9]{1,2}))?",
    "phone_marks": rf"[{SPACE}\-()]",
    "phone": "1[3-9][0-9]{9}|0[0-9]{9,11}",
    "plate_marks": rf"[{SPACE}·•・.\-]",
    "plate": (
        f"[{_PROVINCES}][A-Z](?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9学警港澳挂领使试超]"  # six places
        "|[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK])"  # new energy: eight characters in all
        f"|[{_PROVINCES}]X[0-9]{{4}}应急"  # fire and rescue
        f"|WJ[{_PROVINCES}]?[0-9]{{4}}[0-9A-Z]|[使领][0-9]{{6}}|[0-9]{{6}}[使领]|[A-Z]{{2}}[0-9]{{5}}|无牌"
    ),
    "passengers": "[0-9]{1,2}",
    "home_gaps": f"([0-9])[{SPACE}]+(?=[0-9])",
    "home_dashes": r"[‐-―−_/.#~\-]+",
    "home": (
        "([A-Z]?[0-9]{1,4}[A-Z]?)(?:号楼|栋|幢|座|号|楼|-)"
        "(?:([0-9]{1,2}|[A-Z])(?:单元|门|-))?([A-Z]?[0-9]{1,5}[A-Z]?)(?:室|号|房)?"
    ),
}
MOST_PASSENGERS = 60
# In tenths of a degree.
COLDEST, HOTTEST = 340, 430

# The first that fits says what must be there: of each list one field at least, else the sentence.
NEEDS: list[dict[str, Any]] = [
    {"when": {"result": "turned_back"}, "needs": [[["result_note"], "need_note"]]},
    {"when": {"person": "visitor", "direction": "in"}, "needs": [[["home"], "need_visit"], [["reason"], "need_reason"]]},
    {"when": {"person": "driver"}, "needs": [[["plate_no"], "need_plate"]]},
    {"when": {}, "needs": [[["home", "name"], "need_home"]]},
]

SENTENCES = {
    "shape": _("A passage is a set of named values."),
    "need_note": _("Say why the person was turned back."),
    "need_visit": _("A visitor goes to a home: write which, such as 17-3-702."),
    "need_reason": _("A visitor needs a reason: choose or write one."),
    "need_plate": _("Write the plate, such as 鄂A12345; without one write 无牌."),
    "need_home": _("Write the home, such as 17-3-702, or the name."),
    "courier": _("Couriers stay outside here: press “Turn back”, goods go to the shelf."),
    "need_way": _("Press In or Out."),
    "key": _("The passage has no valid number (UUID)."),
    "moment_missing": _("Say when it happened, with the time zone: 2022-04-10T08:30:00+08:00."),
    "moment": _("This is not a moment: 2022-04-10T08:30:00+08:00 is one."),
    "future": _("This lies in the future. Check the clock of the phone."),
    "outside": _("This is outside the hours of the shift. Log it on the shift of that time."),
    "not_text": _("Write this as text."),
    "too_long": _("At most %(most)s characters."),
    "unreadable": _("This holds characters that cannot be read. Write it again."),
    "phone": _("A mobile number has 11 digits and begins with 13 to 19."),
    "plate": _("This is not a plate. Write it like 鄂A12345, new-energy 鄂AD12345; without one write 无牌."),
    "plate_letters": _("Plates have no letter O or I. Did you mean %(guess)s?"),
    "mask": _("The mask is worn or not: true or false."),
    "passengers": _("Passengers are a number from 0 to 60."),
    "degrees_number": _("Write the temperature as a number such as 36.5."),
    "degrees_meant": _("%(written)s is no temperature. Did you mean %(guess)s?"),
    "degrees_fine": _("One decimal is enough: %(guess)s?"),
    "degrees": _("A temperature lies between 34.0 and 43.0."),
    "choice": _("Choose one of: %(allowed)s."),
}


def rules() -> dict[str, Any]:
    """All of it for the phone, the sentences in the language of whoever asks."""
    return _rules(get_language() or "")


@cache
def _rules(_language: str) -> dict[str, Any]:
    return {
        "lengths": LENGTHS,
        "choices": CHOICES,
        "shapes": SHAPES,
        "needs": NEEDS,
        "sentences": {code: str(sentence) for code, sentence in SENTENCES.items()},
        "mostPassengers": MOST_PASSENGERS,
        "coldest": COLDEST,
        "hottest": HOTTEST,
        "skewSeconds": SKEW_SECONDS,
    }
