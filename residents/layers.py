"""The layers of a compound's picture: what one can ask of every home at once.

A feature adds its own in its AppConfig, `home_layers = ["residents.services.household_layers.LAYERS"]`: a list of
`Layer`. A layer names its marks and has one function that takes homes (a queryset) and returns the mark of each by the
home's key, in a fixed number of statements; homes it does not name have no mark and stay blank.

A layer with a permission is shown only to those who have it: not in the picture, nor beside it, nor in lists and sheets.

Colour never speaks alone: a mark is a letter in the cell, a tone and a pattern behind it, and a word in the legend.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from django.apps import apps
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from portal.accounts.models import User
from residents.access import Permission, may_in
from residents.models import Community
from residents.models.households import DwellingQuerySet

# How a mark looks (static/css/compounds.css); quiet is for what is as it should be.
Tone = Literal["quiet", "ok", "info", "warn", "bad", "dim"]


@dataclass(frozen=True)
class Mark:
    """What a home can be on a layer: one sign for the cell, one word for the legend."""

    key: str
    sign: str | Promise
    label: str | Promise
    tone: Tone = "info"


@dataclass(frozen=True)
class Layer:
    """One question asked of every home."""

    key: str
    label: str | Promise
    marks: tuple[Mark, ...]
    states: Callable[[DwellingQuerySet], Mapping[int, str]]
    # What homes without a mark are called.
    rest: str | Promise = ""
    # Marks that may hang at the gate as counts of a floor: what everybody sees on the doors, nothing that tells a burglar.
    public: tuple[str, ...] = ()
    # Who may see it; every reader of the picture may see the rest.
    permission: Permission | None = None
    # The same of one home without asking again: from the row, its people, and what `facts` has put on the row.
    of_home: Callable[[Any, Sequence[Any]], str] | None = None
    facts: Callable[[], Mapping[str, Any]] | None = None


@cache
def layers() -> dict[str, Layer]:
    """All layers by key, in the order of the features."""
    paths = [path for config in apps.get_app_configs() for path in getattr(config, "home_layers", [])]
    return {layer.key: layer for path in paths for layer in import_string(path)}


def seen_by(user: User, community: Community) -> dict[str, Layer]:
    """The layers somebody may see in a community, by key."""
    return {key: layer for key, layer in layers().items() if not layer.permission or may_in(user, layer.permission, community)}


def facts(shown: Mapping[str, Layer]) -> dict[str, Any]:
    """What the layers want to find on the row of a single home."""
    return {name: value for layer in shown.values() if layer.facts for name, value in layer.facts().items()}
