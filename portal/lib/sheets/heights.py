"""How high a row is, so that its texts stand whole on paper: not every programme works it out when it opens a file."""

from collections.abc import Sequence
from operator import gt

# Points that a line of 10-point letters takes, and the most that a row may have.
LINE = 13.5
MOST = 409.5


class Heights:
    """Of the rows of a table with columns of these widths, in characters."""

    def __init__(self, widths: Sequence[float]) -> None:
        # Letters of 10 points are a little narrower than those that widths count in; a Chinese character takes two places.
        self.rooms = [int(width * 1.05) for width in widths]
        self.surely = [room // 2 for room in self.rooms]

    def of(self, texts: Sequence[str]) -> float | None:
        """The height of a row of these texts; None where one line does for all, as it nearly always does."""
        if not any(map(gt, map(len, texts), self.surely)) and "\n" not in "".join(texts):
            return None
        lines = max(_lines(text, room) for text, room in zip(texts, self.rooms, strict=False))
        return min(lines * LINE + 1.5, MOST) if lines > 1 else None


def _lines(text: str, room: int) -> int:
    return sum(_broken(len(line.encode("gb18030", "replace")), room) for line in text.split("\n"))


def _broken(places: int, room: int) -> int:
    # A line that ends before a character which does not fit leaves a place free.
    return 1 if places <= room else -(-places // max(room - 1, 2))
