"""Days and hours served, of each."""

import datetime as dt

import pytest
from django.utils import timezone

from portal.lib.dates import moment
from tests.factories import AssignmentFactory, AttendanceFactory, PostFactory, SecondmentFactory, ShiftFactory

COMMUNITY, UNIT = "/checkpoints/attendance/served/", "/deployments/mine/served/"


def stood(cadre, compound, day, hours=8):
    shift = ShiftFactory(post=PostFactory(compound=compound), day=day)
    start = moment(day, dt.time(8, 30))
    assignment = AssignmentFactory(shift=shift, cadre=cadre)
    return AttendanceFactory(
        assignment=assignment, signed_in_at=start, signed_out_at=start + dt.timedelta(hours=hours) if hours else None
    )


def shown(client, page):
    rows = client.get(page).context["rows"]
    return [(row["name"], row["days"], row["hours"], row["hours_in_week"]) for row in rows]


def test_days_and_hours_of_each_in_all_and_this_week(cast, sign_in):
    today = timezone.localdate()
    stood(cast.cadre, cast.hefengyuan, today, hours=0)
    stood(cast.cadre, cast.hefengyuan, today - dt.timedelta(days=7))
    stood(cast.cadre, cast.hefengyuan, today - dt.timedelta(days=8), hours=4)

    assert shown(sign_in(cast.secretary), COMMUNITY) == [(cast.cadre.name, 3, 12, 0)]


def test_a_community_sees_what_was_done_there_and_a_unit_what_its_people_did_anywhere(cast, sign_in):
    today = timezone.localdate()
    stood(cast.cadre, cast.hefengyuan, today)
    stood(cast.cadre, cast.yushu_rental, today - dt.timedelta(days=20), hours=2)
    stood(cast.cadre2, cast.yushu_rental, today)

    assert shown(sign_in(cast.secretary), COMMUNITY) == [(cast.cadre.name, 1, 8, 8)]
    assert shown(sign_in(cast.supervisor), UNIT) == [(cast.cadre.name, 2, 10, 8)]
    assert sign_in(cast.cadre_user).get(COMMUNITY).status_code == 403
    assert sign_in(cast.secretary).get(UNIT).status_code == 403


def test_an_empty_page_says_from_what_it_is_counted(cast, sign_in):
    assert "Days and hours are counted from the sign-ins." in sign_in(cast.secretary).get(COMMUNITY).content.decode()


@pytest.mark.parametrize(("page", "who"), [(COMMUNITY, "secretary"), (UNIT, "supervisor")])
def test_as_many_queries_for_three_as_for_one(cast, sign_in, queries, page, who):
    client = sign_in(getattr(cast, who))
    stood(cast.cadre, cast.hefengyuan, timezone.localdate())
    with queries() as one:
        client.get(page)
    for row in SecondmentFactory.create_batch(2, community=cast.qinghe, cadre__unit=cast.unit):
        stood(row.cadre, cast.hefengyuan, timezone.localdate())
    with queries() as three:
        client.get(page)

    assert len(three) == len(one)
