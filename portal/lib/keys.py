"""Many keys of rows in one address: 3-8,12 stands for 3, 4, 5, 6, 7, 8 and 12."""

import re
from collections.abc import Iterable

# Addresses longer than four thousand characters are refused by servers.
LONGEST = 3000
MOST = 10_000
PART = re.compile(r"([0-9]{1,12})(?:-([0-9]{1,12}))?")


def packed(keys: Iterable[int]) -> str:
    """The keys as one short word: neighbours become ranges."""
    runs: list[list[int]] = []
    for key in sorted(set(keys)):
        if runs and key == runs[-1][1] + 1:
            runs[-1][1] = key
        else:
            runs.append([key, key])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def unpacked(word: str) -> list[int]:
    """The keys of such a word; nonsense in it counts for nothing, and there are never more than ten thousand."""
    found: list[int] = []
    for part in word[:LONGEST].split(","):
        if not (match := PART.fullmatch(part)):
            continue
        first = int(match[1])
        last = int(match[2] or match[1])
        found += range(first, min(last, first + MOST - len(found) - 1) + 1)
    return found
