"""Files that only the portal can read: a stolen disk, or a copy of its folder, does not tell them.

A mark, the file's own key (sealed as fields are), then pieces of one length, each encrypted by that key under its number.
"""

import io
from collections.abc import Iterable
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.lib.crypto import box, nonce

MARK = b"sealed-1 "
PIECE = 256 * 1024
# What a piece is longer by than what was put in.
TAG = 16
SENTENCE = "A sealed file was cut or changed."


class SealError(OSError):
    """The file was cut or changed after it was written."""


def seal(chunks: Iterable[bytes], out: BinaryIO) -> None:
    """Write what the chunks hold so that `unsealed` gives it back; they may be of any length."""
    key = AESGCM.generate_key(128)
    cipher, number, waiting = AESGCM(key), 0, bytearray()
    out.write(MARK + box().encrypt(key) + b"\n")
    for chunk in chunks:
        waiting += chunk
        while len(waiting) > PIECE:
            out.write(cipher.encrypt(nonce(number), bytes(waiting[:PIECE]), _said(last=False)))
            del waiting[:PIECE]
            number += 1
    out.write(cipher.encrypt(nonce(number), bytes(waiting), _said(last=True)))


def unsealed(file: BinaryIO) -> BinaryIO:
    """The file as it was before it was sealed, to be read and sought in; one that never was sealed as it is."""
    if file.read(len(MARK)) != MARK:
        file.seek(0)
        return file
    return io.BufferedReader(_Unsealed(file), PIECE)


class _Unsealed(io.RawIOBase):
    """Reads a sealed file whose mark has been read; piece by piece, so that a long one takes no memory."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._cipher = AESGCM(box().decrypt(file.readline().strip()))
        self._begin = file.tell()
        sealed = file.seek(0, io.SEEK_END) - self._begin
        self._last = max(sealed - 1, 0) // (PIECE + TAG)
        # Only an empty file ends with an empty piece.
        if sealed - self._last * (PIECE + TAG) < TAG + bool(self._last):
            raise SealError(SENTENCE)
        self._size = sealed - (self._last + 1) * TAG
        self._at = 0
        self._kept = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size > 0:
            return 0
        number, within = divmod(self._at, PIECE)
        part = self._piece(number)[within : within + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _piece(self, number: int) -> bytes:
        if number != self._kept[0]:
            self._file.seek(self._begin + number * (PIECE + TAG))
            sealed = self._file.read(PIECE + TAG)
            try:
                self._kept = (number, self._cipher.decrypt(nonce(number), sealed, _said(last=number == self._last)))
            except InvalidTag:
                raise SealError(SENTENCE) from None
        return self._kept[1]


def _said(*, last: bool) -> bytes:
    # A file that was cut between two pieces does not end with its last.
    return b"last" if last else b""
