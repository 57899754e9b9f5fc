"""The permission matrix: one row for every address. A new address without a row fails the build.

How to add yours (in the part of your app, names in order):

    "checkpoints:shift_detail": Row(may=SHIFT_VIEWERS, kwargs=lambda w: {"pk": w.shift.pk}),
    "checkpoints:shift_cancel": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.shift.pk}, get=405, post=302),

`may` names those of the cast (tests/people.py) whose role grants the view's permission, in whatever community; the
rows of `kwargs` belong to 清荷社区. Then this is asked of everybody, by GET and by POST without any fields:

    a stranger                          302 to the sign-in
    not in `may`                        403
    in `may`, but of another community  404 when the address names a row, else as below
    the others                          `get`, `post` (a set where several answers are fine)

`get=405` or `post=405`: that method is refused to all. `of_others` overrides the 404 for somebody else's row.
`w` is the World below: the cast and one row of each kind; add yours there.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from checkpoints.models import (
    Assignment,
    AttendanceCorrection,
    DeliveryDrop,
    EntryPass,
    Exposure,
    GateDevice,
    Handover,
    Passage,
    PassPolicy,
    Post,
    Shift,
    Vehicle,
    Visit,
)
from checkpoints.services import exposure, handovers, pass_codes
from deployments.models import Commendation, Leave, Responsibility
from portal.accounts import outbox
from portal.accounts.models import Channel
from portal.jobs.models import Job
from portal.reports.models import DailyReport
from portal.reports.services.rollups import roll_up
from residents.models import (
    Building,
    CareProfile,
    CaseTest,
    ChatGroup,
    Community,
    Compound,
    Dwelling,
    EpidemicFreeStatus,
    Errand,
    ErrandLine,
    ErrandNote,
    Finding,
    HealthCheck,
    HotlineCall,
    Ledger,
    Matter,
    Membership,
    MutualAid,
    Notice,
    Pairing,
    Payment,
    QuarantineCase,
    Resident,
    Role,
    Round,
    Stop,
    Task,
    Team,
    Transfer,
)
from residents.services import care, control, health_checks, transfers
from tests import factories
from tests.people import Cast

EVERYBODY = frozenset(
    {
        "secretary",
        "worker",
        "other_secretary",
        "cadre_user",
        "cadre2_user",
        "supervisor",
        "officer",
        "district_officer",
        "operator",
    }
)
SECRETARIES = frozenset({"secretary", "other_secretary"})
WORKERS = SECRETARIES | {"worker"}
OFFICERS = frozenset({"officer", "district_officer"})
OFFICE = WORKERS | OFFICERS
CADRES = frozenset({"cadre_user", "cadre2_user"})
# Whoever stands or watches shifts: PERMISSION.MY_DAY, GATE_LOG, HANDOVER_VIEW.
CREW = WORKERS | CADRES
# Those of another community, for whom a row of 清荷社区 does not exist.
ELSEWHERE = frozenset({"other_secretary", "cadre2_user"})

Status = int | frozenset[int]


@dataclass(frozen=True)
class Row:
    """What the address answers to whom."""

    may: Iterable[str]
    kwargs: "Callable[[World], dict[str, Any]] | None" = None
    get: int | set[int] = 200
    post: int | set[int] = 405
    of_others: int | set[int] = 404
    # Answers of single people that differ, by (name, method).
    but: dict[tuple[str, str], int | set[int]] = field(default_factory=dict)
    # May be opened without a sign-in.
    public: bool = False
    # An address that phones call by themselves tells a stranger so instead of redirecting.
    stranger: int = 302


class World:
    """The cast, and one row of each kind in 清荷社区, made when a row of the matrix asks for it."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    @cached_property
    def report(self) -> DailyReport:
        (made,) = roll_up(
            day=timezone.localdate(), communities=Community.objects.filter(pk=self.cast.qinghe.pk), by=self.cast.secretary
        )
        return made

    @cached_property
    def post(self) -> Post:
        return factories.PostFactory(compound=self.cast.hefengyuan)

    @cached_property
    def held(self) -> Passage:
        return factories.PassageFactory(post=self.post, result="held", temperature=Decimal("38.0"))

    @cached_property
    def vehicle(self) -> Vehicle:
        return factories.VehicleFactory(community=self.cast.qinghe)

    @cached_property
    def visit(self) -> Visit:
        return factories.VisitFactory(compound=self.cast.hefengyuan)

    @cached_property
    def drop(self) -> DeliveryDrop:
        return factories.DeliveryDropFactory(batch__post=self.post, batch__placed=1)

    @cached_property
    def shift(self) -> Shift:
        # Of the whole day: what is asked before half past eight in the morning is answered as later.
        return factories.ShiftFactory(post=self.post, starts=dt.time(0), ends=dt.time(23, 59))

    @cached_property
    def assignment(self) -> Assignment:
        return factories.AssignmentFactory(shift=self.shift, cadre=self.cast.cadre)

    @cached_property
    def staffed(self) -> Shift:
        return self.assignment.shift

    @cached_property
    def passage(self) -> Passage:
        return factories.PassageFactory(shift=self.staffed, post=self.post, logged_by=self.cast.cadre_user)

    @cached_property
    def handover(self) -> Handover:
        return handovers.hand_over(shift=self.staffed, open_items="", note="", by=self.cast.cadre_user)

    @cached_property
    def correction(self) -> AttendanceCorrection:
        return AttendanceCorrection.objects.create(
            assignment=self.assignment, signed_in_at=self.shift.starts_at, reason="手机没电", asked_by=self.cast.cadre_user
        )

    @cached_property
    def job(self) -> Job:
        return Job.objects.create(kind="import_cadres", state="previewed", community=self.cast.qinghe, by=self.cast.secretary)

    @cached_property
    def errand(self) -> Errand:
        entrance = factories.EntranceFactory(building__compound=self.cast.hefengyuan)
        return factories.ErrandFactory(dwelling=factories.DwellingFactory(entrance=entrance))

    @cached_property
    def matter(self) -> Matter:
        return factories.MatterFactory(community=self.cast.qinghe)

    @cached_property
    def aid(self) -> MutualAid:
        facts = {"kind": "gift", "what": "白菜", "place": "东门", "written_by": self.cast.worker}
        return MutualAid.objects.create(community=self.cast.qinghe, **facts)

    @cached_property
    def counsellor(self) -> Membership:
        return Membership.objects.create(user=self.cast.worker, role=Role.COUNSELLOR, community=self.cast.qinghe)

    @cached_property
    def call(self) -> HotlineCall:
        assert self.counsellor
        return HotlineCall.objects.create(community=self.cast.qinghe, counsellor=self.cast.worker, topic="sleep")

    @cached_property
    def praise(self) -> Commendation:
        facts = {"text": "谢谢", "cadre": self.cast.cadre, "recorded_by": self.cast.worker}
        return Commendation.objects.create(community=self.cast.qinghe, **facts)

    @cached_property
    def thanks(self) -> ErrandNote:
        return self.errand.notes.create(text="谢谢")

    @cached_property
    def task(self) -> Task:
        return factories.TaskFactory(community=self.cast.qinghe, created_by=self.cast.worker)

    @cached_property
    def team(self) -> Team:
        return factories.TeamFactory(community=self.cast.qinghe, leader=self.cast.worker)

    @cached_property
    def errand_line(self) -> ErrandLine:
        return ErrandLine.objects.create(errand=self.errand, position=1, name="盐")

    @cached_property
    def pairing(self) -> Pairing:
        return factories.PairingFactory(dwelling=self.errand.dwelling, helper=self.cast.cadre_user)

    @cached_property
    def payment(self) -> Payment:
        helper = self.cast.secretary
        return Payment.objects.create(errand=self.errand, kind="paid", amount=1, helper=helper, recorded_by=helper)

    @cached_property
    def building(self) -> Building:
        return factories.BuildingFactory(compound=self.cast.hefengyuan)

    @cached_property
    def round(self) -> Round:
        return factories.RoundFactory(community=self.cast.qinghe, walkers=[self.cast.cadre_user])

    @cached_property
    def stop(self) -> Stop:
        return factories.StopFactory(round=self.round, dwelling__entrance__building=self.building)

    @cached_property
    def finding(self) -> Finding:
        return Finding.objects.create(community=self.cast.qinghe, stop=self.stop, kind="complaint", found_at=timezone.now())

    @cached_property
    def case(self) -> QuarantineCase:
        home = factories.DwellingFactory(entrance__building__compound=self.cast.hefengyuan)
        return factories.QuarantineCaseFactory(resident__dwelling=home, door_sign="red")

    @cached_property
    def transfer(self) -> Transfer:
        return transfers.order(case_id=self.case.pk, to="site", site="健康驿站", by=self.cast.worker)

    @cached_property
    def at_site(self) -> QuarantineCase:
        home = factories.DwellingFactory(entrance__building__compound=self.cast.hefengyuan)
        return factories.QuarantineCaseFactory(resident__dwelling=home, state="transferred", stage="central")

    @cached_property
    def check(self) -> HealthCheck:
        return health_checks.record(
            case_id=self.case.pk, day=timezone.localdate(), slot="am", temperature=Decimal("36.5"), method="door",
            by=self.cast.worker,
        )  # fmt: skip

    @cached_property
    def test(self) -> CaseTest:
        return CaseTest.objects.create(case=self.case, day_no=1, due_on=self.case.starts_on)

    @cached_property
    def free_status(self) -> EpidemicFreeStatus:
        return control.apply(compound=self.cast.hefengyuan, tested_on=timezone.localdate(), by=self.cast.secretary)

    @cached_property
    def dwelling(self) -> Dwelling:
        return factories.DwellingFactory(entrance__building=self.building)

    @cached_property
    def resident(self) -> Resident:
        return factories.ResidentFactory(dwelling=self.dwelling)

    @cached_property
    def care(self) -> CareProfile:
        return care.add(
            resident_id=self.resident.pk, code="mobility", since=timezone.localdate(), values={}, by=self.cast.secretary
        )

    @cached_property
    def ledger(self) -> Ledger:
        return factories.LedgerFactory(community=self.cast.qinghe)

    @cached_property
    def gate_device(self) -> GateDevice:
        return factories.GateDeviceFactory(shift=self.staffed, user=self.cast.cadre_user)

    @cached_property
    def entry_pass(self) -> EntryPass:
        return factories.EntryPassFactory(dwelling=self.dwelling)

    @cached_property
    def pass_policy(self) -> PassPolicy:
        return factories.PassPolicyFactory(community=self.cast.qinghe)

    @cached_property
    def exposure(self) -> Exposure:
        return exposure.stop_duty(
            cadre_id=self.cast.cadre.pk, compound=self.cast.hefengyuan, how="stood", exposed_on=timezone.localdate(), days=7,
            by=self.cast.secretary,
        )  # fmt: skip

    @cached_property
    def leave(self) -> Leave:
        return factories.LeaveFactory(secondment=self.cast.secondment, state=Leave.State.SUBMITTED)

    @cached_property
    def responsibility(self) -> Responsibility:
        return Responsibility.objects.create(
            community=self.cast.qinghe, role=Responsibility.Role.STEWARD, compound=self.cast.hefengyuan, cadre=self.cast.cadre
        )

    @cached_property
    def message(self) -> Any:
        outbox.tell(self.cast.secretary, "password_given", key="guard")
        return self.cast.secretary.inbox.get()

    @cached_property
    def on_duty(self) -> Compound:
        Community.objects.filter(pk=self.cast.qinghe.pk).update(active_from=timezone.localdate())
        return self.cast.hefengyuan

    @cached_property
    def notice(self) -> Notice:
        return factories.NoticeFactory(community=self.cast.qinghe)

    @cached_property
    def chat_group(self) -> ChatGroup:
        return factories.ChatGroupFactory(community=self.cast.qinghe)

    @cached_property
    def channel(self) -> Channel:
        return factories.ChannelFactory(user=self.cast.secretary, address="https://127.0.0.1/nobody")


