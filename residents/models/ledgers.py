"""台账: a named view over the records that a community keeps, looks through and hands in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from residents.models.places import Community
from residents.scope import CommunityQuerySet


class Ledger(models.Model):
    """One ledger of a community's set ("6+1"): which rows, which columns, narrowed by what. Values are never copied."""

    community_path = "community"

    community = models.ForeignKey(Community, models.PROTECT, related_name="ledgers", verbose_name=_("community"))
    # Its number on the shelf: 1 to 6, and +1.
    code = models.CharField(_("number"), max_length=8)
    name = models.CharField(_("name"), max_length=40)
    # A key of residents.ledgers.SOURCES.
    source = models.SlugField(_("what it lists"), max_length=16)
    # Keys of the source's columns, in the order they stand in.
    columns = models.JSONField(_("columns"), default=list)
    # Key of a filter of the source -> what is chosen.
    filters = models.JSONField(_("filters"), default=dict, blank=True)
    is_kept = models.BooleanField(_("in use"), default=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger")
        verbose_name_plural = _("ledgers")
        ordering = ["community", "code", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["community", "code"], name="ledger_code_once",
                violation_error_message=_("This community already has a ledger of this number."),
            ),
            models.UniqueConstraint(
                fields=["community", "name"], name="ledger_name_once",
                violation_error_message=_("This community already has a ledger of this name."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name
