"""Names by their first letters: 王建国 is found by wjg, 单文 by sw, dw and cw."""

from functools import lru_cache
from itertools import islice, product

from pypinyin import Style, pinyin

MOST = 12


@lru_cache(maxsize=30_000)
def _readings(character: str, every: bool) -> tuple[str, ...]:
    """The first letters under which a character is read; the usual one first."""
    if character.isascii():
        return (character.lower(),) if character.isalnum() else ("",)
    found = pinyin(character, style=Style.FIRST_LETTER, heteronym=every, errors="ignore", strict=False)
    return tuple(dict.fromkeys(letter[:1] for letter in found[0] if letter[:1].isalpha())) or ("",) if found else ("",)


def initials(name: str, longest: int = 120) -> str:
    """Return " wjg": one word for each reading of the family name, each with a space before it, so that " wj" finds it."""
    letters = [_readings(character, place == 0) for place, character in enumerate(name)]
    words = dict.fromkeys("".join(word) for word in islice(product(*letters), MOST))
    found = "".join(f" {word}" for word in words if word)
    return found if len(found) <= longest else found[:longest].rpartition(" ")[0] or found[:longest]
