"""The rows of one base list so far, by what two rows must not share.

A list of a whole city is kept in mind until its last row: as a few numbers a row, and not as what was written.
"""

from array import array
from collections.abc import Iterable

from portal.lib.imports import Line
from portal.lib.sentences import gettext as _
from residents.services.household_known import Plan
from residents.services.household_sheet import Home


class Seen:
    """Says of each row whether its person stands in the file already."""

    def __init__(self) -> None:
        # Side by side for each row that was taken: its number in the file, its home and all it says, as hashes.
        self._rows, self._homes, self._contents = array("l"), array("q"), array("q")
        # Where among them a number stands, and the first of a name in a home.
        self._by_number: dict[int, int] = {}
        self._by_name: dict[int, int] = {}

    def takes(self, line: Line, homes: Iterable[Home]) -> bool:
        """A person stands in a file once, and in one home; `homes` of the file, for telling which."""
        plan: Plan = line.plan
        home, number = hash(plan.home), int(plan.id_hash[:16] or "0", 16)
        name = hash((home, plan.person["name"]))
        content = hash((home, *plan.person.values(), *plan.care))
        # Two people of one home may share a name, but then each has a number of their own.
        held = self._by_number.get(number) if number else self._by_name.get(name)
        if held is not None:
            self._twice(line, held, home, content, homes)
            return False
        at = len(self._rows)
        self._rows.append(line.number)
        self._homes.append(home)
        self._contents.append(content)
        if number:
            self._by_number[number] = at
        self._by_name.setdefault(name, at)
        return True

    def _twice(self, line: Line, held: int, home: int, content: int, homes: Iterable[Home]) -> None:
        row = {"row": self._rows[held]}
        if self._homes[held] != home:
            stands = next(found for found in homes if hash(found) == self._homes[held])
            line.refuse(
                _("This ID number stands already in row %(row)s, in the home %(home)s. Keep the right one.")
                % (row | {"home": "-".join(stands[1:])})
            )
        elif self._contents[held] == content:
            line.skip(_("The same as row %(row)s: counted once.") % row)
        else:
            line.refuse(_("This person already stands in row %(row)s, with other values. Keep the right one.") % row)
