"""Cells to values: what people type, and what Excel makes of it.

Each parser takes a cell as it was read and returns a value, or raises BadCell with a sentence.
"""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.lib import id_numbers, sentences
from portal.lib.sentences import gettext as _
from portal.lib.sheets.errors import BadCell

MOBILE = re.compile(r"1[3-9]\d{9}")
ROUNDED = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
PAPERS = re.compile(r"[A-Z]{1,3}[0-9A-Z]{5,15}")
YES = {"是", "有", "对", "√", "✓", "y", "yes", "true", "1", "t"}
NO = {"否", "无", "不", "没有", "×", "✗", "x", "n", "no", "false", "0", "f"}


def text(value: Any) -> str:
    """A cell as the person sees it: no .0 behind whole numbers, days as 2022-04-15, one line, no invisible characters."""
    found = value if isinstance(value, str) else _shown(value)
    if not found:
        return ""
    if found.isprintable():
        # Most cells: of all spaces only the plain one is printable.
        return " ".join(found.split()) if " " in found else found
    return " ".join("".join(c for c in found if _visible(c)).split())


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return _number(value)
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, dt.datetime) else str(value)


def _visible(character: str) -> bool:
    # Cf: marks that turn the direction of writing or take no room; Cs: halves of characters.
    return character in "\t\n\r" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}


def _number(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    # From 16 digits on Excel has lost the last ones: shown as it shows them.
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.15g}".upper()


def plain(limit: int) -> Callable[[Any], str]:
    """Text up to `limit` characters."""

    def parse(value: Any) -> str:
        found = text(value)
        if len(found) > limit:
            raise BadCell(_("is longer than %(limit)s characters") % {"limit": limit})
        return found

    return parse


def narrow(value: Any) -> str:
    """Full-width digits and letters made narrow, spaces taken out: for numbers and codes."""
    found = text(value)
    return found if found.isascii() and " " not in found else "".join(unicodedata.normalize("NFKC", found).split())


def person_name(value: Any) -> str:
    """A name; spaces inside a Chinese name are only decoration."""
    found = plain(40)(value)
    if found and not re.search(r"[A-Za-z]", found):
        found = found.replace(" ", "")
    if found.startswith(("=", "+", "@")):
        raise BadCell(_("is a formula; type the name itself"))
    if found and re.fullmatch(r"[\d\s.,:;+\-*/]*", found):
        raise BadCell(_("is not a name"))
    return found


def mobile(value: Any) -> str:
    """A mobile number of 11 digits; Excel's 13800138000.0, full-width digits, +86, spaces and dashes are understood."""
    found = re.sub(r"[-—–()]", "", narrow(value))
    found = re.sub(r"^(\+|00)?86(?=1\d{10}$)", "", found)
    if not found or MOBILE.fullmatch(found):
        return found
    if ROUNDED.fullmatch(found):
        raise BadCell(_("was shortened by Excel; format the column as text and type it again"))
    if found.isdigit() and len(found) != 11:
        raise BadCell(_("has %(count)s digits; a mobile number has 11") % {"count": len(found)})
    raise BadCell(_("is not a mobile number: 11 digits that begin with 13 to 19"))


def phone(value: Any) -> str:
    """Any number one can call, landlines too."""
    found = re.sub(r"[—–]", "-", narrow(value))
    if found and not re.fullmatch(r"\+?[\d()-]{5,20}", found):
        raise BadCell(_("is not a phone number"))
    return found


def id_number(value: Any) -> str:
    """An ID number with its check digit, or the number of a passport or permit."""
    if isinstance(value, float):
        raise BadCell(_("was typed as a number, and Excel rounds it after 15 digits; format the column as text, type it again"))
    found = narrow(value).upper()
    if not found or PAPERS.fullmatch(found):
        return found
    if ROUNDED.fullmatch(found):
        raise BadCell(_("was shortened by Excel; format the column as text and type it again"))
    if fault := id_numbers.fault(found):
        raise BadCell(fault)
    return found


def yes_no(value: Any) -> bool | None:
    """是 / 否 and what people write for it; empty is unknown."""
    if isinstance(value, bool):
        return value
    found = narrow(value).lower()
    if not found:
        return None
    if found in YES:
        return True
    if found in NO:
        return False
    raise BadCell(_("is neither yes (是) nor no (否)"))


def whole(low: int, high: int) -> Callable[[Any], int | None]:
    """A whole number between two limits."""

    def parse(value: Any) -> int | None:
        found = re.sub(r"[次剂人针]$", "", narrow(value))
        if not found:
            return None
        if not re.fullmatch(r"\d{1,9}", found) or not low <= int(found) <= high:
            raise BadCell(_("is not a whole number from %(low)s to %(high)s") % {"low": low, "high": high})
        return int(found)

    return parse


def temperature(value: Any) -> Decimal | None:
    """Degrees Celsius with one decimal."""
    found = re.sub(r"(°C|℃|度|C)$", "", narrow(value)).replace(",", ".")
    if not found:
        return None
    try:
        degrees = Decimal(found)
    except InvalidOperation:
        raise BadCell(_("is not a temperature")) from None
    if not degrees.is_finite() or not Decimal(34) <= degrees <= Decimal(43):
        raise BadCell(_("is not a temperature between 34.0 and 43.0"))
    return degrees.quantize(Decimal("0.1"))


def choice(words: Mapping[str, str]) -> Callable[[Any], str]:
    """One of a few words; the sentence names them."""

    def parse(value: Any) -> str:
        found = narrow(value)
        if not found:
            return ""
        if found not in words:
            raise BadCell(_("is none of %(words)s") % {"words": sentences.listed(words)})
        return words[found]

    return parse


def listed(limit: int, each: int) -> Callable[[Any], list[str]]:
    """Several words with ; , 、 or spaces between them."""

    def parse(value: Any) -> list[str]:
        found = list(dict.fromkeys(word for word in re.split(r"[;；,，、/\s]+", text(value)) if word))
        if len(found) > limit or any(len(word) > each for word in found):
            raise BadCell(
                _("has more than %(limit)s entries, or one longer than %(each)s characters") % {"limit": limit, "each": each}
            )
        return found

    return parse
