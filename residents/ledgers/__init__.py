"""The sources ledgers draw from. A new one is a module with its SOURCE, named here, and its test."""

from residents.ledgers import care, homes, matters, people, quarantine
from residents.ledgers.sources import Source

SOURCES: dict[str, Source] = {module.SOURCE.key: module.SOURCE for module in (homes, people, care, quarantine, matters)}
