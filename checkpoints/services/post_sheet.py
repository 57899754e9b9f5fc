"""The posts of one's communities as a sheet: for the wall of the office, or for the subdistrict."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.http import FileResponse
from django.utils import timezone

from checkpoints.models import Post, PostStatus
from portal.accounts import audit
from portal.accounts.models import User
from portal.lib import downloads, sheets

TITLE = "值守岗位一览表"
COLUMNS = [
    sheets.Column("序号", 6),
    sheets.Column("社区", 16),
    sheets.Column("小区", 16),
    sheets.Column("岗位", 16),
    sheets.Column("类别", 12),
    sheets.Column("开放时间", 14),
    sheets.Column("每班人数", 10),
    sheets.Column("今日班次", 10),
    sheets.Column("状态", 10),
    sheets.Column("备注", 16),
]


def download(rows: Iterable[Any], *, by: User) -> FileResponse:
    """The sheet of these posts (with `status` and `today`); who took it out is on record in each community."""
    posts = list(rows)
    communities = {post.compound.community_id: post.compound.community for post in posts}
    with transaction.atomic():
        for community in communities.values():
            audit.record("post.exported", community, by=by, community=community, after={"rows": len(posts)})
    unit = "、".join(community.name for community in communities.values())
    return downloads.sheet(COLUMNS, _lines(posts), title=TITLE, unit=unit, file=f"{TITLE}-{timezone.localdate()}")


def _lines(posts: Iterable[Any]) -> Iterator[Sequence[Any]]:
    status = dict(PostStatus.Status.choices)
    for number, post in enumerate(posts, 1):
        yield (
            number,
            post.compound.community.name,
            post.compound.name,
            post.name,
            str(post.get_kind_display()),
            _hours(post),
            post.crew_required,
            post.today,
            str(status[post.status]),
            "",
        )


def _hours(post: Post) -> str:
    return f"{post.opens_at:%H:%M}–{post.closes_at:%H:%M}" if post.opens_at and post.closes_at else "全天"
