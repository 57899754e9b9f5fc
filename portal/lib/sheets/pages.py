"""How many pages side by side a table takes, so that it can be read on paper."""

from bisect import bisect_left
from collections.abc import Sequence

# Between the margins of A4 across: 297 mm less 0.8 inch, in pixels of which 96 are an inch.
ACROSS = 1045
# Texts are of 10 points: printed smaller than 7 nobody reads them.
LEAST = 0.7


def pages(widths: Sequence[float], keys: int) -> list[int]:
    """Return how many new columns stand on each page; on all but the first the first `keys` columns stand as well."""
    pixels = [int(width * 7 + 5) for width in widths]
    rooms = range(ACROSS, int(ACROSS / LEAST) + 1)
    count = len(_filled(pixels, keys, rooms[-1]))
    # A programme that prints takes the largest letters with which so many pages do.
    at = bisect_left(rooms, True, key=lambda room: len(_filled(pixels, keys, room)) <= count)
    return _filled(pixels, keys, rooms[at])


def _filled(pixels: Sequence[int], keys: int, room: int) -> list[int]:
    again = sum(pixels[:keys])
    parts, filled = [0], 0
    for width in pixels:
        # A column wider than a page has one to itself, and is printed smaller.
        if parts[-1] and filled + width > room:
            parts.append(0)
            filled = again
        parts[-1] += 1
        filled += width
    return parts
