"""Reads one passage as somebody wrote it: on the gate page, in the form without script, or on paper.

Knows no database: what cannot be understood raises Invalid with the field and a sentence that says what to write.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from checkpoints.models import Passage

# A phone's clock may run ahead by this much.
SKEW = dt.timedelta(minutes=5)

LENGTHS = {"home": 60, "name": 40, "phone": 20, "reason": 60, "plate_no": 12, "result_note": 120}
DIRECTIONS, PEOPLE = frozenset(Passage.Direction.values), frozenset(Passage.Person.values)
CODES, RESULTS = frozenset(Passage.HealthCode.values), frozenset(Passage.Result.values)

# Control characters, halves of characters, and marks that turn the direction of reading.
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DEGREES = re.compile(r"(\d{2})(?:\.(\d)0*)?")
PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}")
PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PLATE = re.compile(
    rf"[{PROVINCES}][A-Z](?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9学警港澳挂领使试超]"  # six places
    rf"|[A-HJK][A-HJ-NP-Z0-9]\d{{4}}|\d{{5}}[A-HJK])"  # new energy: eight characters in all
    rf"|WJ[{PROVINCES}]?\d{{4}}[\dA-Z]|[使领]\d{{6}}|\d{{6}}[使领]|[A-Z]{{2}}\d{{5}}|无牌"
)
BUILDING = re.compile(
    r"(?P<building>[A-Z]?\d{1,4}[A-Z]?)(?:号楼|栋|幢|座|号|楼|-)"
    r"(?:(?P<entrance>\d{1,2}|[A-Z])(?:单元|门|-))?(?P<room>[A-Z]?\d{1,5}[A-Z]?)(?:室|号|房)?"
)


class Invalid(Exception):  # noqa: N818 - it is an answer, not an error
    """What was written cannot be understood: which field, and what to write instead."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field, self.why = field, why


class Written(NamedTuple):
    """A passage that can be stored; the temperature is Decimal with one place, the moment is aware."""

    id: str
    happened_at: dt.datetime
    direction: str
    person: str
    home: str
    name: str
    phone: str
    temperature: Decimal | None
    health_code: str
    mask: bool | None
    reason: str
    plate_no: str
    passengers: int | None
    result: str
    result_note: str


def read(row: Any, *, fever_limit: Decimal, now: dt.datetime) -> Written:
    """Understand one row; a temperature from the fever limit on is held, whatever was asked."""
    if not isinstance(row, Mapping):
        raise Invalid("", _("A passage is a set of named values."))
    get = row.get
    temperature = degrees(get("temperature"))
    result = _choice("result", get("result") or Passage.Result.PASSED, RESULTS)
    if temperature is not None and temperature >= fever_limit and result == Passage.Result.PASSED:
        result = str(Passage.Result.HELD)
    written = Written(
        key(get("id")),
        moment(get("happened_at"), now=now),
        way(get("direction")),
        _choice("person", get("person") or Passage.Person.RESIDENT, PEOPLE),
        home(text("home", get("home"))),
        text("name", get("name")),
        phone(text("phone", get("phone"))),
        temperature,
        _choice("health_code", get("health_code"), CODES) if get("health_code") else "",
        mask(get("mask")),
        text("reason", get("reason")),
        plate(text("plate_no", get("plate_no"))),
        passengers(get("passengers")),
        result,
        text("result_note", get("result_note")),
    )
    complete(written)
    return written


def complete(written: Written) -> None:
    """Refuse what lacks what this kind of passage needs."""
    if written.result == Passage.Result.TURNED_BACK:
        _needs(written.result_note, "result_note", _("Say why the person was turned back."))
    elif written.person == Passage.Person.VISITOR and written.direction == Passage.Direction.IN:
        _needs(written.home, "home", _("A visitor goes to a home: write which, such as 17-3-702."))
        _needs(written.reason, "reason", _("A visitor needs a reason: choose or write one."))
    elif written.person == Passage.Person.DRIVER:
        _needs(written.plate_no, "plate_no", _("Write the plate, such as 鄂A12345; without one write 无牌."))
    else:
        _needs(written.home or written.name, "home", _("Write the home, such as 17-3-702, or the name."))


def _needs(value: str, field: str, why: str) -> None:
    if not value:
        raise Invalid(field, why)


def key(value: Any) -> str:
    """The number the phone gave the passage: any UUID, as 36 characters."""
    if isinstance(value, str):
        if KEY.fullmatch(value):
            return value
        try:
            return str(UUID(value))
        except ValueError:
            pass
    raise Invalid("id", _("The passage has no valid number (UUID)."))


def moment(value: Any, *, now: dt.datetime) -> dt.datetime:
    """When it happened, with its time zone; a clock ahead by more than five minutes is refused."""
    if not isinstance(value, str):
        raise Invalid("happened_at", _("Say when it happened, with the time zone: 2022-04-10T08:30:00+08:00."))
    try:
        at = dt.datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise Invalid("happened_at", _("Say when it happened, with the time zone: 2022-04-10T08:30:00+08:00."))
        at = at.astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid("happened_at", _("This is not a moment: 2022-04-10T08:30:00+08:00 is one.")) from error
    if at > now + SKEW:
        raise Invalid("happened_at", _("This lies in the future. Check the clock of the phone."))
    return at


