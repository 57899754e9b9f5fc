"""出入证台账: the list of passes as a table, without names."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from checkpoints.models import EntryPass
from checkpoints.services import pass_cases, pass_words
from portal.lib.sheets import Column

COLUMNS = [
    Column("序号", 6), Column("小区", 14), Column("证号", 10), Column("类别", 14), Column("房号", 12), Column("状态", 10),
    Column("有效期起", 12), Column("有效期止", 12), Column("签发时间", 18), Column("原因", 24), Column("备注", 12),
]  # fmt: skip


def rows(cards: Sequence[EntryPass], at: dt.datetime) -> Iterator[list[Any]]:
    """One line a pass."""
    now = pass_cases.states(cards, at)
    for number, card in enumerate(cards, 1):
        yield [
            number, str(card.compound), str(card), card.get_kind_display(), str(card.dwelling or ""),
            str(pass_words.STATES[now[card.pk]]), card.valid_from, card.valid_until,
            pass_cases.local(card.issued_at).replace("T", " ") if card.issued_at else "", card.state_reason, "",
        ]  # fmt: skip
