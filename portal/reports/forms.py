"""What people write into a report and about it."""

from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, helper, pair
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

    # Its own id: the form that corrects a number stands on the same page.
    seen = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"id": "special-seen"}), strip=False)
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
        self.fields["community"].validators.append(ProhibitNullCharactersValidator())

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


class ExportForm(CleanTextMixin, forms.Form):
    """Which sheet, of which days, for whom."""

    table = forms.ChoiceField(label=_("sheet"))
    first = forms.DateField(label=_("first day"), widget=DAY)
    last = forms.DateField(label=_("last day"), widget=DAY)
    community = forms.ModelChoiceField(label=_("community"), queryset=None, required=False, empty_label=_("all of mine"))
    form = forms.ChoiceField(label=_("file"), choices=[("xlsx", _("Excel, ready for print")), ("csv", "CSV")])
    full = forms.BooleanField(label=_("ID numbers, phones and addresses in full"), required=False)
    reason = forms.CharField(label=_("why in full"), required=False, max_length=200)

    def __init__(self, *args: Any, communities: Any, tables: Any, may_reveal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = communities
        self.fields["community"].validators.append(ProhibitNullCharactersValidator())
        self.fields["table"].choices = tables
        rows = ["table", pair("first", "last"), pair("community", "form")]
        if may_reveal:
            rows += ["full", "reason"]
        else:
            del self.fields["full"], self.fields["reason"]
        self.helper = helper(self, *rows, submit=_("Export"), action=reverse("reports:export_new"))
