"""Rows that carry their name in both languages."""

from typing import Any

from django.utils.translation import get_language


def in_language(row: Any) -> str:
    """A row with `name` and `name_en` in the reader's language."""
    return str(row.name_en if (get_language() or "").startswith("en") and row.name_en else row.name)