# A channel is its owner's alone.
OWN_CHANNEL: dict[int, dict[tuple[str, str], int | set[int]]] = {
    answer: {("secretary", "get"): answer, ("secretary", "post"): answer} for answer in (200, 302)
}
# They look at shifts, but times are corrected by the community and by the cadre.
CORRECTED_BY_OFFICERS = {(who, how): 302 for who in OFFICERS for how in ("get", "post")}

# Who neither leads the shift nor answers for the community corrects nothing.
NOT_LEADING = {(who, how): 404 for who in ("worker", "cadre_user") for how in ("get", "post")}
# Who does not lead the shift shuts no phone out.
NOT_THE_LEAD = {("cadre_user", "post"): 404}
# Who stands this shift does not take it over.
NOT_NEXT = {("cadre_user", "post"): 404}

ACCOUNTS = {
    "account_change_password": Row(may=EVERYBODY, post=200),
    "account_inactive": Row(may=EVERYBODY, public=True, post=405),
    "account_login": Row(may=EVERYBODY, public=True, get={200, 302}, post={200, 302}),
    "account_logout": Row(may=EVERYBODY, public=True, get={200, 302}, post=302),
    "account_reauthenticate": Row(may=EVERYBODY, get={200, 302}, post=200),
    "account_reset_password": Row(may=EVERYBODY, public=True),
    "account_signup": Row(may=EVERYBODY, public=True, get={200, 302}, post={200, 302}),
    "accounts:channel_create": Row(may=EVERYBODY, post=200),
    "accounts:channel_edit": Row(may=EVERYBODY, kwargs=lambda w: {"pk": w.channel.pk}, get=404, post=404, but=OWN_CHANNEL[200]),
    "accounts:channel_list": Row(may=EVERYBODY),
    "accounts:channel_remove": Row(
        may=EVERYBODY, kwargs=lambda w: {"pk": w.channel.pk}, get=405, post=404, but=OWN_CHANNEL[302]
    ),
    "accounts:channel_test": Row(may=EVERYBODY, kwargs=lambda w: {"pk": w.channel.pk}, get=405, post=404, but=OWN_CHANNEL[302]),
    "accounts:message_list": Row(may=EVERYBODY),
    "accounts:message_read": Row(
        may=EVERYBODY,
        kwargs=lambda w: {"pk": w.message.pk},
        get=405,
        post=404,
        but={("secretary", "post"): 302},
    ),
    "accounts:message_read_all": Row(may=EVERYBODY, get=405, post=302),
    "mfa_activate_totp": Row(may=EVERYBODY, get={200, 302}, post={200, 302}),
    "mfa_add_webauthn": Row(may=EVERYBODY, get={200, 302}, post={200, 302}),
    "mfa_authenticate": Row(may=EVERYBODY, public=True, get=302, post=302),
    "mfa_deactivate_totp": Row(may=EVERYBODY, get={302, 404}, post={302, 404}),
    "mfa_download_recovery_codes": Row(may=EVERYBODY, get={302, 404}, post={404, 405}),
    "mfa_edit_webauthn": Row(may=EVERYBODY, kwargs=lambda w: {"pk": 1}, get={302, 404}, post={302, 404}, of_others={302, 404}),
    "mfa_generate_recovery_codes": Row(may=EVERYBODY, get={200, 302, 403}, post={200, 302, 403}),
    "mfa_index": Row(may=EVERYBODY, get=200, post=405),
    "mfa_list_webauthn": Row(may=EVERYBODY, get=200, post=405),
    "mfa_login_webauthn": Row(may=EVERYBODY, public=True, get={200, 302}, post={200, 302, 429}),
    "mfa_reauthenticate": Row(may=EVERYBODY, get={200, 302}, post={200, 302}),
    "mfa_reauthenticate_webauthn": Row(may=EVERYBODY, get={200, 302}, post={200, 302}),
    "mfa_remove_webauthn": Row(
        may=EVERYBODY, kwargs=lambda w: {"pk": 1}, get={302, 404}, post={302, 404}, of_others={302, 404}
    ),
    "mfa_view_recovery_codes": Row(may=EVERYBODY, get={200, 302, 404}, post=405),
}

