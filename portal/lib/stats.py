"""One number of the strip on top of a page (templates/parts/stats.html)."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise


@dataclass(frozen=True)
class Stat:
    """`Stat(_("on duty"), 39, of=44, address="?state=on")`; the tone is "bad", "warn", "ok" or none."""

    label: str | Promise
    value: int | Decimal | None
    of: int | None = None
    tone: str = ""
    address: str = ""
