"""Two ways of one thing, timed side by side: on a noisy machine only their ratio says something."""

import contextlib
import re
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Line:
    """One row of the table: what was compared, the number reached, what was aimed at, and how it was found."""

    what: str
    reached: str
    aim: str
    met: bool
    how: str


def seconds(work: Callable[[], object]) -> float:
    """The time of one run."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def peak() -> int:
    """The most memory this process has had, in kB. Not `ru_maxrss` where it can be helped: that begins with the parent's."""
    with contextlib.suppress(OSError):
        found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
        return int(found[1]) if found else 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def side_by_side(ours: Callable[[], object], theirs: Callable[[], object], *, rounds: int = 7) -> tuple[float, float]:
    """Median seconds of both, run in turns after one run of each that does not count."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) if turn % 2 else (seconds(theirs), seconds(ours))[::-1] for turn in range(rounds)]
    return statistics.median(first for first, _ in pairs), statistics.median(second for _, second in pairs)


def faster(what: str, times: tuple[float, float], *, aim: float, how: str) -> Line:
    """How many times faster than the other way; at least `aim` is wanted."""
    ratio = times[1] / times[0]
    return Line(what, f"{ratio:.1f}x faster", f">= {aim:g}x", ratio >= aim, how)


def slower(what: str, times: tuple[float, float], *, aim: float, how: str) -> Line:
    """How many times the other way's time; at most `aim` is wanted."""
    ratio = times[0] / times[1]
    return Line(what, f"{ratio:.2f}x the time", f"<= {aim:g}x", ratio <= aim, how)


def at_most(what: str, value: float, *, aim: float, unit: str, how: str) -> Line:
    """A number that should stay under a limit."""
    return Line(what, f"{value:.0f} {unit}", f"<= {aim:g} {unit}", value <= aim, how)


def at_least(what: str, value: float, *, aim: float, unit: str, how: str) -> Line:
    """A number that should reach a limit."""
    return Line(what, f"{value:.0f} {unit}", f">= {aim:g} {unit}", value >= aim, how)


def needs_postgresql(what: str, *, aim: float) -> Line:
    """A comparison that only PostgreSQL can answer: elsewhere nothing was measured, so nothing was met."""
    return Line(what, "not measured", f"<= {aim:g}x", met=False, how="needs DATABASE_URL=postgres://...")
