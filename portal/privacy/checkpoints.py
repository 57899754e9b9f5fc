"""The posts people stand at, and what happens there."""

from portal.privacy.kept import Kept

TABLE: dict[str, Kept] = {
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
}
