"""Who lives here, and what is done for them."""

from portal.privacy.kept import Kept

TABLE: dict[str, Kept] = {
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
}
