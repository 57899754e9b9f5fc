"""Whom we are sent."""

from portal.privacy.kept import Kept

TABLE: dict[str, Kept] = {
    "deployments.Commendation": Kept(
        plain="id key community kind unit team for_team errand received_on recorded_by forwarded_at forwarded_by "
        "sender_agreed_at receiver_agreed_at shown_at shown_by",
        personal="cadre colleague text sender",
        # What both agreed to show stays until somebody takes it down.
        days=365,
        since="received_on",
    ),
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
}
