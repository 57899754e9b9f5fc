"""Tags and filters every template has."""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template.defaultfilters import date
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext, pgettext

from portal.lib import masks
from portal.lib.languages import in_language, listed

register = template.Library()

register.filter("mask_name", lambda value: masks.name(str(value or "")))
register.filter("mask_phone", lambda value: masks.phone(str(value or "")))
register.filter("mask_id", lambda value: masks.id_number(str(value or "")))
register.filter("mask_plate", lambda value: gettext("no plate") if value == masks.NO_PLATE else masks.plate(str(value or "")))

TINTS = 8
SYMBOL = re.compile(r'<symbol id="([\w-]+)" viewBox="0 0 24 24">(.*?)</symbol>')


@register.simple_tag
def icon(name: str, label: str = "", *, inline: bool = False) -> SafeString:
    """Draw one icon of static/vendor/icons.txt; without a label it is decoration that a screen reader skips.

    `inline` brings its lines along: what a script puts on a page is then drawn once, not again when the sprite is looked up.
    """
    if not label:
        return _decoration(name, inline)
    box, use = _content(name, inline)
    return format_html('<svg class="p-icon" role="img" aria-label="{}"{}>{}</svg>', label, box, use)


@cache
def _decoration(name: str, inline: bool) -> SafeString:
    """A page has dozens of them, always the same: written anew they took a fifth of its time."""
    return format_html('<svg class="p-icon" aria-hidden="true"{}>{}</svg>', *_content(name, inline))


def _content(name: str, inline: bool) -> tuple[SafeString, SafeString]:
    if inline:
        return SafeString(' viewBox="0 0 24 24"'), _drawn()[name]
    return SafeString(""), format_html('<use href="{}#{}"></use>', static("img/sprite.svg"), name)


@cache
def _drawn() -> dict[str, SafeString]:
    """The lines of each icon, by its name: files of our own, so they are safe."""
    sprite = (settings.BASE_DIR / "static" / "img" / "sprite.svg").read_text()
    return {name: SafeString(lines) for name, lines in SYMBOL.findall(sprite)}


@register.simple_tag
def menu(entries: Iterable[Any], current: Any) -> SafeString:
    """Draw lines of the menu (portal/nav.py); the one whose page is open says so."""
    language = get_language()
    return SafeString("".join([_menu_line(entry, entry is current, language) for entry in entries]))


@cache
def _menu_line(entry: Any, is_open: bool, language: str) -> SafeString:
    """A page has a hundred of them, always the same: like icons they are written once."""
    mark = SafeString(' aria-current="page"' if is_open else "")
    return format_html('<a href="{}"{}>{}{}</a>', entry.address, mark, icon(entry.icon), entry.label)


@register.filter
def tint(number: Any) -> str:
    """The class that colours a chip or an avatar: the same unit has the same tint on every page."""
    return f"p-tint-{int(number or 0) % TINTS}"


@register.simple_tag
def avatar(name: str, number: Any = None) -> SafeString:
    """Draw the first character of a name on its unit's tint; without a number on grey."""
    colour = "" if number is None else " " + tint(number)
    return format_html('<span class="p-avatar{}" aria-hidden="true">{}</span>', colour, str(name)[:1])


@register.filter
def number(value: Any) -> str:
    """1234 -> 1,234; nothing reported is a dash, zero is a zero."""
    return "—" if value is None or value == "" else f"{value:,}"


@register.filter
def temperature(value: Any) -> str:
    """36.5 -> 36.5 ℃."""
    return "—" if value is None or value == "" else f"{Decimal(str(value)):.1f} ℃"


@register.filter(expects_localtime=True)
def end_hour(moment: dt.datetime) -> str:
    """17:30; midnight is 24:00, for what ends then belongs to the day before."""
    return str(date(moment, "H:i")).replace("00:00", "24:00")


@register.filter(expects_localtime=True)
def paper_day(day: dt.date | None) -> str:
    """2022年4月15日, as forms of paper write it."""
    return str(date(day, pgettext("a day on paper", "Y-m-d")))


@register.filter
def lasting(since: dt.datetime, until: dt.datetime | None = None) -> str:
    """2 hours 5 minutes, until now where nothing else is said; Django parts them as the things of a list."""
    return " ".join(timesince(since, until).split(gettext(", ")))


@register.filter
def hours(minutes: Any) -> str:
    """450 minutes -> 7.5."""
    return "—" if minutes is None or minutes == "" else f"{Decimal(minutes) / 60:.1f}".removesuffix(".0")


@register.inclusion_tag("parts/sort.html", takes_context=True)
def sort(context: template.Context, field: str, label: str, classes: str = "") -> dict[str, Any]:
    """Draw a table heading that sorts by the field: first upwards, pressed again downwards."""
    request: HttpRequest = context["request"]
    now = request.GET.get("sort", "")
    query = request.GET.copy()
    query.pop("page", None)
    query["sort"] = f"-{field}" if now == field else field
    order = {field: "ascending", f"-{field}": "descending"}.get(now, "")
    return {"label": label, "address": "?" + query.urlencode(), "order": order, "classes": classes}


register.filter("kind_name", in_language)
register.filter("listed", lambda names: listed(map(str, names or ())))


@register.filter
def page_range(paginator: "Paginator[Any]", page: int) -> Iterable[int | str]:
    """The page numbers to show around the open one, with gaps."""
    return paginator.get_elided_page_range(page, on_each_side=2, on_ends=1)