PORTAL = {
    "event_list": Row(may=SECRETARIES),
    "home": Row(
        may=EVERYBODY,
        # Whose first page is elsewhere is led there.
        get={200, 302},
        but={(who, "get"): 200 for who in sorted(OFFICE)},
    ),
    "search": Row(may=OFFICE | CREW),
    "healthz": Row(may=EVERYBODY, public=True),
    "set_language": Row(may=EVERYBODY, public=True, get=302, post=302),
    "worker": Row(may=EVERYBODY, public=True, post=405),
}

# Money of an errand is written down by who has it, and paid back by the secretary.
NOT_IN_HAND = {(who, how): 404 for who in ("worker", "cadre_user") for how in ("get", "post")}

RESIDENTS: dict[str, Row] = {
    "residents:finding_handle": Row(may=WORKERS, kwargs=lambda w: {"pk": w.finding.pk}, get=405, post=302),
    "residents:finding_list": Row(may=WORKERS),
    "residents:round_close": Row(may=CREW, kwargs=lambda w: {"pk": w.round.pk}, get=405, post=302),
    "residents:round_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.round.pk}),
    "residents:round_hand_over": Row(may=CREW, kwargs=lambda w: {"pk": w.round.pk}, get=405, post=302),
    "residents:round_kit": Row(may=CREW, kwargs=lambda w: {"pk": w.round.pk}, stranger=401),
    "residents:round_shell": Row(may=CREW, kwargs=lambda w: {"pk": w.round.pk}),
    "residents:round_taps": Row(may=CREW, kwargs=lambda w: {"pk": w.round.pk}, get=405, post=400, stranger=401),
    "residents:round_list": Row(may=WORKERS),
    "residents:round_new": Row(may=WORKERS, post=200),
    "residents:round_plan_edit": Row(may=WORKERS, kwargs=lambda w: {"pk": w.round.plan_id}, post=200),
    "residents:round_plan_end": Row(may=WORKERS, kwargs=lambda w: {"pk": w.round.plan_id}, get=405, post=302),
    "residents:round_plan_list": Row(may=WORKERS),
    "residents:round_rest": Row(may=CREW, kwargs=lambda w: {"pk": w.round.pk}, get=405, post=302),
    "residents:round_revisit": Row(may=CREW, kwargs=lambda w: {"pk": w.round.pk}, get=405, post=302),
    "residents:round_sheet": Row(may=CREW, kwargs=lambda w: {"pk": w.round.pk}),
    "residents:stop_do": Row(may=CREW, kwargs=lambda w: {"pk": w.stop.pk}, get=405, post=422),
    "residents:stop_number": Row(may=CREW, kwargs=lambda w: {"pk": w.stop.pk}, get=405, post=200),
    "residents:stop_photo": Row(may=CREW, kwargs=lambda w: {"pk": w.stop.pk}, get=404),
    "residents:stop_undo": Row(may=CREW, kwargs=lambda w: {"pk": w.stop.pk}, get=405, post=302),
    "residents:control_apply": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}, get=405, post=422),
    "residents:control_decide": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}, get=405, post=422),
    "residents:control_detail": Row(may=OFFICE, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}),
    "residents:control_list": Row(may=OFFICE),
    "residents:control_step": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.free_status.pk, "step": "grant"}, post={302, 422}),
    "residents:health_check_correct": Row(may=WORKERS, kwargs=lambda w: {"pk": w.check.pk}, post=422),
    "residents:health_check_list": Row(may=CREW),
    "residents:health_check_own": Row(
        may=EVERYBODY, kwargs=lambda w: {"link": health_checks.link_of(w.case)}, post=422, public=True
    ),
    "residents:health_check_phone": Row(may=CREW, kwargs=lambda w: {"pk": w.case.pk}, get=405, post=200),
    "residents:health_check_record": Row(may=CREW, kwargs=lambda w: {"pk": w.case.pk}, post=422),
    "residents:errand_count": Row(may=OFFICE),
    "residents:quarantine_count": Row(may=OFFICE),
    "residents:missed_check_list": Row(may=OFFICE),
    "residents:quarantine_detail": Row(may=WORKERS, kwargs=lambda w: {"pk": w.case.pk}),
    "residents:quarantine_export": Row(may=SECRETARIES, get=405, post=200),
    "residents:quarantine_find": Row(may=WORKERS),
    "residents:quarantine_home": Row(may=WORKERS, kwargs=lambda w: {"pk": w.case.dwelling_id}, get=405, post=302),
    "residents:quarantine_link": Row(may=WORKERS, kwargs=lambda w: {"pk": w.case.pk}),
    "residents:quarantine_link_renew": Row(may=WORKERS, kwargs=lambda w: {"pk": w.case.pk}, get=405, post=302),
    "residents:quarantine_list": Row(may=WORKERS),
    "residents:quarantine_notice": Row(may=WORKERS, kwargs=lambda w: {"pk": w.case.pk}, get=405, post=302),
    "residents:quarantine_register": Row(may=WORKERS, kwargs=lambda w: {"pk": w.case.resident_id}, post=422),
    "residents:quarantine_release_notice": Row(may=WORKERS, kwargs=lambda w: {"pk": w.case.pk}, get=405, post=302),
    "residents:quarantine_sign": Row(may=WORKERS, kwargs=lambda w: {"pk": w.case.pk}),
    "residents:quarantine_step": Row(may=WORKERS, kwargs=lambda w: {"pk": w.case.pk, "step": "violation"}, post=422),
    "residents:quarantine_temperatures": Row(may=SECRETARIES, get=405, post=200),
    "residents:quarantine_test": Row(may=WORKERS, kwargs=lambda w: {"pk": w.test.pk}, post=422),
    "residents:site_call_list": Row(may=CREW),
    "residents:site_call_record": Row(may=CREW, kwargs=lambda w: {"pk": w.at_site.pk}, post=422),
    "residents:matter_ask": Row(
        may=EVERYBODY, kwargs=lambda w: {"token": "x.y.z"}, get=404, post=404, of_others=404, public=True
    ),
    "residents:matter_create": Row(may=CREW, post=422),
    # Cadres read what they handle, nothing else.
    "residents:matter_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.matter.pk}, but={("cadre_user", "get"): 404}),
    "residents:matter_export": Row(may=WORKERS, get=405, post=200),
    "residents:matter_list": Row(may=CREW),
    "residents:matter_own": Row(
        may=EVERYBODY, kwargs=lambda w: {"token": "x.y"}, get=404, post=404, of_others=404, public=True
    ),
    "residents:matter_step": Row(
        may=CREW,
        kwargs=lambda w: {"pk": w.matter.pk, "step": "step"},
        post=422,
        but={("cadre_user", how): 404 for how in ("get", "post")},
    ),
    "deployments:commendation_agree": Row(
        may=CREW, kwargs=lambda w: {"pk": w.praise.pk}, get=405, post=404, but={("cadre_user", "post"): 302}
    ),
    "deployments:commendation_create": Row(may=WORKERS, post=422),
    # Thanks of an errand that nobody confirmed are none.
    "deployments:commendation_from_thanks": Row(may=WORKERS, kwargs=lambda w: {"pk": w.thanks.pk}, get=405, post=404),
    "deployments:commendation_list": Row(may=WORKERS),
    "deployments:commendation_mine": Row(may=CREW),
    "deployments:commendation_ours": Row(may={"supervisor"}),
    "deployments:commendation_step": Row(
        may=WORKERS, kwargs=lambda w: {"pk": w.praise.pk, "step": "forward"}, get=405, post=302
    ),
    "deployments:commendation_wall": Row(may=EVERYBODY, kwargs=lambda w: {"code": w.cast.qinghe.code}, public=True),
    # Only the counsellor opens a call.
    "residents:hotline_call_detail": Row(may={"worker"}, kwargs=lambda w: {"pk": w.call.pk}),
    "residents:hotline_call_list": Row(may=SECRETARIES, post=403),
    "residents:hotline_counsellor_end": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.counsellor.pk}, get=405, post=302),
    "residents:hotline_counsellor_name": Row(may=SECRETARIES, get=405, post=302),
    "residents:mutual_aid_create": Row(may=WORKERS, post=422),
    "residents:mutual_aid_list": Row(may=WORKERS),
    "residents:mutual_aid_step": Row(may=WORKERS, kwargs=lambda w: {"pk": w.aid.pk, "step": "withdraw"}, get=405, post=302),
    "residents:persuasion_create": Row(may=CREW, post=422),
    "residents:persuasion_list": Row(may=CREW),
    "residents:task_create": Row(may=CREW, post=422),
    "residents:task_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.task.pk}),
    "residents:task_export": Row(may=WORKERS, get=405, post=200),
    "residents:task_list": Row(may=CREW),
    "residents:task_paste": Row(may=CREW, post=422),
    "residents:task_start_from": Row(may=WORKERS, kwargs=lambda w: {"source": "errand", "pk": w.errand.pk}, get=405, post=302),
    "residents:task_step": Row(may=CREW, kwargs=lambda w: {"pk": w.task.pk, "step": "note"}, post=422),
    "residents:transfer_step": Row(may=WORKERS, kwargs=lambda w: {"pk": w.transfer.pk, "step": "left"}, post=422),
    # A token that was never given out: everybody is told the same.
    "residents:alone_list": Row(may=CREW),
    "residents:ask_start": Row(may=EVERYBODY, public=True),
    "residents:ask": Row(may=EVERYBODY, kwargs=lambda w: {"token": "x.y.z"}, get=404, post=404, of_others=404, public=True),
    "residents:errand_book": Row(
        may=CREW, kwargs=lambda w: {"pk": w.cast.cadre_user.pk}, get=404, but={("cadre_user", "get"): 200}
    ),
    "residents:errand_create": Row(may=CREW, post=200),
    "residents:errand_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.errand.pk}),
    "residents:errand_ledger": Row(may=WORKERS),
    "residents:errand_line": Row(may=CREW, kwargs=lambda w: {"pk": w.errand_line.pk}, get=405, post=404),
    "residents:errand_list": Row(may=CREW),
    "residents:errand_mine": Row(may=CREW),
    "residents:errand_paste": Row(may=CREW, post=422),
    "residents:errand_pay": Row(may=CREW, kwargs=lambda w: {"pk": w.errand.pk}, post=422, but=NOT_IN_HAND),
    "residents:errand_bag": Row(may=CREW, get=405, post=302),
    "residents:errand_photo": Row(may=CREW, kwargs=lambda w: {"pk": w.errand.pk}, get=404),
    "residents:errand_screen": Row(may=CREW),
    "residents:errand_set_out": Row(may=CREW, get=405, post=302),
    "residents:errand_take": Row(may=CREW, get=405, post=302),
    "residents:errand_receipt": Row(may=CREW, kwargs=lambda w: {"pk": w.payment.pk}, get=404),
    "residents:errand_reverse": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.payment.pk}, post=422),
    "residents:helper_detail": Row(
        may=CREW, kwargs=lambda w: {"pk": w.cast.cadre_user.pk}, of_others=404, but={("cadre_user", "get"): 200}
    ),
    "residents:helper_list": Row(may=WORKERS),
    "residents:helper_stairs": Row(may=WORKERS, kwargs=lambda w: {"pk": w.cast.cadre_user.pk}, get=405, post=302),
    "residents:notice_create": Row(may=WORKERS, post=200),
    "residents:notice_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.notice.pk}),
    "residents:notice_list": Row(may=CREW),
    "residents:notice_read": Row(may=CREW, kwargs=lambda w: {"pk": w.notice.pk}, get=405, post=302),
    "residents:notice_withdraw": Row(may=WORKERS, kwargs=lambda w: {"pk": w.notice.pk}, get=405, post=302),
    "residents:team_list": Row(may=CREW),
    "residents:team_create": Row(may=WORKERS, post=422),
    "residents:team_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.team.pk}),
    "residents:team_change": Row(may=WORKERS, kwargs=lambda w: {"pk": w.team.pk}, post=422),
    "residents:team_close": Row(may=WORKERS, kwargs=lambda w: {"pk": w.team.pk}, post=302),
    "residents:pairing_create": Row(may=WORKERS, post=422),
    "residents:pairing_end": Row(may=WORKERS, kwargs=lambda w: {"pk": w.pairing.pk}, post=422),
    "residents:pairing_list": Row(may=CREW),
    "residents:errand_sheets": Row(may=SECRETARIES),
    "residents:errand_step": Row(
        may=CREW,
        kwargs=lambda w: {"pk": w.errand.pk, "step": "cancel"},
        post=422,
        but={("cadre_user", how): 403 for how in ("get", "post")},
    ),
    "residents:building_edit": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.building.pk}, post=200),
    "residents:chat_group_channel": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.chat_group.pk}, post=200),
    "residents:chat_group_create": Row(may=SECRETARIES, post=200),
    "residents:chat_group_edit": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.chat_group.pk}, post=200),
    "residents:chat_group_list": Row(may=WORKERS),
    "residents:chat_group_log": Row(may=WORKERS),
    "residents:chat_group_step": Row(
        may=SECRETARIES, kwargs=lambda w: {"pk": w.chat_group.pk, "step": "close"}, get=405, post=302
    ),
    "residents:chat_group_test": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.chat_group.pk}, get=405, post=302),
    "residents:compound_choose": Row(may=CREW, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}, get=405, post=302),
    "residents:compound_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}),
    "residents:compound_export": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}, get=405, post=200),
    "residents:compound_homes": Row(may=CREW, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}),
    "residents:compound_list": Row(may=CREW),
    "residents:care_create": Row(may=WORKERS, kwargs=lambda w: {"pk": w.resident.pk}, post=200),
    "residents:care_edit": Row(may=WORKERS, kwargs=lambda w: {"pk": w.care.pk}, post=200),
    "residents:care_end": Row(may=WORKERS, kwargs=lambda w: {"pk": w.care.pk}, post=200),
    "residents:dwelling_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.dwelling.pk}),
    "residents:dwelling_edit": Row(may=WORKERS, kwargs=lambda w: {"pk": w.dwelling.pk}, post=200),
    "residents:dwelling_export": Row(may=SECRETARIES, get=405, post=302),
    "residents:dwelling_list": Row(may=CREW),
    "residents:household_form": Row(may=SECRETARIES),
    "residents:household_import": Row(may=SECRETARIES, post=200),
    "residents:compound_public": Row(may=CREW, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}),
    "residents:ledger_create": Row(may=SECRETARIES, post=200),
    "residents:ledger_detail": Row(may=WORKERS, kwargs=lambda w: {"pk": w.ledger.pk}),
    "residents:ledger_edit": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.ledger.pk}, post=200),
    "residents:ledger_export": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.ledger.pk}, get=405, post=200),
    "residents:ledger_list": Row(may=WORKERS),
    "residents:ledger_start": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.qinghe.pk}, get=405, post=302),
    "residents:place_buildings": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}, post=200),
    "residents:place_create": Row(may=SECRETARIES, post=200),
    "residents:place_detail": Row(may=OFFICE, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}),
    "residents:place_edit": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.hefengyuan.pk}, post=200),
    "residents:place_list": Row(may=OFFICE),
    "residents:resident_create": Row(may=WORKERS, kwargs=lambda w: {"pk": w.dwelling.pk}, post=200),
    "residents:resident_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.resident.pk}),
    "residents:resident_edit": Row(may=WORKERS, kwargs=lambda w: {"pk": w.resident.pk}, post=200),
    "residents:resident_head": Row(may=WORKERS, kwargs=lambda w: {"pk": w.resident.pk}, get=405, post=302),
    "residents:resident_move": Row(may=WORKERS, kwargs=lambda w: {"pk": w.resident.pk}, post=200),
    "residents:resident_reveal": Row(may=WORKERS, kwargs=lambda w: {"pk": w.resident.pk}, get=405, post=302),
    "residents:resident_suggest": Row(may=CREW),
}

