"""What a batch of passages costs when millions are stored already, beside the same batch in an empty log.

Ten million take a quarter of an hour and 4 GB to make: `BENCH_STORED=10000000 make bench ARGS=growth`.
"""

import os
import statistics
from decimal import Decimal

from django.db import connection

from checkpoints.services import passages
from tests.bench.gate import BATCH, Gate, gate, passage
from tests.bench.passages import fill
from tests.bench.timing import Line, seconds, slower

STORED = int(os.environ.get("BENCH_STORED", "1000000"))
TURNS = 60


def run() -> list[Line]:
    """The middle of many batches, before and after."""
    known, past = gate(), gate()
    _store(known)
    before = _typical(known)
    fill(past, rows=STORED)
    with connection.cursor() as cursor:
        # What was written is on its way to the disk: that is not what a batch costs.
        cursor.execute("CHECKPOINT" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint")
    _typical(known)
    after = _typical(known)
    how = f"{before * 1000:.1f} ms and {after * 1000:.1f} ms a batch of {BATCH}, in the process"
    return [slower(f"gate: a batch with {STORED:,} passages stored, against an empty log", (after, before), aim=1.2, how=how)]


def _typical(known: Gate) -> float:
    return statistics.median(seconds(lambda: _store(known)) for _ in range(TURNS))


def _store(known: Gate) -> None:
    rows = [passage(place) for place in range(BATCH)]
    passages.store_many(shift=known.shift, rows=rows, fever_limit=Decimal("37.3"), by=known.user)
