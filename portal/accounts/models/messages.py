"""What the portal has told whom."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One message to one person; the words come from templates/messages/ when it is read, in the reader's language."""

    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="inbox", verbose_name=_("to"))
    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("sent"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        constraints = [
            # A reminder derived from rows twice is still one message.
            models.UniqueConstraint(fields=["to", "key"], name="message_once"),
        ]
        indexes = [models.Index(fields=["to"], name="message_unread", condition=models.Q(read_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
