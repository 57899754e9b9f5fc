"""What belongs to one errand: the things wanted, and what was said on the way."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from residents.models.errands import Errand
from residents.scope import CommunityQuerySet


class ErrandLine(models.Model):
    """One thing of an errand: how much of what, and whether it was to be had."""

    community_path = "errand__community"

    class State(models.TextChoices):
        WANTED = "wanted", pgettext_lazy("goods", "wanted")
        BOUGHT = "bought", pgettext_lazy("goods", "bought")
        OUT_OF_STOCK = "out_of_stock", pgettext_lazy("goods", "out of stock")
        ASKED = "asked", pgettext_lazy("goods", "substitute asked")
        AGREED = "agreed", pgettext_lazy("goods", "substitute agreed")
        DECLINED = "declined", pgettext_lazy("goods", "substitute declined")

    errand = models.ForeignKey(Errand, models.PROTECT, related_name="lines", verbose_name=_("errand"))
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("thing"), max_length=60)
    quantity = models.DecimalField(
        _("quantity"), max_digits=7, decimal_places=2, default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(Decimal(9999))],
    )  # fmt: skip
    unit = models.CharField(_("unit"), max_length=8, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WANTED)
    substitute = models.CharField(_("instead"), max_length=60, blank=True)

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("thing of an errand")
        verbose_name_plural = _("things of an errand")
        ordering = ["errand", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["errand", "position"], name="errand_line_once",
                violation_error_message=_("This errand already has a thing at this place."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="errand_line_quantity", violation_error_message=_("How many?")
            ),
            models.CheckConstraint(
                condition=~Q(substitute="") | ~Q(state__in=["asked", "agreed"]), name="errand_line_substitute",
                violation_error_message=_("Say what would do instead."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} {self.amount}"

    @property
    def amount(self) -> str:
        """How much of it."""
        return f"{self.quantity.normalize():f}{self.unit}"


class ErrandNote(models.Model):
    """What was said about an errand on the way; without `by` the resident said it."""

    community_path = "errand__community"

    errand = models.ForeignKey(Errand, models.PROTECT, related_name="notes", verbose_name=_("errand"))
    text = models.CharField(_("note"), max_length=300)
    written_at = models.DateTimeField(_("at"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("note on an errand")
        verbose_name_plural = _("notes on an errand")
        ordering = ["errand", "id"]

    def __str__(self) -> str:
        return f"{self.errand_id} {self.written_at:%Y-%m-%d %H:%M}"

    @property
    def is_thanks(self) -> bool:
        """A resident's word with or after the confirmation, when nothing more can be asked for."""
        confirmed = self.errand.confirmed_at
        return self.by_id is None and confirmed is not None and self.written_at >= confirmed
