"""Rows that carry their name in both languages, and several names in one sentence."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language, pgettext


def in_language(row: Any) -> str:
    """A row with `name` and `name_en` in the reader's language."""
    return str(row.name_en if (get_language() or "").startswith("en") and row.name_en else row.name)


def listed(names: Iterable[str]) -> str:
    """Several names behind each other, with the mark that parts them in the reader's language."""
    return pgettext("between the names of a list", ", ").join(names)
