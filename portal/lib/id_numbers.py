"""The 18-digit ID number (GB 11643): its check digit and what it tells.

Area codes are not looked up: many people carry codes of areas that exist no more.
"""

import datetime as dt
from functools import lru_cache
from operator import mul

from django.utils.translation import gettext as _

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def check_digit(first17: str) -> str:
    """The last character that belongs to the first 17 digits."""
    if len(first17) != len(WEIGHTS):
        raise ValueError(first17)
    return CHECKS[sum(map(mul, map(int, first17), WEIGHTS)) % 11]


# A row asks the same number several times.
@lru_cache(maxsize=4)
def _is_right(number: str) -> bool:
    return number[17] == check_digit(number[:17])


def fault(number: str) -> str:
    """Return what is wrong with an upper-case number, or an empty text."""
    if len(number) != 18:
        return _("has %(count)s characters; an ID number has 18") % {"count": len(number)}
    if not (number.isascii() and number[:17].isdigit() and (number[17].isdigit() or number[17] == "X")):
        return _("has other characters than 17 digits and a last digit or X")
    if _born(number) is None:
        return _("contains a birthday that does not exist")
    if not _is_right(number):
        return _("has a wrong check digit: at least one digit is mistyped")
    return ""


def is_valid(number: str) -> bool:
    """Whether it is an ID number whose check digit is right."""
    return not fault(number)


def _born(number: str) -> dt.date | None:
    try:
        born = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if 1900 <= born.year <= 2100 else None


def born_on(number: str) -> dt.date | None:
    """The birthday a valid number tells; None for another document."""
    return _born(number) if is_valid(number) else None


def is_male(number: str) -> bool | None:
    """The sex a valid number tells (odd serial: male); None for another document."""
    return int(number[16]) % 2 == 1 if is_valid(number) else None
