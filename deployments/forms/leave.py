"""Asking for leave."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from deployments.models import Leave
from portal.lib.dates import moment
from portal.lib.forms import CleanTextMixin, helper, pair


class MomentField(forms.DateTimeField):
    """A day and a time, between 2000 and 2100."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)
        self.validators += [
            MinValueValidator(moment(dt.date(2000, 1, 1), dt.time.min), _("Choose a day after 2000.")),
            MaxValueValidator(moment(dt.date(2100, 1, 1), dt.time.min), _("Choose a day before 2100.")),
        ]


class LeaveForm(CleanTextMixin, forms.Form):
    """From when to when, and of what kind."""

    kind = forms.ChoiceField(label=_("kind"), choices=Leave.Kind.choices)
    starts_at = MomentField(label=_("from"))
    ends_at = MomentField(label=_("to"))
    reason = forms.CharField(label=_("reason"), max_length=200, required=False)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, "kind", pair("starts_at", "ends_at"), "reason", submit=_("Ask for leave"), cancel=cancel)

    def clean(self) -> dict[str, Any]:
        """The times are in order."""
        data = super().clean() or {}
        if data.get("starts_at") and data.get("ends_at") and data["ends_at"] <= data["starts_at"]:
            self.add_error("ends_at", _("The leave ends before it starts. Change one of the two times."))
        return data
