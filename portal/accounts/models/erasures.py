"""The nights whose erasure was done."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """A night after which nothing was left that may no longer be kept.

    It lies in the backup with the rest: a database that was restored lacks the nights since, and makes up for them at once.
    """

    night = models.DateField(_("night"), unique=True)
    done_at = models.DateTimeField(_("done at"), auto_now_add=True)

    class Meta:
        verbose_name = _("nightly erasure")
        verbose_name_plural = _("nightly erasures")

    def __str__(self) -> str:
        return f"{self.night}"