DEPLOYMENTS: dict[str, Row] = {
    "deployments:account_close": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.cadre.pk}, post={200, 302}),
    "deployments:account_open": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.cadre.pk}, get=405, post={200, 302}),
    "deployments:account_open_many": Row(may=SECRETARIES, get=405, post={200, 302}),
    "deployments:cadre_create": Row(may=SECRETARIES, post=200),
    "deployments:cadre_detail": Row(may=OFFICE, kwargs=lambda w: {"pk": w.cast.cadre.pk}),
    "deployments:cadre_edit": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.cadre.pk}, post=200),
    "deployments:cadre_list": Row(may=OFFICE),
    "deployments:cadre_reveal": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.cadre.pk}, get=405, post={200, 302}),
    "deployments:leave_approve": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.leave.pk}, get=405, post=302),
    "deployments:leave_cancel": Row(
        may=CREW, kwargs=lambda w: {"pk": w.leave.pk}, get=405, post=404, but={("cadre_user", "post"): 302}
    ),
    "deployments:leave_list": Row(may=OFFICE),
    "deployments:leave_mine": Row(may=CREW, get={200, 302, 404}, post={200, 302, 404}),
    "deployments:leave_refuse": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.leave.pk}, get=405, post=302),
    "deployments:responsibility_create": Row(may=SECRETARIES, post=200),
    "deployments:responsibility_end": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.responsibility.pk}, post={200, 302}),
    "deployments:responsibility_gaps": Row(may=OFFICE),
    "deployments:responsibility_hand_over": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.responsibility.pk}, post=200),
    "deployments:responsibility_list": Row(may=OFFICE),
    "deployments:roster_form": Row(may=SECRETARIES),
    "deployments:roster_import": Row(may=SECRETARIES, post=200),
    "deployments:secondment_arrivals": Row(may=SECRETARIES, get=405, post=302),
    "deployments:secondment_days": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.secondment.pk}, post={200, 302}),
    "deployments:secondment_detail": Row(may=OFFICE, kwargs=lambda w: {"pk": w.cast.secondment.pk}),
    "deployments:secondment_list": Row(may=OFFICE),
    "deployments:secondment_move": Row(
        may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.secondment.pk, "state": "recalled"}, post={200, 302}
    ),
    "deployments:secondment_overdue": Row(may=SECRETARIES, post=200),
    "deployments:secondment_redeploy": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.secondment.pk}, post=200),
    "checkpoints:supervision_served": Row(may={"supervisor"}),
    "checkpoints:supervision_today": Row(may={"supervisor"}),
    "deployments:supervision": Row(may={"supervisor"}),
    "deployments:supervision_export": Row(may={"supervisor"}, get=405, post=200),
    "deployments:supervision_offer": Row(may={"supervisor"}, post={200, 302}),
    "deployments:supervision_recall": Row(may={"supervisor"}, kwargs=lambda w: {"pk": w.cast.secondment.pk}, post={200, 302}),
    "deployments:unit_create": Row(may=SECRETARIES, post=200),
    "deployments:unit_detail": Row(may=OFFICE, kwargs=lambda w: {"pk": w.cast.unit.pk}, of_others={200, 404}),
    "deployments:unit_edit": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.cast.unit.pk}, post=200, of_others={200, 404}),
    "deployments:unit_list": Row(may=OFFICE),
}

