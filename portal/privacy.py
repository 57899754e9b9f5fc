"""What is kept about whom, and for how long: every field of every model is in this table (tests/guards/test_privacy.py).

plain      says nothing about a person by itself, or only in what capacity somebody worked here
personal   names a person or leads to one; masked by default
sensitive  health, identity numbers, what would hurt if it were known; never in the audit trail, messages or logs

`days` is how long rows are kept after the day or moment in `since`; portal/erasure.py deletes them by it. Without
`days` a row is kept while it is in use: the operator and the secretary end it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kept:
    """How the fields of one model are classed, and how long its rows are kept."""

    plain: str
    personal: str = ""
    sensitive: str = ""
    days: int | None = None
    since: str = ""

    @property
    def fields(self) -> list[str]:
        return f"{self.plain} {self.personal} {self.sensitive}".split()


TABLE: dict[str, Kept] = {
    "accounts.Attempt": Kept(plain="id key at", days=1, since="at"),
    # Personal values are masked before they are written (audit.MASKS).
    "accounts.Event": Kept(plain="id at by kind table row community before after"),
    "accounts.Channel": Kept(
        plain="id user community platform language only_urgent quiet_from quiet_until digest_minutes per_minute created_by "
        # The host is all that is ever shown of an address: of a mailbox its first letter.
        "created_at removed_at posts next_at failures fault dead_at sent_at claim claimed_until host",
        sensitive="address secret",
    ),
    "accounts.Erasure": Kept(plain="id night done_at"),
    # Goes with its message.
    "accounts.Delivery": Kept(
        plain="id message channel state next_at attempts parts_sent tried_at sent_at fault",
    ),
    "accounts.Message": Kept(
        plain="id to channel kind key facts link urgent created_at read_at routed_at", days=90, since="created_at"
    ),
    # Erased when it expires.
    "accounts.Session": Kept(plain="user expire_date", sensitive="session_key session_data"),
    "accounts.User": Kept(
        plain="id last_login is_superuser is_staff is_active date_joined must_change_password",
        # A cadre signs in with her mobile number.
        personal="username name phone email",
        sensitive="password",
    ),
    # The files of a job go with it (portal.jobs tidies them).
    "jobs.Job": Kept(
        plain="id kind state community by params file_name result_name done total outcome created_at beat_at claim "
        "attempts finished_at",
        personal="file result lines",
    ),
    "residents.ChatGroup": Kept(
        plain="id community name level compound building entrance app members owner hears_errands channel closed_on"
    ),
    "residents.Notice": Kept(
        plain="id community kind title body origin audience compound effective_from effective_until pinned published_at "
        "published_by relayed_at withdrawn_at withdrawn_by"
    ),
    "residents.NoticeReceipt": Kept(plain="id notice user read_at"),
    "residents.District": Kept(plain="id code name"),
    "residents.Subdistrict": Kept(plain="id code name district report_due_at report_within_minutes"),
    "residents.Community": Kept(plain="id code name subdistrict phone active_from"),
    "residents.Compound": Kept(plain="id community name kind property_company dwellings_count residents_count"),
    "residents.Grid": Kept(plain="id community name"),
    "residents.Building": Kept(plain="id compound grid number floors has_lift"),
    "residents.Entrance": Kept(plain="id building number"),
    "residents.Dwelling": Kept(
        plain="id community entrance floor room_no state light_watch",
        personal="note origin kin_in",
        sensitive="watch_level watch_reason",
    ),
    "residents.Resident": Kept(
        plain="id community dwelling kind lives_in has_smartphone shops_online came_on left_on relation id_type",
        personal="name initials sex born_on phone guardian registered_address work_unit political_status note",
        sensitive="id_number id_hash vaccine_doses",
    ),
    "residents.ResidentChange": Kept(plain="id community resident kind on dwelling", personal="from_area note"),
    "residents.CareCategory": Kept(plain="id code name name_en needs visits_a_day is_sensitive"),
    "residents.CareProfile": Kept(
        plain="id resident since until", personal="contact contact_phone note", sensitive="category need drug hospital"
    ),
    "residents.RoundPlan": Kept(
        plain="id community name kind compound building whom places slots minutes starts_on ends_on timed_at",
    ),
    "residents.Round": Kept(plain="id plan community kind name day starts_at due_at closed_at closed_by"),
    "residents.Stop": Kept(
        plain="id round position dwelling place assignee finding state outcome quantity done_at tapped_at done_by tap "
        "usable_at",
        personal="resident note photo",
        sensitive="answers",
        # The stop stays as a number; what was said at it goes.
        days=90,
        since="done_at",
    ),
    "residents.Finding": Kept(
        plain="id community stop kind found_at handled_at handled_by",
        personal="handling",
        sensitive="detail",
        days=90,
        since="found_at",
    ),
    # A view: what it shows is read from the records each time.
    "residents.Ledger": Kept(plain="id community code name source columns filters is_kept"),
    "residents.Membership": Kept(plain="id user role community subdistrict district starts_on ends_on"),
    "residents.DutyPolicy": Kept(
        plain="id community subdistrict district starts_on ends_on fever_limit day_starts_at day_ends_at min_rest_hours "
        "sign_in_before_minutes late_after_minutes absent_after_minutes remind_before_minutes handover_within_minutes "
        "crowded_from free_after_days free_tested_within_days undo_seconds officer_after_minutes staff_morning_by "
        "staff_evening_by errand_urgent_minutes errand_minutes ask_link_days hold_minutes couriers_enter taxis_enter "
        "task_minutes task_escalate_minutes"
    ),
    "residents.QuarantinePolicy": Kept(
        plain="id name contact_class community subdistrict district starts_on ends_on first_day_counts checks_a_day "
        "morning_by evening_by fever_limit"
    ),
    "residents.PolicyStage": Kept(plain="id policy position kind days test_days"),
    "residents.QuarantineCase": Kept(
        plain="id community resident dwelling state follow_up policy checks_a_day morning_by evening_by fever_limit starts_on "
        "ends_on started_at asked_from ended_on is_fit own_room notice_no notice_served_at notice_served_by committed_on "
        "door_sign door_seal_no chat_group verified_at verified_by release_no released_by link_version",
        personal="reason source_area exposed_on end_note fitness needs",
        sensitive="contact_class positive_on alert_since care_plan",
    ),
    "residents.CaseStage": Kept(plain="id case position kind starts_on ends_on"),
    "residents.CaseTest": Kept(plain="id case day_no due_on sampled_on", sensitive="test_result"),
    "residents.CareTeamMember": Kept(plain="id case role", personal="name phone"),
    # Counted in the day's report; the sheets of the day are printed.
    "residents.HealthCheck": Kept(
        plain="id case day slot at_home method taken_at taken_by",
        personal="note",
        sensitive="temperature symptoms abnormal mood",
        days=90,
        since="day",
    ),
    "residents.Verification": Kept(plain="id case method at_home is_final verified_at verified_by", personal="note"),
    "residents.SiteCall": Kept(
        plain="id case day called_at called_by reached food_ok lodging_ok",
        personal="note",
        sensitive="health mood medicine_received",
        days=90,
        since="day",
    ),
    "residents.Transfer": Kept(
        plain="id case to site state ordered_at ordered_by notified_at departed_at arrived_at protected home_disinfected_at "
        "home_usable_at",
        personal="escorts plate_no luggage",
    ),
    "residents.ExitPermit": Kept(
        plain="id case back_by approved_at approved_by returned_at", personal="reason escorts plate_no"
    ),
    "residents.Persuasion": Kept(
        plain="id community case dwelling topic attempt_no method result spoken_at spoken_by",
        personal="place note",
        days=180,
        since="spoken_at",
    ),
    "residents.ControlChange": Kept(
        plain="id community compound building level starts_on document_no batch reason decided_at decided_by"
    ),
    "residents.EpidemicFreeStatus": Kept(
        plain="id community compound state applied_on tested_on granted_on suspended_on restored_on cancelled_on batch reason"
    ),
    "residents.ErrandKind": Kept(
        plain="id code name name_en asks required asks_when_done example example_en is_goods position in_use"
    ),
    "residents.Errand": Kept(
        plain="id key community dwelling entrance resident kind urgency goes_first channel need_by stop source_task "
        "requested_at requested_by waits_since promised_by escalated escalates_at state assignee accepted_at accepted_by "
        "first_accepted_at started_at bought_at outcome delivered_at delivered_by ended_at merged_into merged_round "
        "confirmed_at link_version",
        personal="written_home written_name written_phone end_reason photo",
        sensitive="what details",
        # The errand stays as a number; what was asked for, by whom, and its photo go.
        days=180,
        since="ended_at",
    ),
    "residents.Pairing": Kept(plain="id community dwelling helper starts_on ends_on", personal="what_for"),
    "residents.Helper": Kept(plain="id community user", sensitive="climbs"),
    "residents.ErrandLine": Kept(plain="id errand position quantity unit state", personal="name", sensitive="substitute"),
    "residents.ErrandNote": Kept(plain="id errand written_at by", sensitive="text"),
    # Money is accounted for: rows stay as they are.
    "residents.Payment": Kept(plain="id key errand kind amount helper reverses paid_at recorded_by", personal="receipt note"),
    "residents.Matter": Kept(
        plain="id key community kind level compound building dwelling errand reported_at reported_by state handler "
        "handled_at fixed_at satisfaction ended_at ended_by",
        personal="place written_name written_phone outcome",
        sensitive="what parties",
        # It stays as a number, with its steps and calls; the words go.
        days=180,
        since="ended_at",
    ),
    "residents.MatterStep": Kept(plain="id matter for_resident taken_at by", sensitive="text"),
    "residents.FirmCall": Kept(plain="id matter firm firm_phone called_at called_by", personal="reply"),
    # Only the counsellor reads what was said; the row is counted.
    "residents.Counsellor": Kept(plain="id membership speciality hours"),
    "residents.HotlineCall": Kept(
        plain="id key community counsellor called_at minutes topic referral", sensitive="content", days=90, since="called_at"
    ),
    "residents.MutualAid": Kept(
        plain="id key community kind dwelling anonymous state answers written_at written_by matched_at done_at ended_by",
        personal="what place written_name written_phone",
        # What is over stays as a number.
        days=90,
        since="written_at",
    ),
    "deployments.Commendation": Kept(
        plain="id key community kind unit team for_team errand received_on recorded_by forwarded_at forwarded_by "
        "sender_agreed_at receiver_agreed_at shown_at shown_by",
        personal="cadre colleague text sender",
        # What both agreed to show stays until somebody takes it down.
        days=365,
        since="received_on",
    ),
    "residents.Team": Kept(plain="id community name kind leader chat_group formed_on closed_on"),
    "residents.TeamMember": Kept(plain="id team user starts_on ends_on"),
    "residents.Task": Kept(
        plain="id key community kind risk compound building dwelling source finding case errand matter created_at created_by "
        "due_at escalated escalates_at state assignee assigned_at assigned_by for_team lead started_at answer_check "
        "answer_errand answer_stop ended_at ended_by",
        personal="title place result",
        sensitive="what",
        # It stays as a number, with its notes; the words go.
        days=180,
        since="ended_at",
    ),
    "residents.TaskNote": Kept(plain="id task written_at by", sensitive="text"),
    "deployments.SendingUnit": Kept(plain="id name level", personal="leader leader_phone liaison liaison_phone"),
    "deployments.Supervisor": Kept(plain="id user unit starts_on ends_on"),
    "deployments.Cadre": Kept(
        plain="id user kind unit position skills branch_role home_community",
        personal="name sex born_on ethnicity political_status phone address note",
        sensitive="id_number id_hash health_note vaccine_doses",
    ),
    "deployments.Secondment": Kept(
        plain="id cadre community compound duty starts_on ends_on at_home state reported_at reported_by previous",
        personal="end_reason",
    ),
    "deployments.Leave": Kept(plain="id secondment starts_at ends_at state", personal="kind reason"),
    "deployments.Responsibility": Kept(
        plain="id community role compound building entrance cadre starts_on ends_on", personal="name phone"
    ),
    "checkpoints.Post": Kept(plain="id compound name kind opens_at closes_at crew_required code closed_on"),
    "checkpoints.PostStatus": Kept(plain="id post status starts_on ends_on reason", personal="keeper keeper_phone"),
    "checkpoints.Shift": Kept(plain="id post day kind starts_at ends_at required state"),
    "checkpoints.Assignment": Kept(plain="id shift cadre seat is_lead starts_at ends_at told_at released_at"),
    "checkpoints.Attendance": Kept(plain="id assignment signed_in_at sign_in_method signed_out_at"),
    "checkpoints.AttendanceCorrection": Kept(
        plain="id assignment signed_in_at signed_out_at reason asked_at asked_by decided_at decided_by accepted"
    ),
    "checkpoints.Exposure": Kept(
        plain="id community compound until leave stopped_at stopped_by", personal="cadre how exposed_on"
    ),
    "checkpoints.StaffCheck": Kept(plain="id exposure day slot taken_at taken_by", sensitive="temperature symptoms abnormal"),
    "checkpoints.GateDevice": Kept(plain="id shift user key seen_at skew_seconds waiting revoked_at revoked_by"),
    "checkpoints.Handover": Kept(
        plain="id shift totals handed_over_at handed_over_by confirmed_at confirmed_by", personal="open_items note"
    ),
    "checkpoints.GateTotal": Kept(plain="id post day let_in let_out visitors"),
    # Whose parcel it was is forgotten; that there was one stays as a number.
    "checkpoints.DeliveryBatch": Kept(
        plain="id key community post source spec care way state expected counted packages placed arrived_at arrived_by "
        "disinfected_at disinfected_by hold_minutes release_at released_at released_by ended_at",
        personal="what sender dispute early_reason end_reason",
    ),
    "checkpoints.DeliveryDrop": Kept(
        plain="id batch packages way state called_at called_by done_at done_by handed errand",
        personal="dwelling written_home written_name written_phone is_special collector kept_at end_reason",
        days=90,
        since="done_at",
    ),
    "checkpoints.Fever": Kept(
        plain="id community post passage found_at isolated_at isolated_by measured_at measured_by called_at called_by "
        "reported_at reported_by closed_at closed_by",
        personal="written_home written_name handling",
        sensitive="temperature second",
        days=90,
        since="found_at",
    ),
    "checkpoints.Visit": Kept(
        plain="id community compound kind until asked_at asked_by answer how answered_at answered_by passage",
        personal="dwelling written_home written_name written_phone certificate reason host",
        days=30,
        since="until",
    ),
    # While it comes here: the community strikes it.
    "checkpoints.Vehicle": Kept(
        plain="id community kind permit_no allowed opens_at closes_at starts_on ends_on changed_at changed_by",
        personal="plate_no dwelling written_home note",
    ),
    "checkpoints.Passage": Kept(
        plain="id community post shift happened_at received_at day hour direction person reason passengers result source "
        "is_void voids logged_by mask phone_at device sequence",
        personal="dwelling resident written_home written_name written_phone plate_no result_note",
        sensitive="temperature health_code",
        days=30,
        since="day",
    ),
    "checkpoints.PassPolicy": Kept(
        plain="id community compound level name starts_on ends_on scope trips period_days persons days weekdays from_time "
        "until_time max_minutes proofs exempt voids document_no"
    ),
    "checkpoints.EntryPass": Kept(
        plain="id community compound number kind state dwelling valid_from valid_until key asked_at asked_by issued_at "
        "issued_by state_at replaces",
        personal="resident holder state_reason",
        sensitive="purpose",
    ),
    # Longer than passages: slips are counted from the first day of their rule.
    "checkpoints.PassUse": Kept(
        plain="id community entry_pass passage post happened_at direction persons proofs found override_by recorded_at "
        "recorded_by struck_at",
        personal="override_reason",
        days=90,
        since="happened_at",
    ),
    "reports.DailyReport": Kept(
        plain="id community day version state as_of due_at counted rolled_up_at first_submitted_at submitted_at "
        "submitted_by reviewed_at reviewed_by return_reason replaces",
        personal="special",
    ),
    "reports.FigureCorrection": Kept(plain="id report figure counted corrected reason corrected_at corrected_by"),
}
