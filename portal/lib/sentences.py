"""Sentences that are kept: said now in one language, and later once more in that of whoever reads them.

from portal.lib.sentences import gettext as _

line.refuse(_("%(heading)s is empty.") % {"heading": "姓名"})   # a str, as ever
kept = sentences.facts(line.says)                               # for JSON: the words' source and what stands in them
sentences.told(kept)                                            # in the language of the moment
"""

from collections.abc import Iterable
from typing import Any

from django.utils import translation

from portal.lib import languages


class Sentence(str):
    """Words as they read now, which remember what they were made of."""

    __slots__ = ("made",)
    made: dict[str, Any]

    def __mod__(self, values: Any) -> "Sentence":
        return _sentence(str.__mod__(self, values), {**self.made, "with": values})

    def __add__(self, more: str) -> "Sentence":
        return _sentence(str.__add__(self, more), {"parts": [self, more]})


def _sentence(words: str, made: dict[str, Any]) -> Sentence:
    sentence = Sentence(words)
    sentence.made = made
    return sentence


def gettext(source: str) -> Sentence:
    """As Django's."""
    return _sentence(translation.gettext(source), {"say": source})


def ngettext(one: str, many: str, count: int) -> Sentence:
    """As Django's."""
    return _sentence(translation.ngettext(one, many, count), {"say": one, "many": many, "count": count})


def listed(names: Iterable[str]) -> Sentence:
    """Several names behind each other, parted as in the language of whoever reads them."""
    names = list(names)
    return _sentence(languages.listed(names), {"list": names})


def named(words: Any) -> str:
    """The lazy name of a field or a choice as such a sentence; a plain str where its words alone do not find it again."""
    with translation.override(None):
        source = str(words)
    sentence = gettext(source)
    return sentence if sentence == str(words) else str(words)


def facts(said: Any) -> Any:
    """What JSON keeps of sentences, alone or in lists; other words stay as they are."""
    if isinstance(said, Sentence):
        made = said.made
        kept: dict[str, Any] = {name: facts(made[name]) for name in ("say", "many", "count", "parts", "list") if name in made}
        if "with" in made:
            kept["with"] = {name: facts(value) for name, value in made["with"].items()}
        return kept
    if isinstance(said, list | tuple):
        return [facts(each) for each in said]
    return said if isinstance(said, int | None) else str(said)


def told(kept: Any) -> Any:
    """The same in the language of the moment; what was kept as plain words is told as it was written."""
    if isinstance(kept, list):
        return [told(each) for each in kept]
    if not isinstance(kept, dict):
        return kept
    if "parts" in kept:
        return "".join(told(kept["parts"]))
    if "list" in kept:
        return languages.listed(told(kept["list"]))
    if "many" in kept:
        words = translation.ngettext(kept["say"], kept["many"], kept["count"])
    else:
        words = translation.gettext(kept["say"])
    return words % {name: told(value) for name, value in kept["with"].items()} if "with" in kept else words
