"""Files that only the portal can read: whole again whatever their length, refused where somebody cut or changed them."""

import io
import os
import time
import zipfile

import pytest
from django.core.files.base import ContentFile

from portal.lib import storages
from portal.lib.sealed_files import PIECE, SealError, seal, unsealed
from portal.lib.storages import WholeFiles

NAME = "王建国 990101199001010001".encode()


def sealed(data, step=70_000):
    out = io.BytesIO()
    seal((data[at : at + step] for at in range(0, len(data), step)), out)
    return out.getvalue()


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 5])
def test_a_file_is_read_as_it_was_written(length):
    data = os.urandom(length)
    file = unsealed(io.BytesIO(sealed(data)))
    assert file.read() == data
    for at in (0, length // 2, max(0, length - 3)):
        assert (file.seek(at), file.read(7)) == (at, data[at : at + 7])


def test_a_workbook_is_sought_in_where_it_lies():
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}", os.urandom(40_000))
    with zipfile.ZipFile(unsealed(io.BytesIO(sealed(book.getvalue())))) as archive:
        assert archive.testzip() is None


def test_nothing_of_it_can_be_read_on_the_disk():
    assert NAME not in sealed(NAME * 1000)


@pytest.mark.parametrize("cut", [1, 5, 17, 21, PIECE + 16, 2 * (PIECE + 16), 2 * (PIECE + 16) + 5, 2 * (PIECE + 16) + 21])
def test_a_file_that_was_cut_is_refused(cut):
    with pytest.raises(SealError):
        unsealed(io.BytesIO(sealed(os.urandom(2 * PIECE + 5))[:-cut])).read()


def test_a_file_that_was_changed_is_refused():
    changed = bytearray(sealed(b"x" * 100))
    changed[-20] ^= 1
    with pytest.raises(SealError):
        unsealed(io.BytesIO(bytes(changed))).read()


@pytest.mark.parametrize("name", ["jobs", "errands", "receipts", "rounds"])
def test_what_was_stored_before_files_were_sealed_is_still_read(name):
    files = WholeFiles(name)
    stored = files.save("a/b.bin", ContentFile(NAME))
    with open(files.path(stored), "rb") as raw:
        assert NAME not in raw.read()
    with open(files.path(stored), "wb") as raw:
        raw.write(NAME)
    assert files.open(stored).read() == NAME
    files.delete(stored)


def test_a_draft_of_somebody_killed_is_gone_after_a_day_and_no_file_with_it():
    files = WholeFiles("jobs")
    stored = files.save("out/kept.bin", ContentFile(NAME))
    old, new = files.drafts() / "old.xlsx", files.drafts() / "new.xlsx"
    for draft in (old, new):
        draft.write_bytes(NAME)
    long_ago = time.time() - storages.KEPT.total_seconds() - 60
    for path in (old, files.path(stored)):
        os.utime(path, (long_ago, long_ago))

    storages.tidy()

    assert (old.exists(), new.exists(), files.exists(stored)) == (False, True, True)
    new.unlink()
    files.delete(stored)
