"""What the demo's secretary decided these days: leave, offers of a unit, who answers for a place, who is off duty."""

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.utils import timezone

from checkpoints.models import Assignment, Exposure
from checkpoints.services import exposure
from deployments.models import Leave, Responsibility, Secondment
from deployments.services import commendations, leave, responsibilities
from deployments.services import secondments as postings
from deployments.services.responsibilities import Person
from deployments.services.secondments import Terms
from portal.accounts.models import User
from portal.demo.names import phone
from portal.lib.dates import moment
from residents.models import Compound, Entrance
from residents.services import notices


def build(compound: Compound, secondments: Sequence[Secondment], *, accounts: dict[str, User]) -> None:
    """Create it all."""
    secretary = accounts["secretary"]
    _leave(secondments, secretary, accounts["secretary2"])
    _offers(compound, secondments, supervisor=accounts["supervisor"], secretary=secretary)
    _answerable(compound, secretary)
    _off_duty(compound, secretary)
    _taken_back(compound, secretary)
    _thanked(compound, accounts)


def _leave(secondments: Sequence[Secondment], secretary: User, other: User) -> None:
    """One refused, one no longer wanted, one granted to the cadre of the other community."""
    own, there = secondments[0], next(row for row in secondments if row.community != secondments[0].community)
    for row, days, reason, decide, by in (
        (own, 1, "家中水管检修", leave.refuse, secretary),
        (secondments[14], 2, "接孩子", leave.cancel, secretary),
        (there, 4, "复查", leave.approve, other),
    ):
        day = timezone.localdate() + dt.timedelta(days=days)
        asked = leave.ask(
            secondment=row, kind=Leave.Kind.FAMILY, starts_at=moment(day, dt.time(13)), ends_at=moment(day, dt.time(18)),
            reason=reason, by=row.cadre.user or by,
        )  # fmt: skip
        decide(leave_id=asked.pk, by=by)


def _offers(compound: Compound, secondments: Sequence[Secondment], *, supervisor: User, secretary: User) -> None:
    """The unit would leave three people longer: one waits for an answer, one may stay, one may not."""
    unit = supervisor.supervisions.get().unit
    own = [row for row in secondments[1:] if row.cadre.unit_id == unit.pk and row.community_id == compound.community_id]
    for number, row in enumerate(own[:3]):
        starts_on = (row.ends_on or timezone.localdate()) + dt.timedelta(days=1)
        terms = Terms(compound.community, starts_on, starts_on + dt.timedelta(days=13), row.compound)
        offer = postings.submit(cadre=row.cadre, terms=terms, by=supervisor)
        if number == 1:
            postings.approve(secondment_id=offer.pk, by=secretary)
        if number == 2:
            postings.refuse(secondment_id=offer.pk, reason="届时名额已满", by=secretary)


def _answerable(compound: Compound, secretary: User) -> None:
    """Who commands the compound, and two heads of entrances."""
    day, entrances = timezone.localdate() - dt.timedelta(days=10), compound.buildings.order_by("id")[0].entrances.order_by("id")
    people: tuple[tuple[str, Compound | Entrance, str], ...] = (
        (Responsibility.Role.COMMANDER, compound, "罗建华"),
        (Responsibility.Role.ENTRANCE_HEAD, entrances[0], "许桂兰"),
        (Responsibility.Role.ENTRANCE_HEAD, entrances[1], "蔡建国"),
    )
    for number, (role, place, name) in enumerate(people, 8800):
        responsibilities.assign(
            community=compound.community, role=role, place=place, person=Person(name=name, phone=phone(number)), starts_on=day,
            by=secretary,
        )  # fmt: skip


def _off_duty(compound: Compound, secretary: User) -> None:
    """Somebody with no shift ahead and no leave: nobody's place on the board is emptied by it."""
    ahead = Assignment.objects.filter(cadre=OuterRef("cadre"), ends_at__gt=timezone.now())
    away = Leave.objects.filter(secondment=OuterRef("pk"))
    free = Secondment.objects.serving().on(timezone.localdate()).filter(compound=compound, state=Secondment.State.ON_DUTY)
    free = free.exclude(cadre__user__username="cadre").exclude(cadre__responsibilities__role=Responsibility.Role.STEWARD)
    found = free.exclude(Exists(ahead)).exclude(Exists(away)).order_by("-id").first()
    if found is None:
        return
    day = timezone.localdate() - dt.timedelta(days=2)
    row = exposure.stop_duty(
        cadre_id=found.cadre_id, compound=compound, how=Exposure.How.STOOD, exposed_on=day, days=7, by=secretary
    )
    exposure.check(exposure_id=row.pk, temperature=Decimal("36.5"), symptoms=(), by=secretary)


def _taken_back(compound: Compound, secretary: User) -> None:
    values = {"kind": "policy", "title": "西门今日关闭", "body": "请从东门出入。", "audience": "everybody"}
    begun = timezone.now() - dt.timedelta(hours=20)
    row = notices.publish(community=compound.community, values={**values, "effective_from": begun}, by=secretary)
    notices.withdraw(notice_id=row.pk, by=secretary)


def _thanked(compound: Compound, accounts: dict[str, User]) -> None:
    """The office is thanked as well."""
    secretary, worker = accounts["secretary"], accounts["worker"]
    said = (
        ("电话一打就接，半夜也帮忙联系药店。", worker, secretary),
        ("把我们楼的难事一件件记在本子上办完了。", secretary, worker),
    )
    for number, (text, colleague, by) in enumerate(said, 1201):
        commendations.write(
            key=uuid.UUID(int=number), community=compound.community, kind="praise", text=text, sender="荷风苑住户",
            colleague=colleague, by=by,
        )  # fmt: skip
