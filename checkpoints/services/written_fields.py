"""Reads each field of a passage as somebody wrote it; services.written reads the whole."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal
from functools import lru_cache
from typing import Any

from checkpoints.services.written_rules import (
    CHOICES,
    COLDEST,
    HOTTEST,
    LENGTHS,
    MOST_PASSENGERS,
    SENTENCES,
    SHAPES,
    SKEW_SECONDS,
)

SKEW = dt.timedelta(seconds=SKEW_SECONDS)
SHAPE = {name: re.compile(shape) for name, shape in SHAPES.items()}
ALLOWED = {field: frozenset(values) for field, values in CHOICES.items()}
# As a phone writes it; nothing has to be changed.
KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_SEQUENCE = 2**31 - 1
Hours = tuple[dt.datetime, dt.datetime]


class Invalid(Exception):  # noqa: N818 - it is an answer, not an error
    """What was written cannot be understood: which field, and what to write instead."""

    def __init__(self, field: str, why: str, code: str = "") -> None:
        super().__init__(why)
        self.field, self.why, self.code = field, why, code


def bad(field: str, code: str, **values: object) -> Invalid:
    """What is wrong with a field, in the words of the rules."""
    return Invalid(field, str(SENTENCES[code]) % values, code)


def key(value: Any) -> str:
    """The number the phone gave the passage: any UUID, as 36 characters."""
    if isinstance(value, str):
        if KEY.fullmatch(value):
            return value
        if SHAPE["key"].fullmatch(value):
            plain = value.replace("-", "").lower()
            return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"
    raise bad("id", "key")


def moment(value: Any, *, now: dt.datetime, hours: Hours | None = None) -> dt.datetime:
    """When it happened, with its time zone; a clock ahead by more than five minutes is refused."""
    if not isinstance(value, str):
        raise bad("happened_at", "moment_missing")
    at = _moment(value)
    if at > now + SKEW:
        raise bad("happened_at", "future")
    if hours and not hours[0] <= at <= hours[1]:
        raise bad("happened_at", "outside")
    return at


def _moment(value: str) -> dt.datetime:
    found = SHAPE["moment"].fullmatch(value)
    if not found:
        raise bad("happened_at", "moment")
    if not found[8]:
        raise bad("happened_at", "moment_missing")
    try:
        return dt.datetime.fromisoformat(value).astimezone(dt.UTC)
    except (ValueError, OverflowError) as error:
        raise bad("happened_at", "moment") from error


def clock(value: Any) -> dt.datetime | None:
    """What the phone's own clock said."""
    # A clock nobody can read is no reason to lose the passage.
    try:
        return _moment(value) if isinstance(value, str) else None
    except Invalid:
        return None


def sequence(value: Any) -> int | None:
    """Which of the phone's rows it is."""
    return value if type(value) is int and 0 <= value <= MOST_SEQUENCE else None


def way(value: Any) -> str:
    """In or out."""
    if value is None or value == "":
        raise bad("direction", "need_way")
    return choice("direction", value)


def choice(field: str, value: Any, *, or_else: str | None = None) -> str:
    """One of the values the field knows."""
    if isinstance(value, str) and value in ALLOWED[field]:
        return value
    if or_else is not None and (value is None or value == ""):
        return or_else
    raise bad(field, "choice", allowed=", ".join(CHOICES[field]))


