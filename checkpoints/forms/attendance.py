"""Corrections of attendance."""

import datetime as dt
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Assignment
from portal.lib.forms import CleanTextMixin, helper, pair


class CorrectionForm(CleanTextMixin, forms.Form):
    """Times as they should be. Only hours are asked: the days follow from the shift."""

    signed_in = forms.TimeField(label=_("Signed in at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    signed_out = forms.TimeField(
        label=_("Signed out at"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Leave it empty while the shift goes on."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.assignment = assignment
        self.helper = helper(
            self, pair("signed_in", "signed_out"), "reason", submit=_("Ask for the correction"),
            cancel=reverse("checkpoints:attendance_list"),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Place the hours on the days of the shift: a night shift ends on the next one."""
        data = super().clean() or {}
        if signed_in := data.get("signed_in"):
            data["signed_in_at"] = nearest(signed_in, self.assignment.starts_at)
            signed_out = data.get("signed_out")
            data["signed_out_at"] = nearest(signed_out, self.assignment.ends_at) if signed_out else None
        return data


def nearest(time: dt.time, moment: dt.datetime) -> dt.datetime:
    """The moment with this time of day that lies nearest to another moment."""
    local = timezone.localtime(moment)
    same_day = timezone.make_aware(dt.datetime.combine(local.date(), time))
    return min((same_day + dt.timedelta(days=days) for days in (-1, 0, 1)), key=lambda found: abs(found - moment))
