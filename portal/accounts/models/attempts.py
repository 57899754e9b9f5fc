"""Failed sign-ins, and whatever else is limited in number."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Attempt(models.Model):
    """One attempt to sign in that has not succeeded, or one request without a sign-in.

    Kept in the database, so that an absent cache opens nothing.

    `key` is a keyed hash of what is limited (an address, an account from unknown devices, one known device).
    """

    key = models.CharField(max_length=64)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("attempt to sign in")
        verbose_name_plural = _("attempts to sign in")
        indexes = [models.Index(fields=["key", "at"], name="attempt_key")]

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.at}"
