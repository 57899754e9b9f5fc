"""CSV and its kin, in the encodings that Excel and WPS write here."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from portal.lib.sentences import gettext as _
from portal.lib.sheets.errors import SheetError
from portal.lib.sheets.limits import MAX_ROWS, too_wide

BLOCK = 1 << 20
# A line is UTF-8 beyond doubt if it decodes to Chinese; GB18030 hardly ever does by chance.
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]{2}")
SEPARATORS = ",\t;，|"


def table(file: BinaryIO, head: bytes) -> tuple[str, Callable[[], Iterator[tuple[int, list[Any]]]], int, tuple[str, ...]]:
    """Return (name, rows, size, notices) of a delimited text."""
    encoding = _encoding(file, head)
    try:
        separator = _separator(_text(file, encoding).read(65536))
    except UnicodeError:
        raise _unreadable() from None

    def rows() -> Iterator[tuple[int, list[Any]]]:
        lines = _text(file, encoding)
        try:
            for number, cells in enumerate(csv.reader(lines, delimiter=separator), 1):
                if number > MAX_ROWS:
                    raise SheetError(_too_long())
                too_wide(len(cells))
                yield number, list(cells)
        except csv.Error:
            raise SheetError(
                _("The table breaks off after line %(line)s: a quotation mark is missing or a cell is far too long.")
                % {"line": number_of(lines)}
            ) from None
        except UnicodeError:
            raise _unreadable() from None

    file.seek(0)
    size = sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))
    return "", rows, size, ()


def number_of(lines: Any) -> int:
    """How many lines were read so far."""
    return int(getattr(lines, "count", 0))


def _too_long() -> str:
    return _("The table has more than %(limit)s rows. Split it into several files.") % {"limit": MAX_ROWS}


class _Lines:
    """The lines of a text, counted, without the characters that no cell may hold."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text, self.count = text, 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.text.readline(BLOCK)
        if not line:
            raise StopIteration
        self.count += 1
        return line

    def read(self, size: int) -> str:
        return self.text.read(size)


def _text(file: BinaryIO, encoding: str) -> _Lines:
    file.seek(0)
    # The wrapper must not close the file when it goes: it is read again.
    kept: Any = _Kept(file)
    return _Lines(io.TextIOWrapper(kept, encoding=encoding, errors="strict", newline=""))


class _Kept(io.RawIOBase):
    """A file that stays open when its reader is thrown away."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _encoding(file: BinaryIO, head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\0" in head:
        # UTF-16 without its mark: the zero bytes of commas and digits stand on one side.
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > 8 * min(even, odd) and max(even, odd) > len(head) // 32:
            return "utf-16-le" if odd > even else "utf-16-be"
        raise _unreadable()
    if _decodes(file, "utf-8"):
        return "utf-8-sig"
    if not _decodes(file, "gb18030") or _is_mixed(file):
        raise SheetError(_("The text of this file mixes two encodings. Open it in Excel or WPS and save it as .xlsx."))
    return "gb18030"


def _decodes(file: BinaryIO, encoding: str) -> bool:
    text = _text(file, encoding)
    try:
        while text.read(BLOCK):
            pass
    except UnicodeError:
        return False
    return True


def _is_mixed(file: BinaryIO) -> bool:
    file.seek(0)
    for line in iter(lambda: file.readline(BLOCK), b""):
        try:
            if CHINESE.search(line.decode("utf-8")):
                return True
        except UnicodeDecodeError:
            continue
    return False


def _separator(sample: str) -> str:
    """The separator that cuts the most lines into the same number of cells."""
    lines = [re.sub(r'"[^"]*"', "", line) for line in sample.splitlines()[:50] if line.strip()]
    if not lines:
        raise SheetError(_("The file holds no table: it has no rows."))
    return max(SEPARATORS, key=lambda mark: (sum(mark in line for line in lines), sum(line.count(mark) for line in lines)))


def _unreadable() -> SheetError:
    return SheetError(_("This file is not a table, or it is damaged. Send it as .xlsx, .xls, .et or .csv."))
