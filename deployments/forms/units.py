"""The form of a sending unit."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from deployments.models import SendingUnit
from portal.lib.forms import CleanTextMixin, helper, pair

# A mobile number, or a landline with its area code and perhaps an extension.
OFFICE_PHONE = RegexValidator(
    r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?)$",
    _("Write a mobile number, or a landline with its area code, e.g. 027-85812345."),
)


class UnitForm(CleanTextMixin, forms.ModelForm):
    """A unit names exactly one leader in charge and one liaison, and how they are reached."""

    class Meta:
        model = SendingUnit
        fields = ("name", "level", "leader", "leader_phone", "liaison", "liaison_phone")

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("leader", "leader_phone", "liaison", "liaison_phone"):
            self.fields[name].required = True
        self.helper = helper(
            self,
            pair("name", "level"),
            pair("leader", "leader_phone"),
            pair("liaison", "liaison_phone"),
            submit=submit,
            cancel=cancel,
        )

    def clean_leader_phone(self) -> str:
        """A number that can be called."""
        return _phone(self.cleaned_data["leader_phone"])

    def clean_liaison_phone(self) -> str:
        """A number that can be called."""
        return _phone(self.cleaned_data["liaison_phone"])


def _phone(text: str) -> str:
    phone = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    OFFICE_PHONE(phone)
    return phone
