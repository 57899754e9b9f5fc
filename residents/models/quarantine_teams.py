"""The five people who look after one case."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from residents.models.quarantine import QuarantineCase
from residents.scope import CommunityQuerySet


class CareTeamMember(models.Model):
    """五包一: one of the five who look after one person."""

    community_path = "case__community"

    class Role(models.TextChoices):
        COMMUNITY = "community", _("community cadre")
        GRID = "grid", _("grid worker")
        DOCTOR = "doctor", _("community doctor")
        POLICE = "police", _("police officer")
        VOLUNTEER = "volunteer", _("volunteer")

    case = models.ForeignKey(QuarantineCase, models.CASCADE, related_name="team", verbose_name=_("quarantine case"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("member of the care team")
        verbose_name_plural = _("members of the care team")
        ordering = ["case", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "role"], name="care_team_role_once",
                violation_error_message=_("Somebody already has this part in the team."),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.name}"