CHECKPOINTS: dict[str, Row] = {
    "checkpoints:peak_list": Row(may=CREW | OFFICERS),
    "checkpoints:peak_offer": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.post.pk}, get=405, post=302),
    "checkpoints:gate_fever": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk, "passage": w.held.pk}, post=422),
    "checkpoints:gate_home": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, post=422),
    "checkpoints:gate_inside": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}),
    "checkpoints:gate_let_out": Row(
        may=CREW, kwargs=lambda w: {"pk": w.staffed.pk, "passage": w.passage.pk}, get=405, post=302
    ),
    "checkpoints:gate_quick": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk, "what": "ambulance"}, get=405, post=302),
    "checkpoints:gate_vehicle": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, post=422),
    "checkpoints:turned_back": Row(may=WORKERS),
    "checkpoints:vehicle_add": Row(may=WORKERS, post=422),
    "checkpoints:vehicle_edit": Row(may=WORKERS, kwargs=lambda w: {"pk": w.vehicle.pk}, post=422),
    "checkpoints:vehicle_list": Row(may=WORKERS),
    # The secretary, asked first, has struck it.
    "checkpoints:vehicle_remove": Row(
        may=WORKERS, kwargs=lambda w: {"pk": w.vehicle.pk}, get=405, post=302, but={("worker", "post"): 404}
    ),
    "checkpoints:visit_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk, "visit": w.visit.pk}, post=422),
    "checkpoints:visit_list": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, post=422),
    "checkpoints:visit_own": Row(
        may=EVERYBODY, kwargs=lambda w: {"token": "x.y"}, get=404, post=404, of_others=404, public=True
    ),
    "checkpoints:visit_pass": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk, "visit": w.visit.pk}, get=405, post=302),
    "checkpoints:delivery_add": Row(may=CREW, post=422),
    "checkpoints:delivery_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.drop.batch_id}),
    "checkpoints:delivery_labels": Row(may=CREW),
    "checkpoints:delivery_list": Row(may=CREW),
    "checkpoints:delivery_parcel": Row(may=CREW, get=405, post=422),
    "checkpoints:delivery_sheet": Row(may=CREW),
    "checkpoints:delivery_step": Row(may=CREW, kwargs=lambda w: {"pk": w.drop.batch_id, "step": "count"}, post=422),
    "checkpoints:drop_step": Row(may=CREW, kwargs=lambda w: {"pk": w.drop.pk, "step": "keep"}, post=422),
    "checkpoints:exposure_check": Row(may=WORKERS, kwargs=lambda w: {"pk": w.exposure.pk}, post=422),
    "checkpoints:exposure_list": Row(may=WORKERS),
    "checkpoints:exposure_own": Row(may=CREW, post={200, 422}),
    "checkpoints:exposure_stop": Row(may=SECRETARIES, get=405, post=302),
    "checkpoints:attendance_correct": Row(
        may=CREW | OFFICERS, kwargs=lambda w: {"pk": w.assignment.pk}, post=200, but=CORRECTED_BY_OFFICERS
    ),
    "checkpoints:attendance_decide": Row(may=WORKERS, kwargs=lambda w: {"pk": w.correction.pk}, get=405, post=302),
    "checkpoints:attendance_enter": Row(may=WORKERS, kwargs=lambda w: {"pk": w.assignment.pk}, get=405, post=302),
    "checkpoints:attendance_list": Row(may=WORKERS),
    "checkpoints:attendance_scan": Row(may=CREW, kwargs=lambda w: {"code": w.post.code}, post=200),
    "checkpoints:attendance_served": Row(may=WORKERS),
    "checkpoints:attendance_sign_in": Row(
        may=CREW, kwargs=lambda w: {"pk": w.assignment.pk}, get=405, post=404, but={("cadre_user", "post"): 302}
    ),
    "checkpoints:attendance_sign_out": Row(
        may=CREW, kwargs=lambda w: {"pk": w.assignment.pk}, get=405, post=404, but={("cadre_user", "post"): 302}
    ),
    "checkpoints:board": Row(may=OFFICE),
    "checkpoints:board_assign": Row(may=SECRETARIES, get=405, post=404),
    "checkpoints:board_copy": Row(may=SECRETARIES, get=405, post=404),
    "checkpoints:board_lead": Row(may=SECRETARIES, get=405, post=404),
    "checkpoints:board_move": Row(may=SECRETARIES, get=405, post=404),
    "checkpoints:board_publish": Row(may=SECRETARIES, get=405, post=404),
    "checkpoints:board_swap": Row(may=SECRETARIES, get=405, post=404),
    "checkpoints:board_unassign": Row(may=SECRETARIES, get=405, post=404),
    "checkpoints:post_add": Row(may=SECRETARIES, post=422),
    "checkpoints:post_code": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.post.pk}),
    "checkpoints:post_detail": Row(may=CREW | OFFICERS, kwargs=lambda w: {"pk": w.post.pk}),
    "checkpoints:post_edit": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.post.pk}, post=422),
    # The only gate of its compound: refused in words, and back to its page.
    "checkpoints:post_give_up": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.post.pk}, post=302),
    "checkpoints:post_export": Row(may=WORKERS | OFFICERS, get=405, post=200),
    "checkpoints:post_list": Row(may=CREW | OFFICERS),
    "checkpoints:post_poster": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.post.pk}),
    "checkpoints:post_status": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.post.pk}, get=405, post=422),
    "checkpoints:roster": Row(may=CREW | OFFICERS),
    "checkpoints:roster_make": Row(may=SECRETARIES, get=405, post=422),
    "checkpoints:shift_add": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.post.pk}, post=422),
    "checkpoints:shift_cancel": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.shift.pk}, post=302),
    "checkpoints:shift_edit": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.shift.pk}, post=422),
    "checkpoints:gate": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, post=422),
    "checkpoints:gate_choose": Row(may=CREW),
    "checkpoints:gate_device_ask": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, get=302, post=302),
    "checkpoints:gate_device_list": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}),
    "checkpoints:gate_device_restore": Row(
        may=CREW, kwargs=lambda w: {"pk": w.gate_device.pk}, get=405, post=302, but=NOT_THE_LEAD
    ),
    "checkpoints:gate_device_revoke": Row(
        may=CREW, kwargs=lambda w: {"pk": w.gate_device.pk}, get=405, post=302, but=NOT_THE_LEAD
    ),
    "checkpoints:gate_kit": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, get=405, post=400, stranger=401),
    "checkpoints:gate_latest": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, post=405, stranger=401),
    "checkpoints:gate_shell": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, post=405),
    "checkpoints:gate_undo": Row(
        may=CREW,
        kwargs=lambda w: {"pk": w.staffed.pk, "passage": w.passage.pk},
        get=405,
        post=302,
    ),
    "checkpoints:handover_confirm": Row(
        may=CREW, kwargs=lambda w: {"pk": w.handover.shift_id}, get=405, post=302, but=NOT_NEXT
    ),
    "checkpoints:handover_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, post=302),
    "checkpoints:handover_list": Row(may=CREW),
    "checkpoints:pass_add": Row(may=WORKERS, post=422),
    "checkpoints:pass_check": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, post=200),
    "checkpoints:pass_detail": Row(may=WORKERS, kwargs=lambda w: {"pk": w.entry_pass.pk}),
    "checkpoints:pass_export": Row(may=SECRETARIES | OFFICERS, get=405, post=200),
    "checkpoints:pass_issue_all": Row(may=WORKERS, post=422),
    "checkpoints:pass_list": Row(may=WORKERS),
    "checkpoints:pass_policy_add": Row(may=SECRETARIES, post=422),
    "checkpoints:pass_policy_end": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.pass_policy.pk}, get=405, post=302),
    "checkpoints:pass_policy_list": Row(may=WORKERS),
    "checkpoints:pass_print": Row(may=WORKERS, post=422),
    "checkpoints:pass_print_one": Row(may=WORKERS, kwargs=lambda w: {"pk": w.entry_pass.pk}, get=405, post=200),
    "checkpoints:pass_public": Row(
        may=EVERYBODY,
        kwargs=lambda w: {"code": pass_codes.code_of(w.entry_pass.pk, w.entry_pass.key)},
        public=True,
        of_others=200,
    ),
    "checkpoints:pass_step": Row(may=WORKERS, kwargs=lambda w: {"pk": w.entry_pass.pk, "step": "void"}, post=422),
    "checkpoints:pass_use": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk, "card": w.entry_pass.pk}, get=405, post=302),
    "checkpoints:pass_use_list": Row(may=WORKERS),
    "checkpoints:passage_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.passage.pk}, post=422, but=NOT_LEADING),
    "checkpoints:passage_list": Row(may=WORKERS),
    "checkpoints:passage_print": Row(may=WORKERS),
    "checkpoints:passage_void": Row(may=CREW, kwargs=lambda w: {"pk": w.passage.pk}, get=405, post=302, but=NOT_LEADING),
    "checkpoints:shift_detail": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}),
    "checkpoints:gate_passages": Row(may=CREW, kwargs=lambda w: {"pk": w.staffed.pk}, get=405, post=400, stranger=401),
    "checkpoints:notice_board": Row(may=EVERYBODY, kwargs=lambda w: {"pk": w.on_duty.pk}, public=True),
    "checkpoints:my_day": Row(may=CREW),
    "checkpoints:register_form": Row(may=WORKERS),
    "checkpoints:register_import": Row(may=WORKERS, post=200),
}

