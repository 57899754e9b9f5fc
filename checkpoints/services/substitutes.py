"""Who stands in for whom (顶岗): nobody writes it down, it follows from who was told, taken off, and has the seat now."""

from collections.abc import Iterable

from checkpoints.models import Assignment


def pair(crew: Iterable[Assignment], replaced: Iterable[Assignment]) -> None:
    """Say of everybody who stands whose place they have, and of everybody replaced who has theirs.

    For one shift or many, out of the same rows: `rows.standing()` and `rows.replaced()`. Three after one another in a seat
    are two who were replaced by the third.
    """
    seats = {(one.shift_id, one.seat): one for one in crew}
    for one in seats.values():
        one.stands_in_for = []
    for one in replaced:
        # Not there where a page read the crew a moment before.
        if found := seats.get((one.shift_id, one.seat)):
            one.substitute = found
            found.stands_in_for.append(one)
