"""Forms about lists of care."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, DayField, helper, pair
from residents.models import CareProfile
from residents.services import care


class CareForm(CleanTextMixin, forms.ModelForm):
    """What has to be known to care for somebody."""

    class Meta:
        model = CareProfile
        fields = care.FIELDS

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact_phone"].widget.attrs["inputmode"] = "tel"
        self.helper = helper(self, *self.rows(), submit=submit, cancel=cancel)

    def rows(self) -> list[Any]:
        """The fields as they stand side by side."""
        return ["need", pair("drug", "hospital"), pair("contact", "contact_phone"), "note"]

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        return {name: self.cleaned_data[name] for name in care.FIELDS}


class NewCareForm(CareForm):
    """A list somebody is put on, and since when."""

    code = forms.ChoiceField(label=_("category"))
    since = DayField(label=_("since"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = list(care.labels().items())  # type: ignore[attr-defined]
        self.initial["since"] = timezone.localdate()

    def rows(self) -> list[Any]:
        """First which list."""
        return [pair("code", "since"), *super().rows()]


class EndCareForm(forms.Form):
    """The last day on a list."""

    until = DayField(label=_("last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["until"] = timezone.localdate()