# A job is for who asked, and for whoever has its right in the community: here, the secretary.
NOT_THEIRS = {(who, how): 404 for who in EVERYBODY - {"secretary"} for how in ("get", "post")}


def _job(get: int, post: int) -> Row:
    barred = {(who, how): 404 for who, how in NOT_THEIRS if {"get": get, "post": post}[how] != 405}
    return Row(may=EVERYBODY, kwargs=lambda w: {"pk": w.job.pk}, get=get, post=post, but=barred)


JOBS: dict[str, Row] = {
    "jobs:job_apply": _job(405, 302),
    "jobs:job_cancel": _job(405, 302),
    "jobs:job_detail": _job(200, 405),
    "jobs:job_list": Row(may=EVERYBODY),
    "jobs:job_refused": _job(404, 405),
    "jobs:job_result": _job(404, 405),
}

REPORTS: dict[str, Row] = {
    "reports:daily_correct": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.report.pk}, get=405, post=302),
    "reports:daily_count": Row(may=SECRETARIES, get=405, post=302),
    "reports:daily_describe": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.report.pk}, get=405, post=302),
    "reports:daily_detail": Row(may=OFFICE, kwargs=lambda w: {"pk": w.report.pk}),
    "reports:daily_list": Row(may=OFFICE),
    "reports:daily_lock": Row(may=OFFICERS, kwargs=lambda w: {"pk": w.report.pk}, get=405, post=302),
    "reports:daily_new_version": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.report.pk}, get=405, post=302),
    "reports:daily_return": Row(may=OFFICERS, kwargs=lambda w: {"pk": w.report.pk}, get=405, post=302),
    "reports:daily_submit": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.report.pk}, get=405, post=302),
    "reports:daily_take_back": Row(may=SECRETARIES, kwargs=lambda w: {"pk": w.report.pk}, get=405, post=302),
    "reports:export_list": Row(may=SECRETARIES | OFFICERS),
    "reports:export_new": Row(may=SECRETARIES | OFFICERS, get=405, post=422),
    "reports:summary": Row(may=OFFICE),
    "reports:summary_export": Row(may=SECRETARIES | OFFICERS, get=405, post=200),
    "reports:overview": Row(may=OFFICERS),
    "reports:overview_accept": Row(may=OFFICERS, get=405, post=302),
    "reports:overview_remind": Row(may=OFFICERS, get=405, post=302),
}

MATRIX = ACCOUNTS | PORTAL | RESIDENTS | DEPLOYMENTS | CHECKPOINTS | JOBS | REPORTS
