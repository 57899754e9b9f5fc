"""Rows that carry their name in both languages, and several names in one sentence."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language, pgettext


def in_language(row: Any, field: str = "name") -> str:
    """A row with `name` and `name_en` in the reader's language; also another such pair of fields."""
    english = getattr(row, f"{field}_en") if (get_language() or "").startswith("en") else ""
    return str(english or getattr(row, field))


# For whoever reads it later, as a fact of a message.
in_language_lazy = lazy(in_language, str)


def listed(names: Iterable[str]) -> str:
    """Several names behind each other, with the mark that parts them in the reader's language."""
    return pgettext("between the names of a list", ", ").join(names)
