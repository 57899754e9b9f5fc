"""The sheet of codes to scan: what each says at the gate is what is written beside it."""

import pytest

from checkpoints.services import pass_codes
from portal.demo import codes
from tests import factories

ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture
def cards(cast):
    def card(compound, **facts):
        return factories.EntryPassFactory(dwelling__entrance__building__compound=compound, **facts)

    good, void = card(cast.hefengyuan), card(cast.hefengyuan, state="voided", state_reason="遗失")
    return good, void, card(cast.yushu_rental)


def read(text: str) -> int | str:
    try:
        return pass_codes.read(text)
    except pass_codes.Unreadable as bad:
        return bad.code


def test_each_code_is_what_stands_beside_it(cast, cards):
    good, void, other = cards

    found = list(codes.lines(cast.hefengyuan, ADDRESS))

    assert [read(line.text) for line in found] == [good.pk, void.pk, other.pk, "forged", "check", "foreign"]
    assert [read(line.typed) for line in found[:5]] == [good.pk, void.pk, other.pk, "forged", "check"]


def test_the_sheet_is_one_file_that_names_nobody(cast, cards, tmp_path):
    factories.ResidentFactory(dwelling=cards[0].dwelling, name="王建国")

    codes.write(tmp_path / "codes.html", cast.hefengyuan, ADDRESS)

    text = (tmp_path / "codes.html").read_text(encoding="utf-8")
    assert text.count("<svg") == 6
    assert "src=" not in text
    assert "王建国" not in text
