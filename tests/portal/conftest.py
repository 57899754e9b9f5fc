import datetime as dt

import pytest

from deployments.models import Secondment
from portal.lib.dates import moment
from portal.reports.services import rollups
from residents.models import Community
from tests import factories
from tests.portal.exported import DAY


@pytest.fixture
def day(cast, time_machine):
    """A day with people on duty and passages, a few of them voided."""
    time_machine.move_to(moment(DAY, dt.time(18)), tick=False)
    Community.objects.update(active_from=DAY)
    Secondment.objects.update(starts_on=DAY)
    gate = factories.PostFactory(compound=cast.hefengyuan, name="东门")
    shift = factories.ShiftFactory(post=gate, day=DAY)
    factories.AttendanceFactory(assignment=factories.AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True))
    kinds = ["resident", "resident", "visitor", "courier"]
    for n in range(40):
        row = factories.PassageFactory(
            post=gate,
            happened_at=moment(DAY, dt.time(6 + n % 11, n)),
            direction="in" if n % 3 else "out",
            person=kinds[n % 4],
            result="turned_back" if n % 10 == 0 else "passed",
            result_note="无证" if n % 10 == 0 else "",
            temperature="37.5" if n % 13 == 0 else "36.5",
            plate_no="鄂A00001" if n % 5 == 0 else "",
            written_phone="19900000001",
            logged_by=cast.cadre_user,
        )
        if n % 17 == 0:
            factories.PassageFactory(post=gate, happened_at=row.happened_at, direction=row.direction, voids=row, is_void=True)
    rollups.roll_up(day=DAY, communities=Community.objects.all(), by=None)
    return cast
