"""What is wrong with a file, in words."""

from portal.lib.errors import Refused


class SheetError(Refused):
    """The file as a whole cannot be read; the text says what to do with it."""


class BadCell(Exception):  # noqa: N818 - said of the cell, to the person who typed it
    """A cell that cannot be what its column wants; the text continues a sentence that begins with the heading."""
