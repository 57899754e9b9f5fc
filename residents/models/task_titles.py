"""The titles the portal itself gives to tasks: stored as the register is written, read in the reader's language."""

from collections.abc import Callable
from functools import cache, partial

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.lib.languages import in_language
from residents.models.errand_kinds import ErrandKind
from residents.models.finding_words import FINDINGS
from residents.models.matters import MatterKind


def of_finding(kind: str) -> str:
    """What a stop found."""
    return str(FINDINGS.get(kind, kind))


def of_alert() -> str:
    """A fever or a symptom in quarantine."""
    return _("Health alert: ring, then take a second temperature")


def of_matter(kind: str) -> str:
    """What somebody brought up."""
    return _("Brought up: %(kind)s") % {"kind": MatterKind(kind).label}


def of_errand(kind: ErrandKind | str) -> str:
    """What an errand asks for beyond carrying."""
    return _("Follow up the errand: %(kind)s") % {"kind": in_language(kind) if isinstance(kind, ErrandKind) else kind}


@cache
def known() -> dict[str, Callable[[], str]]:
    """How to say anew what stands in a row, by its words in every language; errands are told by how they begin."""
    own: list[Callable[[], str]] = [of_alert]
    own += [partial(of_finding, kind) for kind in FINDINGS]
    own += [partial(of_matter, kind) for kind in MatterKind.values]
    titles: dict[str, Callable[[], str]] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            titles |= {say(): say for say in own}
    return titles


@cache
def beginnings() -> tuple[str, ...]:
    """How the title of an errand's task begins, in every language."""
    found = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.append(of_errand(""))
    return tuple(found)
