"""Forms about sending a cadre somewhere and ending it."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deployments.models import Cadre, Secondment
from deployments.services.secondments import Terms
from portal.lib.forms import CleanTextMixin, DayField, RowsField
from residents.models import Community, Compound


class MoveForm(CleanTextMixin, forms.Form):
    """What a move of a secondment has to be told; each kind adds its fields."""

    def __init__(self, *args: Any, secondment: Secondment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.secondment = secondment


class ReasonForm(MoveForm):
    """Why."""

    reason = forms.CharField(label=_("reason"), max_length=200)


class ArrivalForm(MoveForm):
    """The identity was looked at."""

    identity_checked = forms.BooleanField(
        label=_("I have looked at the identity document."),
        error_messages={"required": _("Look at the identity document first, then tick the box.")},
    )


class LastDayForm(MoveForm):
    """The last day, which counts."""

    last_day = DayField(label=_("last day"), help_text=_("The last day counts. Choose yesterday to end it at once."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.initial["last_day"] = min(today, self.secondment.ends_on or today)


class RecallForm(LastDayForm):
    """Until when, and why."""

    reason = forms.CharField(label=_("reason"), max_length=200)


class ReportField(forms.CharField):
    """What goes back to the unit."""

    def __init__(self, **kwargs: Any) -> None:
        area = forms.Textarea(attrs={"rows": 3})
        super().__init__(label=_("report to the sending unit"), max_length=200, widget=area, **kwargs)


class CompleteForm(LastDayForm):
    """Until when, and what goes back to the unit."""

    report = ReportField()


class DaysForm(MoveForm):
    """First and last day."""

    starts_on = DayField(label=_("starts on"))
    ends_on = DayField(label=_("ends on"), required=False, help_text=_("The last day counts. Empty: until further notice."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {"starts_on": self.secondment.starts_on, "ends_on": self.secondment.ends_on}


class RedeployForm(MoveForm):
    """Where to, from when."""

    community = forms.ModelChoiceField(None, label=_("community"))
    starts_on = DayField(label=_("first day there"), help_text=_("Here the last day is the day before."))
    ends_on = DayField(label=_("last day there"), required=False)
    duty = forms.CharField(label=_("duty"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = self.secondment.community
        same_district = Community.objects.filter(subdistrict__district=here.subdistrict.district_id).exclude(pk=here.pk)
        self.fields["community"].queryset = same_district  # type: ignore[attr-defined]
        self.initial |= {"starts_on": timezone.localdate() + dt.timedelta(days=1), "ends_on": self.secondment.ends_on}

    def terms(self) -> Terms:
        """The new secondment."""
        return Terms(**self.cleaned_data)


class SecondmentFilter(CleanTextMixin, forms.Form):
    """What a list of secondments may be asked for."""

    q = forms.CharField(label=_("Name"), max_length=40, required=False)
    compound = forms.ModelChoiceField(None, label=_("compound"), required=False, empty_label=_("all compounds"))

    def __init__(self, data: Any, *, communities: Any) -> None:
        super().__init__(data)
        self.fields["compound"].queryset = Compound.objects.within(communities)  # type: ignore[attr-defined]
        self.fields["q"].widget.attrs["class"] = "form-control"
        self.fields["compound"].widget.attrs["class"] = "form-select"

    def asked(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        return self.cleaned_data


class ArrivalsForm(forms.Form):
    """The ticked rows, and that each document was looked at."""

    secondment = RowsField(None, error_messages={"required": _("Tick at least one row.")})
    identity_checked = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, communities: Any) -> None:
        super().__init__(data)
        expected = Secondment.objects.within(communities).filter(state=Secondment.State.APPROVED)
        self.fields["secondment"].queryset = expected.select_related("cadre")  # type: ignore[attr-defined]


class OverdueForm(CleanTextMixin, forms.Form):
    """The ticked rows, one report for all, and that what will happen was read."""

    secondment = RowsField(None, error_messages={"required": _("Tick at least one row.")})
    report = ReportField(initial=_("Completed as planned."))
    sure = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, communities: Any) -> None:
        super().__init__(data)
        # Whatever its state: of a row that somebody else ended meanwhile the service says so.
        rows = Secondment.objects.within(communities).select_related("cadre__unit", "community").order_by("ends_on", "id")
        self.fields["secondment"].queryset = rows  # type: ignore[attr-defined]


class OfferForm(CleanTextMixin, forms.Form):
    """A unit offers one of its people to a community."""

    cadre = forms.ModelChoiceField(None, label=_("cadre"))
    community = forms.ModelChoiceField(None, label=_("community"))
    starts_on = DayField(label=_("starts on"))
    ends_on = DayField(label=_("ends on"), required=False, help_text=_("The last day counts. Empty: until further notice."))
    duty = forms.CharField(label=_("duty"), max_length=60, required=False)

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cadre"].queryset = Cadre.objects.filter(unit__in=units).order_by("name", "id")  # type: ignore[attr-defined]
        # Those that use the portal: nobody else would answer.
        self.fields["community"].queryset = Community.objects.exclude(active_from=None)  # type: ignore[attr-defined]

    def terms(self) -> Terms:
        """Where to, and for how long."""
        return Terms(**{name: value for name, value in self.cleaned_data.items() if name != "cadre"})
