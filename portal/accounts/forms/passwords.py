"""Choosing a new password."""

from typing import Any

from allauth.account.forms import ChangePasswordForm
from django.utils.translation import gettext_lazy as _


class NewPasswordForm(ChangePasswordForm):
    """allauth's form; the new password has to be a new one."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("password1") and cleaned["password1"] == cleaned.get("oldpassword"):
            self.add_error("password1", _("This is the old password. Choose another one."))
        return cleaned
