"""Passwords: chosen by oneself, or given by somebody who may."""

from django.db import transaction
from django.utils.crypto import get_random_string

from portal.accounts import audit
from portal.accounts.models import User

# Read out over the phone: nothing that looks or sounds like another.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@transaction.atomic
def choose(*, password: str, by: User) -> None:
    """A person takes a new password; other devices are signed out by it."""
    by.set_password(password)
    by.must_change_password = False
    by.save(update_fields=["password", "must_change_password"])
    audit.record("user.password_changed", by, by=by)


@transaction.atomic
def give(*, user: User, by: User) -> str:
    """Give somebody a password for one sign-in and return it; it is shown once and stored nowhere."""
    password = get_random_string(10, LETTERS)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    audit.record("user.password_given", user, by=by)
    return password
