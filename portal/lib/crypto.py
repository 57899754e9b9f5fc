"""Values that are stored so that a stolen file does not tell them."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from itertools import count
from typing import Any, BinaryIO

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models


def lookup_hash(value: str) -> str:
    """Return 64 hex digits that are equal for equal values: finds an encrypted ID number without decrypting any."""
    return hmac.new(settings.LOOKUP_KEY.encode(), value.strip().upper().encode(), hashlib.sha256).hexdigest()


def shared_secret(said: str) -> str:
    """Return a secret (base64, 32 bytes) that only this installation can tell of `said`, always the same."""
    return base64.b64encode(hmac.new(settings.LOOKUP_KEY.encode(), said.encode(), hashlib.sha256).digest()).decode()


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def box() -> MultiFernet:
    """The keys of this installation: the first encrypts, all decrypt."""
    return _box(tuple(settings.FIELD_KEYS))


def sealed_lines(out: BinaryIO) -> Callable[[str, str], None]:
    """Begin a file of lines that only the portal can read; returns what adds a line: a word all may read, and its text.

    The key is the file's own and stands in its first line, sealed as fields are: a line costs a tenth of a field.
    """
    key = AESGCM.generate_key(128)
    cipher, numbers = AESGCM(key), count()
    out.write(box().encrypt(key) + b"\n")

    def add(word: str, text: str) -> None:
        sealed = cipher.encrypt(nonce(next(numbers)), text.encode(), word.encode())
        out.write(word.encode() + b" " + base64.b64encode(sealed) + b"\n")

    return add


def unsealed_lines(file: Iterable[bytes], words: Collection[str]) -> Iterator[str]:
    """The texts of a file of sealed lines; others than those of `words` are passed over unread."""
    lines = iter(file)
    cipher = AESGCM(box().decrypt(next(lines).strip()))
    for number, line in enumerate(lines):
        word, _, sealed = line.partition(b" ")
        if word.decode() in words:
            yield cipher.decrypt(nonce(number), base64.b64decode(sealed), word).decode()


def nonce(number: int) -> bytes:
    """What a part of a file is sealed under besides its key: a key seals one file, and a file has each number once."""
    return number.to_bytes(12, "big")


class EncryptedField(models.TextField):
    """Text that only the portal can read. Empty stays empty; a wrong key raises InvalidToken instead of showing cipher."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return box().encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return box().decrypt(value.encode()).decode() if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        # Two encryptions of one value differ: comparing in the database never finds anything.
        if lookup_name in {"exact", "isnull"}:
            return super().get_lookup(lookup_name)
        raise TypeError(f"An encrypted field cannot be searched by {lookup_name}; use its lookup_hash() column.")