def way(value: Any) -> str:
    """In or out."""
    if not value:
        raise Invalid("direction", _("Press In or Out."))
    return _choice("direction", value, DIRECTIONS)


def text(field: str, value: Any) -> str:
    """Text in one line, bounded; characters nobody can read are refused."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise Invalid(field, _("Write this as text."))
    if len(value) <= LENGTHS[field] and value.isprintable() and value == value.strip() and "  " not in value:
        return value
    if len(value) > 4 * LENGTHS[field]:
        raise Invalid(field, _("At most %(most)s characters.") % {"most": LENGTHS[field]})
    if UNREADABLE.search(value):
        raise Invalid(field, _("This holds characters that cannot be read. Write it again."))
    value = " ".join(value.split())
    if len(value) > LENGTHS[field]:
        raise Invalid(field, _("At most %(most)s characters.") % {"most": LENGTHS[field]})
    return value


@lru_cache(maxsize=4096)
def home(value: str) -> str:
    """17号楼3单元702 -> 17-3-702; an address of another shape stays as it was written."""
    if not value:
        return ""
    plain = re.sub(r"(?<=\d)\s+(?=\d)", "-", unicodedata.normalize("NFKC", value).upper())
    plain = re.sub(r"[‐-―−_/.#~]+", "-", re.sub(r"\s+", "", plain))
    found = BUILDING.fullmatch(plain)
    if not found:
        return value
    return "-".join(part for part in found.group("building", "entrance", "room") if part)


def phone(value: str) -> str:
    """A mobile number or a landline with its area code; spaces, hyphens and +86 are understood."""
    if not value or PHONE.fullmatch(value):
        return value
    plain = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", value)).removeprefix("+86").removeprefix("0086")
    if not PHONE.fullmatch(plain):
        raise Invalid("phone", _("A mobile number has 11 digits and begins with 13 to 19."))
    return plain


def plate(value: str) -> str:
    """鄂a·12345 -> 鄂A12345: ordinary, new-energy, police, trailer, Hong Kong and Macao, embassy, army; 无牌 for none."""
    if not value:
        return ""
    plain = re.sub(r"[\s·•・.\-]", "", unicodedata.normalize("NFKC", value)).upper()
    if PLATE.fullmatch(plain):
        return plain
    guess = plain[:2] + plain[2:].replace("O", "0").replace("I", "1")
    if PLATE.fullmatch(guess):
        raise Invalid("plate_no", _("Plates have no letter O or I. Did you mean %(guess)s?") % {"guess": guess})
    raise Invalid("plate_no", _("This is not a plate. Write it like 鄂A12345, new-energy 鄂AD12345; without one write 无牌."))


def mask(value: Any) -> bool | None:
    """Yes, no, or not looked at."""
    if value is None or isinstance(value, bool):
        return value
    raise Invalid("mask", _("The mask is worn or not: true or false."))


def passengers(value: Any) -> int | None:
    """How many people ride along: 0 to 60."""
    if value is None or value == "":
        return None
    plain = unicodedata.normalize("NFKC", str(value)).strip()
    if isinstance(value, int | str) and not isinstance(value, bool) and re.fullmatch(r"[0-9]{1,2}", plain) and int(plain) <= 60:
        return int(plain)
    raise Invalid("passengers", _("Passengers are a number from 0 to 60."))


def degrees(value: Any) -> Decimal | None:
    """36.5, "36,5" and "３６．５℃" are understood; 366 and 3.65 are not guessed at but asked back."""
    if value is None or value == "":
        return None
    if not isinstance(value, str | int | float | Decimal) or isinstance(value, bool):
        raise Invalid("temperature", _("Write the temperature as a number such as 36.5."))
    return _degrees(str(value)[:20])


@lru_cache(maxsize=512)
def _degrees(value: str) -> Decimal:
    plain = re.sub(r"[\s℃°C度]", "", unicodedata.normalize("NFKC", value)).replace(",", ".").replace("。", ".")
    found = DEGREES.fullmatch(plain)
    if found and 34 <= (number := Decimal(f"{found[1]}.{found[2] or 0}")) <= 43:
        return number
    if guess := _meant(plain):
        raise Invalid(
            "temperature", _("%(written)s is no temperature. Did you mean %(guess)s?") % {"written": value, "guess": guess}
        )
    if re.fullmatch(r"(?:3[4-9]|4[0-2])\.\d{2,}", plain):
        raise Invalid("temperature", _("One decimal is enough: %(guess)s?") % {"guess": plain[:4]})
    raise Invalid("temperature", _("A temperature lies between 34.0 and 43.0."))


def _meant(plain: str) -> str:
    """What 366, 3.65 or 97.7 (Fahrenheit) was probably meant to be."""
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,2})?", plain):
        return ""
    digits = plain.replace(".", "")
    if len(digits) == 3 and 340 <= int(digits) <= 430:
        return f"{digits[:2]}.{digits[2]}"
    celsius = (Decimal(plain) - 32) * 5 / 9
    return f"{celsius:.1f}" if 34 <= celsius <= 43 else ""


def _choice(field: str, value: Any, allowed: frozenset[str]) -> str:
    if isinstance(value, str) and value in allowed:
        return str(value)
    raise Invalid(field, _("Choose one of: %(allowed)s.") % {"allowed": ", ".join(sorted(allowed))})
