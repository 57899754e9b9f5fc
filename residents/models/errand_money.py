"""What was spent for a home, by whom, and whether it came back."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.constraints import AppendOnly
from portal.lib.storages import WholeFiles
from residents.models.errands import Errand
from residents.scope import CommunityQuerySet

LEAST, MOST = Decimal("0.01"), Decimal("50000.00")


def receipt_files() -> WholeFiles:
    """Receipts are never served by path: only the errand's page hands them out."""
    return WholeFiles("receipts")


class Payment(models.Model):
    """One movement of money; never changed nor deleted, a mistake is taken back by a row that reverses it."""

    community_path = "errand__community"

    class Kind(models.TextChoices):
        PAID = "paid", _("paid by the resident")
        ADVANCED = "advanced", _("advanced by the helper")
        REIMBURSED = "reimbursed", _("paid back to the helper")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    errand = models.ForeignKey(Errand, models.PROTECT, related_name="payments", verbose_name=_("errand"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # Of a reversal the amount is below zero, so that sums are right without asking.
    amount = models.DecimalField(
        _("amount (yuan)"), max_digits=10, decimal_places=2, validators=[MinValueValidator(LEAST), MaxValueValidator(MOST)]
    )
    helper = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("helper"))
    receipt = models.FileField(_("receipt"), storage=receipt_files, upload_to="%Y/%m/%d", blank=True)
    note = models.CharField(_("note"), max_length=120, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversal", verbose_name=_("takes back")
    )
    paid_at = models.DateTimeField(_("at"), default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by"))

    objects = CommunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["errand", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gte=LEAST, amount__lte=MOST)
                | Q(reverses__isnull=False, amount__lte=-LEAST, amount__gte=-MOST),
                name="payment_amount",
                violation_error_message=_("An amount lies between 0.01 and 50,000 yuan."),
            ),
            models.CheckConstraint(
                condition=~Q(kind="advanced", receipt="", reverses=None), name="payment_advance_has_receipt",
                violation_error_message=_("Add a photo of the receipt."),
            ),
            AppendOnly(name="payment_append_only"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["helper", "errand"], name="payment_helper")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"
