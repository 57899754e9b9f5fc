"""What the portal has told whom."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One message to one person, or to a chat group by its channel.

    The words come from templates/messages/ when it is read, in the reader's language.
    """

    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="inbox", verbose_name=_("to"))
    channel = models.ForeignKey(
        "accounts.Channel", models.PROTECT, null=True, related_name="messages", verbose_name=_("channel")
    )
    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(max_length=120)
    facts = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    # Passes through quiet hours, and is never held back to be gathered.
    urgent = models.BooleanField(_("urgent"), default=False, db_default=False)
    created_at = models.DateTimeField(_("sent"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    # Since then each channel it has to leave by has its delivery.
    routed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        constraints = [
            # A reminder derived from rows twice is still one message.
            models.UniqueConstraint(fields=["to", "key"], name="message_once"),
            models.UniqueConstraint(fields=["channel", "key"], name="message_once_to_a_group"),
            models.CheckConstraint(
                condition=Q(to__isnull=False, channel=None) | Q(to=None, channel__isnull=False), name="message_to_one"
            ),
        ]
        indexes = [
            models.Index(fields=["to"], name="message_unread", condition=Q(read_at=None)),
            models.Index(fields=["id"], name="message_to_route", condition=Q(routed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
