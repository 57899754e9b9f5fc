"""Days, months and times, in the styles in which people and Excel write them."""

import datetime as dt
import re
import unicodedata
from typing import Any

from django.utils import timezone

from portal.lib.sentences import gettext as _
from portal.lib.sheets.cells import narrow, text
from portal.lib.sheets.errors import BadCell

# Excel counts days from here (the error of 1900 included).
EPOCH = dt.date(1899, 12, 30)
EARLIEST, LATEST = dt.date(1990, 1, 1), dt.date(2099, 12, 31)
OLDEST = 130  # years a person may be
SURELY = dt.timedelta(days=365 * OLDEST)
FULL_DATE = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?:[T\s].*)?")
PACKED_DATE = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
SHORT_DATE = re.compile(r"(\d{1,2})月(\d{1,2})[日号]?")
MONTH = re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*月?")
TIME = re.compile(r"(\d{1,2})[:时点](\d{1,2})?[:分]?(\d{1,2})?秒?")


def day(value: Any, *, year: int | None = None) -> dt.date | None:
    """A day in any of the usual styles, or Excel's serial number; `3月26日` takes its year from `year`."""
    found = _found(value, year)
    if found and not EARLIEST <= found <= LATEST:
        raise BadCell(_("lies outside the years 1990 to 2099"))
    return found


def birthday(value: Any) -> dt.date | None:
    """The day somebody was born: in the last 130 years, and not in the future."""
    found = _found(value, None)
    # Long lists ask this of everybody: the day in UTC is told at once, and the local one is never before it.
    if found is None or dt.timedelta(0) < timezone.now().date() - found < SURELY:
        return found
    today = timezone.localdate()
    if found > today:
        raise BadCell(_("lies in the future"))
    if found.year < today.year - OLDEST:
        raise BadCell(_("lies more than %(years)s years back") % {"years": OLDEST})
    return found


def _found(value: Any, year: int | None) -> dt.date | None:
    if isinstance(value, dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _serial(float(value))
    found = unicodedata.normalize("NFKC", text(value)).strip()
    return _written(found, year) if found else None


def _written(found: str, year: int | None) -> dt.date:
    for pattern in (FULL_DATE, PACKED_DATE):
        if match := pattern.fullmatch(found):
            return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := SHORT_DATE.fullmatch(found):
        if year is None:
            raise BadCell(_("has no year; write it as 2022-04-15"))
        return _day(year, int(match[1]), int(match[2]))
    if re.fullmatch(r"\d{5}(\.\d+)?", found):
        return _serial(float(found))
    raise BadCell(_("is not a day; write it as 2022-04-15"))


def _serial(value: float) -> dt.date:
    if 19000101 <= value <= 20991231 and value.is_integer():
        packed = str(int(value))
        return _day(int(packed[:4]), int(packed[4:6]), int(packed[6:]))
    if not 1 <= value <= 80_000:
        raise BadCell(_("is not a day; write it as 2022-04-15"))
    return EPOCH + dt.timedelta(days=int(value))


def _day(year: int, month: int, number: int) -> dt.date:
    try:
        return dt.date(year, month, number)
    except ValueError:
        raise BadCell(_("is a day that does not exist")) from None


def has_no_year(value: Any) -> bool:
    """Whether the cell is a day like 3月26日."""
    return isinstance(value, str) and bool(SHORT_DATE.fullmatch(unicodedata.normalize("NFKC", text(value))))


def month(value: Any) -> dt.date | None:
    """Year and month, as the first of the month."""
    if isinstance(value, dt.date):
        return dt.date(value.year, value.month, 1)
    found = narrow(value)
    if not found:
        return None
    match = MONTH.fullmatch(found) or FULL_DATE.fullmatch(found) or re.fullmatch(r"((?:19|20)\d{2})(\d{2})(?:\d{2})?", found)
    # 1994.1 as a number may have been 1994.10.
    if not match or (isinstance(value, float) and "." in found and len(match[2]) == 1):
        raise BadCell(_("is not a month; write it as 1985-06"))
    try:
        return dt.date(int(match[1]), int(match[2]), 1)
    except ValueError:
        raise BadCell(_("is a month that does not exist")) from None


def time(value: Any) -> dt.time | None:
    """A time of day: 06:00:08, 6:00, 6时00分, or Excel's part of a day."""
    if isinstance(value, dt.datetime):
        return value.time().replace(microsecond=0)
    if isinstance(value, dt.time):
        return value.replace(microsecond=0)
    if isinstance(value, dt.timedelta):
        value = value.total_seconds() / 86400
    if isinstance(value, float) and 0 <= value < 1:
        seconds = round(value * 86400) % 86400
        return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60)
    found = narrow(value)
    if not found:
        return None
    match = TIME.fullmatch(found)
    try:
        return dt.time(int(match[1]), int(match[2] or 0), int(match[3] or 0)) if match else _no_time()
    except ValueError:
        return _no_time()


def _no_time() -> dt.time:
    raise BadCell(_("is not a time; write it as 08:30"))
