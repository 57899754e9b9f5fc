"""Cases that Python and JavaScript must answer alike."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from checkpoints.services import written
from checkpoints.services.written_fields import Invalid

TABLE = json.loads((Path(__file__).parent / "passages.json").read_text())


def row_of(case: dict[str, Any]) -> Any:
    """The row as a phone would send it: the usual one with what the case says."""
    return case["whole"] if "whole" in case else {**TABLE["base"], **case["said"]}


def milliseconds(moment: str) -> int:
    """A moment as the script counts it."""
    return int(dt.datetime.fromisoformat(moment).timestamp() * 1000)


def by_python(case: dict[str, Any]) -> Any:
    """What the portal makes of a case: the passage, or the field and what is wrong with it."""
    now = dt.datetime.fromisoformat(TABLE["now"])
    opens, closes = map(dt.datetime.fromisoformat, TABLE["hours"])
    try:
        found = written.read(
            row_of(case),
            fever_limit=Decimal(TABLE["fever_limit"]),
            now=now,
            hours=(opens, closes),
            couriers_enter=lambda: TABLE["couriers_enter"],
        )
    except Invalid as bad:
        return [bad.field, bad.code, bad.why]
    whole = found._asdict()
    whole |= {"happened_at": int(found.happened_at.timestamp() * 1000 + 0.5)}
    whole["temperature"] = None if found.temperature is None else str(found.temperature)
    return {name: value for name, value in whole.items() if name not in {"phone_at", "sequence"}}
