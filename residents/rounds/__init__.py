"""The kinds of rounds: every module of this folder that has a KIND is one (README.md)."""

from importlib import import_module
from pkgutil import iter_modules

from residents.rounds.kinds import Kind

_MODULES = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]

KINDS: dict[str, Kind] = {kind.code: kind for kind in (getattr(module, "KIND", None) for module in _MODULES) if kind}

# Codes of the kinds whose homes count as swept.
SWEEPS = tuple(code for code, kind in KINDS.items() if kind.sweeps)


def kind_of(code: str) -> Kind:
    """The kind of a round; a code of a module that is gone is an error worth seeing."""
    return KINDS[code]
