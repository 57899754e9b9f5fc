"""Every view names its permission, or stands on a short list."""

from residents.access import Permission
from tests.guards.urls import ours

# Opened by everybody.
PUBLIC = {
    "account_reset_password",
    "checkpoints:notice_board",
    "checkpoints:pass_public",
    "checkpoints:visit_own",
    "deployments:commendation_wall",
    "healthz",
    "residents:ask",
    "residents:ask_start",
    "residents:health_check_own",
    "residents:matter_ask",
    "residents:matter_own",
    "worker",
}
# Of other packages: these are for strangers ...
FOREIGN_PUBLIC = {
    "account_inactive",
    "account_login",
    "account_logout",
    "account_signup",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "set_language",
}
# ... and these ask for a sign-in by themselves (tests/guards/test_matrix.py opens them as a stranger).
FOREIGN_SIGNED_IN = {
    "account_change_password",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
}
ASKED = {*Permission, "signed_in", "supervises"}


def permission_of(pattern):
    return getattr(pattern.callback, "permission", None)


def test_every_view_names_its_permission_or_is_listed():
    unnamed = {name for name, pattern in ours().items() if permission_of(pattern) not in ASKED | {"public"}}

    assert unnamed == FOREIGN_PUBLIC | FOREIGN_SIGNED_IN


def test_what_everybody_may_open_is_a_short_list():
    assert {name for name, pattern in ours().items() if permission_of(pattern) == "public"} == PUBLIC
