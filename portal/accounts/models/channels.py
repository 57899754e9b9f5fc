"""Ways out of the portal besides the page of messages: bots of chat groups, webhooks, mail."""

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models.messages import Message
from portal.accounts.platforms import SPEECH, Platform, Speech
from portal.lib.crypto import EncryptedField
from portal.lib.outgoing import Trouble


class Fault(models.TextChoices):
    """What is wrong with a channel; never with its address in it."""

    ADDRESS = Trouble.ADDRESS.value, _("the address is none the portal may post to")
    PRIVATE = Trouble.PRIVATE.value, _("the address leads into a private network")
    UNKNOWN = Trouble.UNKNOWN.value, _("there is no such host")
    CLOSED = Trouble.CLOSED.value, _("nobody answers there")
    TLS = Trouble.TLS.value, _("its certificate is not valid")
    TIMEOUT = Trouble.TIMEOUT.value, _("it did not answer in time")
    REDIRECT = Trouble.REDIRECT.value, _("it sent the portal to another address, which is not followed")
    NONSENSE = Trouble.NONSENSE.value, _("its answer cannot be understood")
    UNWELL = "later", _("it answered with an error of its own")
    SLOW = "slow", _("it takes no more for a while")
    UNFIT = "unfit", _("it refused this message")
    GONE = "gone", _("the bot no longer exists, or its secret is wrong")


class Channel(models.Model):
    """Where messages of a person, or of a chat group of a community, go besides the portal's own page."""

    community_path = "community"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="channels", verbose_name=_("person")
    )
    community = models.ForeignKey(
        "residents.Community", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("community")
    )
    platform = models.CharField(_("platform"), max_length=12, choices=Platform)
    # The key of a bot stands in its address: whoever has it writes in the group. Never shown again.
    address = EncryptedField(_("address"))
    secret = EncryptedField(_("signing secret"), blank=True)
    # What may be shown of the address.
    host = models.CharField(_("host"), max_length=120)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    only_urgent = models.BooleanField(_("only what is urgent"), default=False)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    digest_minutes = models.PositiveSmallIntegerField(
        _("gathered every (minutes)"), default=0, validators=[MaxValueValidator(24 * 60)]
    )
    per_minute = models.PositiveSmallIntegerField(
        _("posts a minute"), default=20, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set up by"))
    created_at = models.DateTimeField(_("set up at"), auto_now_add=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)
    # When the last posts left, newest last: at most `per_minute` of them in any minute.
    posts = models.JSONField(default=list, editable=False)
    next_at = models.DateTimeField(_("next post"), default=timezone.now)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    fault = models.CharField(_("fault"), max_length=12, choices=Fault, blank=True)
    dead_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("last sent"), null=True, blank=True)
    # Whoever sends by it at the moment, and until when that is believed.
    claim = models.UUIDField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, community=None) | Q(user=None, community__isnull=False),
                name="channel_of_one",
                violation_error_message=_("A channel belongs to one person or to one community."),
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="channel_quiet_has_an_end",
                violation_error_message=_("Quiet hours have a beginning and an end; leave both empty for none."),
            ),
            models.CheckConstraint(
                condition=Q(per_minute__gte=1), name="channel_posts_at_all",
                violation_error_message=_("At least one post a minute."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["next_at"], name="channel_due", condition=Q(removed_at=None, dead_at=None))]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.host}"

    @property
    def speech(self) -> Speech:
        """How its platform is spoken to."""
        return SPEECH[self.platform]

    def quiet_at(self, moment: dt.datetime) -> bool:
        """Whether only what is urgent may disturb."""
        return self.quiet_end(moment) > moment

    def quiet_end(self, moment: dt.datetime) -> dt.datetime:
        """When the quiet hours around a moment are over; the moment itself outside of them."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return moment
        local = timezone.localtime(moment)
        over_midnight = self.quiet_from > self.quiet_until
        late, early = local.time() >= self.quiet_from, local.time() < self.quiet_until
        if not (late or early if over_midnight else late and early):
            return moment
        day = local.date() + dt.timedelta(days=int(over_midnight and late))
        return timezone.make_aware(dt.datetime.combine(day, self.quiet_until))


class Delivery(models.Model):
    """One message on its way by one channel."""

    community_path = "channel__community"

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", pgettext_lazy("delivery", "sent")
        FAILED = "failed", pgettext_lazy("delivery", "given up")
        EXPIRED = "expired", _("too old to be sent")

    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries", verbose_name=_("message"))
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="deliveries", verbose_name=_("channel"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    next_at = models.DateTimeField(_("not before"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # A text of several posts goes on where it stopped.
    parts_sent = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    fault = models.CharField(_("fault"), max_length=12, choices=Fault, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("message", "delivery")
        verbose_name_plural = pgettext_lazy("message", "deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="delivery_sent_at_a_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "next_at"], name="delivery_waiting", condition=Q(state="waiting")),
            models.Index(fields=["channel", "-id"], name="delivery_log"),
        ]

    def __str__(self) -> str:
        return f"{self.message} {self.state}"
