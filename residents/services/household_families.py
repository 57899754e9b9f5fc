"""What must fit between the people of one home on a base list: one head, and children younger than those who bore them."""

import datetime as dt

from portal.lib.imports import Line
from portal.lib.sentences import gettext as _
from residents.models import Resident
from residents.services import household_sheet
from residents.services.household_known import Plan
from residents.services.household_sheet import Home

Relation = Resident.Relation
# Relations are told from the head: of two generations the list says who bore whom.
ELDER, YOUNGER = 0, 1
BORN_IN = {Relation.HEAD: ELDER, Relation.CHILD: YOUNGER}
MOTHER_IN = {Relation.PARENT: ELDER, Relation.HEAD: YOUNGER, Relation.SPOUSE: YOUNGER}
LEAST_YEARS = 10
Born = dict[Home, dt.date]


class Families:
    """The families of one file; whichever row comes later is told what does not fit."""

    def __init__(self) -> None:
        self.heads: dict[Home, tuple[int, dt.date | None]] = {}
        # The eldest child and the youngest mother of a generation.
        self.children: tuple[Born, Born] = ({}, {})
        self.mothers: tuple[Born, Born] = ({}, {})

    def check(self, line: Line) -> None:
        """Meet somebody, and say what does not fit to the rows of the home before."""
        plan: Plan = line.plan
        if plan.person["relation"] == Relation.HEAD:
            is_said = self._head(line)
        else:
            is_said = plan.person["relation"] == Relation.CHILD and self._child(line)
        if born := plan.person["born_on"]:
            # Once is enough for whoever is not even younger than the head.
            told = [self._as_child(plan, born), self._as_mother(plan, born)]
            line.says += [] if is_said else filter(None, told)

    def _head(self, line: Line) -> bool:
        """One head a home."""
        plan: Plan = line.plan
        if plan.home in self.heads:
            said = {"row": self.heads[plan.home][0]}
            line.says.append(_("The home has its head in row %(row)s already: kept as one of the others.") % said)
            plan.person["relation"] = Relation.OTHER
            return False
        born = plan.person["born_on"]
        self.heads[plan.home] = line.number, born
        if (head := line.values.get("head")) and household_sheet.name(head) != plan.person["name"]:
            line.says.append(_("户主姓名 names somebody else as head: 与户主关系 counts."))
        child = self.children[YOUNGER].get(plan.home)
        if is_older := bool(child and born and child <= born):
            line.says.append(_("A child in this home is older than its head. Please check relation and birthday."))
        return is_older

    def _child(self, line: Line) -> bool:
        """Children are younger than the head."""
        born = line.plan.person["born_on"]
        parent = self.heads.get(line.plan.home, (0, None))[1]
        if is_older := bool(parent and born and born <= parent):
            line.says.append(_("Older than the parent in this home. Please check relation and birthday."))
        return is_older

    def _as_child(self, plan: Plan, born: dt.date) -> str:
        if (generation := BORN_IN.get(plan.person["relation"])) is None:
            return ""
        children = self.children[generation]
        children[plan.home] = min(born, children.get(plan.home, born))
        if (mother := self.mothers[generation].get(plan.home)) and _too_near(mother, born):
            said = _("Not at least %(years)s years younger than the mother in this home. Please check relation and birthday.")
            return said % {"years": LEAST_YEARS}
        return ""

    def _as_mother(self, plan: Plan, born: dt.date) -> str:
        generation = MOTHER_IN.get(plan.person["relation"])
        if generation is None or plan.person["sex"] != Resident.Sex.FEMALE:
            return ""
        mothers = self.mothers[generation]
        mothers[plan.home] = max(born, mothers.get(plan.home, born))
        if (child := self.children[generation].get(plan.home)) and _too_near(born, child):
            said = _("A child in this home is not at least %(years)s years younger than its mother. "
                     "Please check relation and birthday.")  # fmt: skip
            return said % {"years": LEAST_YEARS}
        return ""


def _too_near(mother: dt.date, child: dt.date) -> bool:
    """Whether fewer than ten years lie between them; 29 February needs no care this way."""
    return (child.year - LEAST_YEARS, child.month, child.day) < (mother.year, mother.month, mother.day)
