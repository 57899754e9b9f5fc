"""Every figure of the day's report, defined once; each block is a module of blocks/. To add one, see the README of this app."""

from itertools import chain

from django.utils.translation import gettext_lazy as _

from portal.reports.blocks import duty, errands, gates, goods, homes, matters, places, quarantine, rounds
from portal.reports.blocks.definitions import Figure

BLOCKS = {
    "duty": _("People on duty"),
    "gates": _("Posts and gates"),
    "places": _("Who answers for what"),
    "homes": _("Homes and people"),
    "quarantine": _("Quarantine"),
    "rounds": _("Rounds and services"),
    "errands": _("Errands"),
    "goods": _("Goods and visitors at the gate"),
    "matters": _("Problems and disputes"),
}

FIGURES: tuple[Figure, ...] = (
    *chain.from_iterable(
        block.figures() for block in (duty, gates, places, homes, quarantine, rounds, errands, goods, matters)
    ),
    *gates.parts(),
)

BY_KEY = {figure.key: figure for figure in FIGURES}
MAIN = tuple(figure for figure in FIGURES if not figure.part_of)
BY_HEADING = {figure.heading: figure for figure in FIGURES if figure.heading}


def parts_of(whole: str) -> tuple[Figure, ...]:
    """The parts of a figure, in order."""
    return tuple(figure for figure in FIGURES if figure.part_of == whole)
