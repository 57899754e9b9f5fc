"""Who signs in."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

PHONE = RegexValidator(r"^1[3-9]\d{9}$", _("A mobile number has 11 digits and begins with 13 to 19."))


class User(AbstractUser):
    """A person with a sign-in; what they may do follows from their memberships (residents.access)."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=40, blank=True)
    phone = models.CharField(
        _("mobile number"),
        max_length=11,
        null=True,
        blank=True,
        unique=True,
        validators=[PHONE],
        error_messages={"unique": _("Somebody already signs in with this mobile number.")},
    )
    must_change_password = models.BooleanField(_("must choose a new password"), default=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return self.name or self.username

    def clean(self) -> None:
        """Whoever signs in writes a name or a number: neither may mean somebody else."""
        super().clean()
        if taken(self.username, self.phone, but=self.pk):
            raise ValidationError(_("The user name is somebody else's mobile number, or the number somebody else's user name."))

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


def taken(username: str, phone: str | None, *, but: int | None = None) -> bool:
    """Whether the name is the number of another account, or the number its name."""
    others = User.objects.exclude(pk=but) if but else User.objects.all()
    return others.filter(models.Q(phone=username) | models.Q(username=phone or "")).exists()
