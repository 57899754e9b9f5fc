"""Forms about exposed staff."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Exposure
from portal.lib.forms import CleanTextMixin, DayField, helper
from residents.forms.health_checks import TemperatureField
from residents.models import Compound, Symptom


class PlaceForm(CleanTextMixin, forms.Form):
    """Which compound is affected, and since when."""

    compound = forms.ModelChoiceField(None, label=_("affected compound"))
    since = DayField(label=_("since"))

    def __init__(self, data: Any, *, communities: Any) -> None:
        initial = {"since": timezone.localdate() - dt.timedelta(days=2)}
        super().__init__(data or None, initial=initial)
        self.fields["compound"].queryset = Compound.objects.within(communities)  # type: ignore[attr-defined]
        self.fields["compound"].widget.attrs["class"] = "form-select"
        self.fields["since"].widget.attrs["class"] = "form-control"


class StopForm(CleanTextMixin, forms.Form):
    """Who goes off duty, because of where and when, for how long."""

    cadre = forms.IntegerField(min_value=1, max_value=2**63 - 1)
    compound = forms.ModelChoiceField(None)
    how = forms.ChoiceField(choices=Exposure.How.choices)
    exposed_on = DayField()
    days = forms.IntegerField(label=_("days"), min_value=1, max_value=21)

    def __init__(self, data: Any, *, communities: Any) -> None:
        super().__init__(data)
        self.fields["compound"].queryset = Compound.objects.within(communities)  # type: ignore[attr-defined]


class StaffCheckForm(CleanTextMixin, forms.Form):
    """One temperature."""

    temperature = TemperatureField()
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms"), choices=Symptom.choices, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, "temperature", "symptoms", submit=submit, cancel=cancel)
