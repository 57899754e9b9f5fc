"""What is chosen in the filters above a list, in words: on paper the filters themselves are left out."""

from collections.abc import Iterable, Mapping
from typing import Any


def named(chosen: Mapping[str, str], choices: Mapping[str, Iterable[tuple[Any, Any]]]) -> list[str]:
    """The labels of the values chosen; a field without choices was typed, and is its own label."""
    words = [
        next((label for value, label in choices[name] if str(value) == text), "") if name in choices else text
        for name, text in chosen.items()
        if text
    ]
    return [str(word) for word in words if word]
