"""What people write into a report and about it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, helper
from portal.reports.figures import MAIN
from portal.reports.models import DailyReport
from portal.reports.services.reports import LARGEST

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CorrectionForm(CleanTextMixin, forms.Form):
    """One number by hand. `seen` is what the page showed, so that nobody overwrites what they have not read."""

    figure = forms.ChoiceField(choices=[(figure.key, figure.key) for figure in MAIN], widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    value = forms.IntegerField(label=_("right number"), min_value=0, max_value=LARGEST)
    reason = forms.CharField(label=_("why it differs from the records"), max_length=200)

    def __init__(self, *args: Any, action: str = "", cancel: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, submit=_("Save the number"), action=action, cancel=cancel)


class SpecialForm(CleanTextMixin, forms.Form):
    """What no number says."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    special = forms.CharField(
        label=_("special events"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, submit=_("Save the text"), action=action)


class ReturnForm(CleanTextMixin, forms.Form):
    """Why a report goes back."""

    reason = forms.CharField(label=_("what is to be put right"), max_length=200)

    def __init__(self, *args: Any, action: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, submit=_("Return it"), action=action)


class DayForm(forms.Form):
    """Which community's day."""

    day = forms.DateField()
    community = forms.ModelChoiceField(queryset=None)

    def __init__(self, data: Any, *, communities: Any) -> None:
        super().__init__(data)
        self.fields["community"].queryset = communities

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class ListForm(CleanTextMixin, forms.Form):
    """The filter of the list of reports."""

    day = forms.DateField(label=_("day"), required=False, widget=DAY)
    state = forms.ChoiceField(
        label=_("state"),
        required=False,
        choices=[("", _("all states")), *DailyReport.State.choices],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    q = forms.CharField(label=_("community"), required=False, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("day", "q"):
            self.fields[name].widget.attrs["class"] = "form-control"
