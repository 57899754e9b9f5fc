"""Days and times as people here write them."""

import datetime as dt

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date

# Days outside are typing errors, and their neighbours would leave the calendar.
FIRST, LAST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


def day_of(text: str) -> dt.date | None:
    """The day a text names, as 2022-04-10; None for nonsense."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and FIRST <= day <= LAST else None


def asked_day(request: HttpRequest, name: str = "day") -> dt.date:
    """The day in the query (`?day=2022-04-10`), or today; nonsense is today."""
    return day_of(request.GET.get(name, "")) or timezone.localdate()


def moment(day: dt.date, time: dt.time) -> dt.datetime:
    """A local time of a day as an aware moment."""
    return timezone.make_aware(dt.datetime.combine(day, time))


def day_bounds(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """The first moment of a local day and the first of the next."""
    return moment(day, dt.time.min), moment(day + dt.timedelta(days=1), dt.time.min)


def period(day: dt.date, starts: dt.time, ends: dt.time) -> tuple[dt.datetime, dt.datetime]:
    """Start and end of a shift; one that ends at or before its start time runs over midnight."""
    end_day = day if ends > starts else day + dt.timedelta(days=1)
    return moment(day, starts), moment(end_day, ends)


def clock(starts_at: dt.datetime, ends_at: dt.datetime) -> str:
    """08:30–17:30: two moments as local times."""
    return f"{timezone.localtime(starts_at):%H:%M}–{timezone.localtime(ends_at):%H:%M}"


def time_on(day: dt.date, at: dt.datetime) -> str:
    """18:05 on the day, 04-11 01:00 on another: a moment as a local time."""
    local = timezone.localtime(at)
    return f"{local:%H:%M}" if local.date() == day else f"{local:%m-%d %H:%M}"


def week_of(day: dt.date) -> list[dt.date]:
    """The seven days, from Monday, of the week a day lies in."""
    monday = day - dt.timedelta(days=day.weekday())
    return [monday + dt.timedelta(days=n) for n in range(7)]