def text(field: str, value: Any) -> str:
    """Text in one line, bounded; characters nobody can read are refused."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise bad(field, "not_text")
    # Of all spaces only the plain one is printable.
    if len(value) <= LENGTHS[field] and value.isprintable() and " " not in value:
        return value
    if len(value) > 4 * LENGTHS[field]:
        raise bad(field, "too_long", most=LENGTHS[field])
    if SHAPE["unreadable"].search(value):
        raise bad(field, "unreadable")
    value = SHAPE["space"].sub(" ", value).strip(" ")
    if len(value) > LENGTHS[field]:
        raise bad(field, "too_long", most=LENGTHS[field])
    return value


@lru_cache(maxsize=4096)
def home(value: str) -> str:
    """17号楼3单元702 -> 17-3-702; an address of another shape stays as it was written."""
    if not value:
        return ""
    plain = SHAPE["home_gaps"].sub(r"\1-", unicodedata.normalize("NFKC", value).upper())
    found = SHAPE["home"].fullmatch(SHAPE["home_dashes"].sub("-", SHAPE["space"].sub("", plain)))
    return "-".join(part for part in found.groups() if part) if found else value


def phone(value: str) -> str:
    """A mobile number or a landline with its area code; spaces, hyphens and +86 are understood."""
    if not value or SHAPE["phone"].fullmatch(value):
        return value
    plain = SHAPE["phone_marks"].sub("", unicodedata.normalize("NFKC", value)).removeprefix("+86").removeprefix("0086")
    if not SHAPE["phone"].fullmatch(plain):
        raise bad("phone", "phone")
    return plain


def plate(value: str) -> str:
    """鄂a·12345 -> 鄂A12345: ordinary, new-energy, police, trailer, Hong Kong and Macao, embassy, army; 无牌 for none."""
    if not value:
        return ""
    plain = SHAPE["plate_marks"].sub("", unicodedata.normalize("NFKC", value)).upper()
    if SHAPE["plate"].fullmatch(plain):
        return plain
    guess = plain[:2] + plain[2:].replace("O", "0").replace("I", "1")
    if SHAPE["plate"].fullmatch(guess):
        raise bad("plate_no", "plate_letters", guess=guess)
    raise bad("plate_no", "plate")


def mask(value: Any) -> bool | None:
    """Yes, no, or not looked at."""
    if value is None or isinstance(value, bool):
        return value
    raise bad("mask", "mask")


def passengers(value: Any) -> int | None:
    """How many people ride along: 0 to 60."""
    if value is None or value == "":
        return None
    if isinstance(value, int | str) and not isinstance(value, bool):
        plain = SHAPE["space"].sub("", unicodedata.normalize("NFKC", str(value)))
        if SHAPE["passengers"].fullmatch(plain) and int(plain) <= MOST_PASSENGERS:
            return int(plain)
    raise bad("passengers", "passengers")


def degrees(value: Any) -> Decimal | None:
    """36.5, "36,5" and "３６．５℃" are understood; 366 and 3.65 are not guessed at but asked back."""
    if value is None or value == "":
        return None
    if not isinstance(value, str | int | float | Decimal) or isinstance(value, bool):
        raise bad("temperature", "degrees_number")
    return _degrees(str(value)[:20])


@lru_cache(maxsize=512)
def _degrees(value: str) -> Decimal:
    plain = SHAPE["degree_marks"].sub("", unicodedata.normalize("NFKC", value)).replace(",", ".").replace("。", ".")
    found = SHAPE["degrees"].fullmatch(plain)
    if found and COLDEST <= int(found[1] + (found[2] or "0")) <= HOTTEST:
        return Decimal(f"{found[1]}.{found[2] or 0}")
    if guess := _meant(plain):
        raise bad("temperature", "degrees_meant", written=value, guess=guess)
    if SHAPE["degrees_fine"].fullmatch(plain):
        raise bad("temperature", "degrees_fine", guess=_rounded(plain))
    raise bad("temperature", "degrees")


def _rounded(plain: str) -> str:
    """37.29 is 37.3 and not 37.2: cut off, a fever would become none."""
    tenths = int(plain[:2] + plain[3]) + (plain[4] >= "5")
    return f"{tenths // 10}.{tenths % 10}"


def _meant(plain: str) -> str:
    """What 366, 3.65 or 97.7 (Fahrenheit) was probably meant to be."""
    found = SHAPE["degrees_plain"].fullmatch(plain)
    if not found:
        return ""
    whole, part = found[1], found[2] or ""
    if len(whole + part) == 3 and COLDEST <= int(whole + part) <= HOTTEST:
        return f"{(whole + part)[:2]}.{(whole + part)[2]}"
    # In hundredths, so that the phone counts alike.
    above = (int(whole + part.ljust(2, "0")) - 3200) * 5
    if not COLDEST * 90 <= above <= HOTTEST * 90:
        return ""
    tenths = (above + 45) // 90
    return f"{tenths // 10}.{tenths % 10}"
