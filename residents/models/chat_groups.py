"""微信群: the groups in which a community speaks with its homes and its helpers."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import Channel
from residents.models.places import Building, Community, Compound, Entrance
from residents.scope import CommunityQuerySet

# More people a WeChat group does not hold: a compound then needs one a building.
MEMBERS_LIMIT = 500
NEARLY_FULL = 450


class ChatGroup(models.Model):
    """One chat group: whose it is, how many are in it, and the bot by which the portal speaks there."""

    community_path = "community"

    class Level(models.TextChoices):
        COMMUNITY = "community", _("whole community")
        COMPOUND = "compound", _("compound")
        BUILDING = "building", _("building")
        ENTRANCE = "entrance", _("entrance")
        TEAM = "team", _("helpers")
        QUARANTINE = "quarantine", _("homes in quarantine")

    class App(models.TextChoices):
        WECHAT = "wechat", _("WeChat")
        WECOM = "wecom", _("WeCom")
        DINGTALK = "dingtalk", _("DingTalk")
        FEISHU = "feishu", _("Feishu")
        OTHER = "other", _("other")

    community = models.ForeignKey(Community, models.PROTECT, related_name="chat_groups", verbose_name=_("community"))
    name = models.CharField(_("name"), max_length=60)
    level = models.CharField(_("who is in it"), max_length=12, choices=Level)
    compound = models.ForeignKey(
        Compound, models.PROTECT, null=True, blank=True, related_name="chat_groups", verbose_name=_("compound")
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="chat_groups", verbose_name=_("building")
    )
    entrance = models.ForeignKey(
        Entrance, models.PROTECT, null=True, blank=True, related_name="chat_groups", verbose_name=_("entrance")
    )
    app = models.CharField(_("app"), max_length=12, choices=App, default=App.WECHAT)
    members = models.PositiveIntegerField(_("members"), null=True, blank=True)
    # Who speaks for the community there.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("looked after by")
    )
    # Told when somebody asks for help and nobody has taken it yet.
    hears_errands = models.BooleanField(_("is told of errands that wait"), default=False)
    channel = models.OneToOneField(
        Channel, models.PROTECT, null=True, blank=True, related_name="chat_group", verbose_name=_("bot")
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("where people talk", "chat group")
        verbose_name_plural = _("chat groups")
        ordering = ["community", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "name"], condition=Q(closed_on=None), name="chat_group_name_once",
                violation_error_message=_("This community already has a group of this name."),
            ),
            models.CheckConstraint(
                condition=Q(level="compound", compound__isnull=False, building=None, entrance=None)
                | Q(level="building", compound__isnull=False, building__isnull=False, entrance=None)
                | Q(level="entrance", compound__isnull=False, building__isnull=False, entrance__isnull=False)
                # Homes in quarantine have one for all, or one a compound.
                | Q(level="quarantine", building=None, entrance=None)
                | Q(level__in=["community", "team"], compound=None, building=None, entrance=None),
                name="chat_group_place_fits_level",
                violation_error_message=_("Name the compound, building or entrance the group is for, and no more than that."),
            ),
            models.CheckConstraint(
                condition=Q(hears_errands=False) | Q(level="team"), name="chat_group_errands_to_helpers",
                violation_error_message=_("Only a group of helpers is told of errands that wait."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def is_nearly_full(self) -> bool:
        """Whether the next people may find no room."""
        return (self.members or 0) >= NEARLY_FULL

    @property
    def place(self) -> str:
        """Where the homes are whose people are in it."""
        parts = (self.compound, self.building, self.entrance)
        return " ".join(str(part) for part in parts if part)
