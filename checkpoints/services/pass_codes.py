"""The code printed on a pass: which key, which pass, a signature, a check letter. It says nothing of a home or a person.

    A 3K7QM2 X9TRW4BH 6      typed as A3K7-QM2X-9TRW-4BH6, in a QR code as the address of the pass's public page

Letters are Crockford's: no I, L, O, U. The check letter is Luhn's for 32 letters: it finds every single wrong letter and
nearly every pair that changed places, so that a slip of the thumb is not called a forgery.
"""

import hashlib
import hmac
import re
import unicodedata

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SERIAL, SIGNATURE = 6, 8
LENGTH = 1 + SERIAL + SIGNATURE + 1
# What a hand writes or an eye reads instead.
MISREAD = str.maketrans("OILU", "011V")
ADDRESS = re.compile(r"/PASS/([0-9A-Z-]{1,40})/?(?:[?#].*)?$")
# What is wrong with a text before anybody looks at its signature; phones say the same.
WHY: dict[str, str | Promise] = {
    "foreign": _("This is the code of another program, not of a pass. Scan the code on the pass."),
    "length": _("A code has 16 letters and digits. Type all four groups from the card."),
    "check": _("One letter is wrong, or two have changed places. Compare it with the card."),
}
# The same words for all that cannot be a pass of ours, so that nobody learns which part of a guess was right.
FORGED = _("This code was not made here: it has been altered or invented. Keep the card and tell the lead.")


class Unreadable(Exception):  # noqa: N818 - it is an answer, not an error
    """The text is no code of a pass: `code` says in which way, `why` in words."""

    def __init__(self, code: str, why: str | Promise) -> None:
        super().__init__(code)
        self.code, self.why = code, why


def key_letter(key: str) -> str:
    """The letter by which a code names its key; a key keeps it wherever it stands in the list."""
    return LETTERS[hashlib.sha256(f"letter:{key}".encode()).digest()[0] % 32]


def newest_key() -> str:
    """The letter of the key that signs now."""
    return key_letter(settings.PASS_KEYS[0])


def code_of(pk: int, letter: str) -> str:
    """The code of a pass; KeyError where its key has been given up: then the pass is replaced, not printed again."""
    keys = [key for key in settings.PASS_KEYS if key_letter(key) == letter]
    if not keys:
        raise KeyError(letter)
    serial = "".join(LETTERS[pk >> shift & 31] for shift in range(5 * (SERIAL - 1), -1, -5))
    body = letter + serial
    body += _signature(keys[0], body)
    return body + check_letter(body)


def shown(code: str) -> str:
    """In groups of four, as it is printed and typed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def looks_like(text: str) -> bool:
    """Whether somebody meant a code rather than a home, a name or a number."""
    plain = _plain(text)
    letters = _letters(plain)
    return bool(ADDRESS.search(plain)) or "://" in text or (len(letters) == LENGTH and set(letters) <= set(LETTERS))


def read(text: str) -> int:
    """The key of the pass that a scanned or typed text names; raises Unreadable."""
    code = letters_of(text)
    body, signature = code[: 1 + SERIAL], code[1 + SERIAL : -1]
    keys = [key for key in settings.PASS_KEYS if key_letter(key) == code[0]]
    if not any(hmac.compare_digest(_signature(key, body), signature) for key in keys):
        raise Unreadable("forged", FORGED)
    pk = 0
    for letter in body[1:]:
        pk = pk << 5 | LETTERS.index(letter)
    return pk


def letters_of(text: str) -> str:
    """The 16 letters of a scanned or typed text, real or not; static/js/pass_codes.js reads the same. Raises Unreadable."""
    plain = _plain(text)
    found = ADDRESS.search(plain)
    code = _letters(found[1] if found else plain)
    if found is None and ("://" in plain or not re.fullmatch(r"[0-9A-Z]+", code)):
        raise Unreadable("foreign", WHY["foreign"])
    if len(code) != LENGTH:
        raise Unreadable("length", WHY["length"])
    if not set(code) <= set(LETTERS) or check_letter(code[:-1]) != code[-1]:
        raise Unreadable("check", WHY["check"])
    return code


def check_letter(body: str) -> str:
    """Luhn's check letter for an alphabet of 32."""
    total = 0
    for place, letter in enumerate(reversed(body)):
        twice = LETTERS.index(letter) * (2 if place % 2 == 0 else 1)
        total += twice // 32 + twice % 32
    return LETTERS[-total % 32]


def _signature(key: str, body: str) -> str:
    digest = hmac.new(key.encode(), f"pass:{body}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:5], "big")
    return "".join(LETTERS[number >> shift & 31] for shift in range(35, -1, -5))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:300]).upper().strip()


def _letters(text: str) -> str:
    return re.sub(r"[\s\-\u2010-\u2015\u2212.·]", "", text).translate(MISREAD)
