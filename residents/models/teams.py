"""专班、突击队: people who do something together, and may be given a task together."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.constraints import NoOverlap, in_order, lasts_on
from residents.models.chat_groups import ChatGroup
from residents.models.places import Community
from residents.scope import CommunityQuerySet


class TeamKind(models.TextChoices):
    """What kind of team it is."""

    TASK = "task", pgettext_lazy("team", "task team")
    COMMANDO = "commando", pgettext_lazy("team", "commando")
    VANGUARD = "vanguard", pgettext_lazy("team", "vanguard")
    VOLUNTEER = "volunteer", pgettext_lazy("team", "volunteers")
    GROUP = "group", pgettext_lazy("team", "work group")


class TeamQuerySet(CommunityQuerySet):
    """Teams."""

    def live(self) -> Self:
        """Those that are not dissolved."""
        return self.filter(closed_on=None)

    def of(self, user: Any) -> Self:
        """Those somebody belongs to today."""
        return self.live().filter(pk__in=TeamMember.objects.live().filter(user=user).values("team"))


class Team(models.Model):
    """People of one community with one leader."""

    community_path = "community"

    community = models.ForeignKey(Community, models.PROTECT, related_name="teams", verbose_name=_("community"))
    name = models.CharField(pgettext_lazy("team", "name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=9, choices=TeamKind, default=TeamKind.TASK)
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="teams_led", verbose_name=pgettext_lazy("team", "leader")
    )
    # Where the portal tells them together, by the group's bot.
    chat_group = models.ForeignKey(
        ChatGroup, models.PROTECT, null=True, blank=True, related_name="teams",
        verbose_name=pgettext_lazy("where people talk", "chat group"),
    )  # fmt: skip
    formed_on = models.DateField(_("formed on"), default=timezone.localdate)
    closed_on = models.DateField(_("dissolved on"), null=True, blank=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name=""), name="team_has_name", violation_error_message=_("Give the team a name.")
            ),
            in_order("formed_on", "closed_on", name="team_days_in_order", message=_("The last day lies before the first.")),
            models.UniqueConstraint(
                fields=["community", "name"], condition=Q(closed_on=None), name="team_name_once",
                violation_error_message=_("There is a team of this name already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class TeamMemberQuerySet(CommunityQuerySet):
    """Who belonged to which team, and when."""

    def live(self) -> Self:
        """Who belongs to it today."""
        return self.filter(lasts_on(timezone.localdate()))


class TeamMember(models.Model):
    """Somebody in a team, from one day to another."""

    community_path = "team__community"

    team = models.ForeignKey(Team, models.PROTECT, related_name="members", verbose_name=_("team"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    starts_on = models.DateField(_("starts on"), default=timezone.localdate)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of a team")
        verbose_name_plural = _("members of teams")
        ordering = ["id"]
        constraints = [
            in_order("starts_on", "ends_on", name="teammember_days_in_order", message=_("The last day lies before the first.")),
            NoOverlap(
                "team", "user", "starts_on", "ends_on", name="teammember_once_at_a_time",
                violation_error_message=_("They belong to this team already."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["user", "ends_on"], name="teammember_of_user")]

    def __str__(self) -> str:
        return f"{self.team_id} {self.user_id} {self.starts_on}"
