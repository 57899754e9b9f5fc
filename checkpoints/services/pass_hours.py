"""The days and hours of a rule of passes; pass_rules.js holds the same. Days and minutes are counted from the year 1."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

Case = Mapping[str, Any]


def day_of(text: str) -> int:
    """The number of its day."""
    return dt.date.fromisoformat(text[:10]).toordinal()


def clock(text: str) -> int:
    """The minutes of "08:30"."""
    return int(text[:2]) * 60 + int(text[3:5])


def minute_of(text: str) -> int:
    """The minute of its day."""
    return clock(text[11:])


def minutes_of(text: str) -> int:
    """Days and minutes of a moment, in minutes."""
    return day_of(text) * 1440 + minute_of(text)


def moment(minutes: int) -> str:
    """The same back: the text of a moment."""
    return f"{dt.date.fromordinal(minutes // 1440).isoformat()}T{minutes % 1440 // 60:02d}:{minutes % 60:02d}"


def on_day(policy: Case, day: int) -> bool:
    """Whether the rule lets anybody out on this day."""
    date = dt.date.fromordinal(day)
    if policy["days"] in {"odd", "even"}:
        return (date.day % 2 == 1) == (policy["days"] == "odd")
    return policy["days"] == "every" or date.isoweekday() in policy["weekdays"]


def in_window(policy: Case, minute: int) -> bool:
    """Both ends belong to it; a window may lie across midnight."""
    if not policy["from"]:
        return True
    opens, closes = clock(policy["from"]), clock(policy["until"])
    if opens <= closes:
        return opens <= minute <= closes
    return minute >= opens or minute <= closes


def opening(policy: Case | None, minute: int) -> int | None:
    """The first minute of the window from this one on, on the same day."""
    if not policy or in_window(policy, minute):
        return minute
    opens = clock(policy["from"])
    return opens if minute < opens else None
