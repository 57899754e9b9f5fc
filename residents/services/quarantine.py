"""The beginning of a quarantine: registered, told in writing, the home assessed, started; and what must be known of it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import audit
from portal.accounts.models import User
from portal.lib.constraints import explained
from portal.lib.errors import Refused
from residents.models import (
    CareTeamMember,
    CaseStage,
    CaseState,
    CaseTest,
    ChatGroup,
    Community,
    ContactClass,
    Dwelling,
    ExitPermit,
    QuarantineCase,
    QuarantinePolicy,
    Resident,
    StageKind,
)
from residents.models.quarantine import AT_HOME
from residents.services import chat_groups
from residents.services.quarantine_policies import Planned, plan, usual

State = CaseState
# 居家健康监测场所评估表: every line must be ticked before somebody stays at home.
FITNESS = {
    "separate_room": gettext_lazy("lives alone, or has a separate room that can be aired"),
    "own_toilet": gettext_lazy("own toilet"),
    "table_at_door": gettext_lazy("a table at the door for handing over without contact"),
    "supplies": gettext_lazy("thermometer, masks, gloves, disinfectant, a bin with a lid"),
    "no_shared_air": gettext_lazy("no air conditioning shared with other rooms"),
    "excreta": gettext_lazy("excreta are disinfected"),
}
# Nobody is registered for a day further away than this: it is a typing error.
FAR = dt.timedelta(days=60)
# Until a notice is served nobody is held back.
HELD = tuple(state for state in State if state not in {State.REGISTERED, State.RELEASED, State.VOIDED, State.CLOSED})


def locked(case_id: int) -> QuarantineCase:
    """The case, locked: two phones press at once."""
    QuarantineCase.objects.select_for_update(no_key=True).get(pk=case_id)
    rows = QuarantineCase.objects.select_related("community", "resident", "dwelling__entrance__building", "policy")
    return rows.get(pk=case_id)


def expect(case: QuarantineCase, *states: str) -> None:
    """Refuse a move that does not follow from where the case stands."""
    if case.state not in states:
        raise Refused(
            _("This case is “%(state)s”, and from there this step does not follow. Reload the page to see what may be done.")
            % {"state": case.get_state_display()}
        )


@transaction.atomic
def register(
    *, resident_id: int, contact_class: str, reason: str, starts_on: dt.date, policy: QuarantinePolicy | None = None,
    facts: Mapping[str, Any] | None = None, by: User,
) -> QuarantineCase:  # fmt: skip
    """Open a case: its days, stages and tests are copied from the rule, and stay as they are when the rule changes."""
    resident = Resident.objects.select_for_update(no_key=True).get(pk=resident_id)
    if resident.left_on:
        raise Refused(_("This person has left. Register them in the home where they live now."))
    policy = policy or usual(resident.community, contact_class, starts_on)
    values = {"contact_class": contact_class, "reason": reason, "starts_on": starts_on, **(facts or {})}
    return _register(resident, policy, values, by=by)


def _register(
    resident: Resident, policy: QuarantinePolicy | None, values: dict[str, Any], *, by: User
) -> QuarantineCase:  # fmt: skip
    starts_on = values["starts_on"]
    if abs(starts_on - timezone.localdate()) > FAR:
        raise Refused(_("The first day lies more than 60 days from today. Check the year and the month."))
    stages = plan(policy, starts_on) if policy else []
    if policy is None or not stages:
        raise Refused(_("No quarantine rule is in force for this. Ask the operator to put it down first."))
    with explained(QuarantineCase):
        case = QuarantineCase.objects.create(
            community=resident.community, resident=resident, dwelling_id=resident.dwelling_id, policy=policy,
            checks_a_day=policy.checks_a_day, morning_by=policy.morning_by, evening_by=policy.evening_by,
            fever_limit=policy.fever_limit, ends_on=stages[-1].ends_on, **values,
        )  # fmt: skip
    _write_stages(case, stages)
    audit.record("quarantinecase.registered", case, by=by, after={"starts_on": starts_on, "ends_on": case.ends_on})
    return case


def _write_stages(case: QuarantineCase, stages: list[Planned], after: int = 0) -> None:
    CaseStage.objects.bulk_create(
        CaseStage(case=case, position=position, kind=stage.kind, starts_on=stage.starts_on, ends_on=stage.ends_on)
        for position, stage in enumerate(stages, after + 1)
    )
    tests = {day: number for stage in stages for number, day in stage.tests}
    CaseTest.objects.bulk_create(CaseTest(case=case, day_no=number, due_on=day) for day, number in tests.items())


@transaction.atomic
def register_home(
    *, dwelling_id: int, resident_ids: Sequence[int], contact_class: str, reason: str, starts_on: dt.date, by: User
) -> list[QuarantineCase]:
    """Open cases for several people of one home; one who is in quarantine already is left as they are."""
    home = Dwelling.objects.select_for_update(of=("self",), no_key=True).select_related("community").get(pk=dwelling_id)
    rows = Resident.objects.registered().filter(dwelling=home, pk__in=resident_ids).exclude(cases__in=_open())
    people = list(rows.select_related("community").select_for_update(of=("self",), no_key=True).order_by("id"))
    policy = usual(home.community, contact_class, starts_on)
    values = {"contact_class": contact_class, "reason": reason, "starts_on": starts_on}
    return [_register(resident, policy, dict(values), by=by) for resident in people]


def _open() -> Any:
    return QuarantineCase.objects.open()


def proposed(dwelling: Dwelling) -> list[Resident]:
    """The others of a home in which somebody is positive, who have no case yet."""
    if not dwelling.cases.open().filter(contact_class=ContactClass.POSITIVE).exists():
        return []
    return list(dwelling.residents.living_in().exclude(cases__in=_open()).order_by("id"))


@transaction.atomic
def assess(*, case_id: int, ticked: Iterable[str], own_room: bool, by: User) -> QuarantineCase:
    """Say whether the home is fit; where it is not, the days at home are spent at a site."""
    case = locked(case_id)
    expect(case, State.REGISTERED, State.NOTICED)
    case.fitness = sorted(set(ticked) & set(FITNESS))
    case.is_fit, case.own_room = len(case.fitness) == len(FITNESS), own_room
    case.save(update_fields=["fitness", "is_fit", "own_room"])
    if not case.is_fit:
        case.stages.filter(position=1, kind__in=AT_HOME).update(kind=StageKind.CENTRAL)
    audit.record("quarantinecase.assessed", case, by=by, after={"is_fit": case.is_fit})
    return case


@transaction.atomic
def serve_notice(*, case_id: int, by: User) -> QuarantineCase:
    """告知书: give the notice its number; it is printed, read out and signed."""
    case = locked(case_id)
    expect(case, State.REGISTERED)
    case.state, case.notice_no = State.NOTICED, next_number(case, "告", "notice_no")
    case.notice_served_at, case.notice_served_by = timezone.now(), by
    with explained(QuarantineCase):
        case.save(update_fields=["state", "notice_no", "notice_served_at", "notice_served_by"])
    audit.record("quarantinecase.notice_served", case, by=by, after={"notice_no": case.notice_no})
    return case


def next_number(case: QuarantineCase, kind: str, field: str) -> str:
    """The next number of the community's year: 告2022-0007. The community's row is the queue."""
    Community.objects.select_for_update(no_key=True).get(pk=case.community_id)
    head = f"{kind}{timezone.localdate().year}-"
    rows = QuarantineCase.objects.filter(community=case.community_id, **{f"{field}__startswith": head})
    last = max((int(number.removeprefix(head)) for number in rows.values_list(field, flat=True)), default=0)
    return f"{head}{last + 1:04d}"


@transaction.atomic
def start(*, case_id: int, committed: bool, door_sign: str = "", door_seal_no: str = "", by: User) -> QuarantineCase:
    """The commitment is signed and the sign hangs at the door: from now on health is asked."""
    case = locked(case_id)
    expect(case, State.NOTICED)
    if not committed:
        raise Refused(_("Have the commitment signed first. If they refuse, write down the talk and order a transfer."))
    first = case.stages.order_by("position")[0]
    central = first.kind == StageKind.CENTRAL
    if not central and case.is_fit is None:
        raise Refused(_("Assess the home first: room, toilet, table at the door, supplies."))
    if not central and not door_sign:
        raise Refused(_("Choose the sign for the door: red for key areas, yellow for others."))
    case.state = State.TO_CENTRAL if central else State.ACTIVE
    case.committed_on, case.started_at = timezone.localdate(), timezone.now()
    case.asked_from = case.started_at
    case.door_sign, case.door_seal_no = door_sign, door_seal_no
    case.save(update_fields=["state", "committed_on", "started_at", "asked_from", "door_sign", "door_seal_no"])
    audit.record("quarantinecase.started", case, by=by, after={"state": case.state, "door_sign": door_sign})
    return case


@transaction.atomic
def set_team(*, case_id: int, members: Mapping[str, tuple[str, str]], by: User) -> None:
    """五包一: write the five down, by role: name and phone; an empty name takes the role off."""
    case = locked(case_id)
    case.team.all().delete()
    CareTeamMember.objects.bulk_create(
        CareTeamMember(case=case, role=role, name=name, phone=phone) for role, (name, phone) in members.items() if name
    )
    audit.record("quarantinecase.team_set", case, by=by, after={"count": case.team.count()})


@transaction.atomic
def describe(
    *, case_id: int, care_plan: str, needs: str, follow_up: str, chat_group: ChatGroup | None = None, by: User
) -> QuarantineCase:
    """一人一策: the plan for this person, what is needed, whether they can still be reached, in which group they are."""
    case = locked(case_id)
    if chat_group and not chat_groups.of_quarantine([case.community]).filter(pk=chat_group.pk).exists():
        raise Refused(_("This group is closed, or is not one of homes in quarantine here. Choose another."))
    before, after = audit.changed(case, {"follow_up": follow_up, "chat_group": chat_group})
    case.care_plan, case.needs, case.follow_up, case.chat_group = care_plan, needs, follow_up, chat_group
    case.save(update_fields=["care_plan", "needs", "follow_up", "chat_group"])
    audit.record("quarantinecase.planned", case, by=by, before=before, after=after)
    return case


@transaction.atomic
def renew_link(*, case_id: int, by: User) -> QuarantineCase:
    """Make every link given so far worthless: one was lost or seen by others."""
    case = locked(case_id)
    case.link_version += 1
    case.save(update_fields=["link_version"])
    versions = {"before": {"link_version": case.link_version - 1}, "after": {"link_version": case.link_version}}
    audit.record("quarantinecase.link_renewed", case, by=by, **versions)
    return case


@transaction.atomic
def printed(*, case_id: int, what: str, by: User) -> QuarantineCase:
    """A paper with the whole name, number and address is taken out of the portal: it is written down that it was."""
    case = locked(case_id)
    if (what == "notice" and not case.notice_no) or (what == "release" and not case.release_no):
        raise Refused(_("There is nothing to print yet: the paper has no number. Do the step first."))
    audit.record("quarantinecase.printed", case, by=by, after={"paper": what})
    return case


def may_leave(resident: Resident, at: dt.datetime) -> str:
    """The sentence that keeps somebody at home, or nothing: the gate asks it before an outing.

    Everybody in the home stays unless the one in quarantine has room and toilet of their own.
    """
    cases = QuarantineCase.objects.open().filter(dwelling=resident.dwelling_id, state__in=HELD)
    held = [c for c in cases.exclude(state=State.TRANSFERRED) if c.resident_id == resident.pk or not c.own_room]
    if not held:
        return ""
    out = ExitPermit.objects.filter(case__in=held, case__resident=resident, returned_at=None)
    if out.filter(approved_at__lte=at, back_by__gte=at).exists():
        return ""
    return _("This home is in quarantine. Ask the community for an approved exit before letting anybody out.")
