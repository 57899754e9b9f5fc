"""Who signs in, messages, the trail, and long work."""

from portal.privacy.kept import Kept

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
}
