"""What is typed about shifts."""

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.forms.posts import DAY, TIME
from checkpoints.models import Shift
from checkpoints.services.patterns import Pattern
from checkpoints.services.shifts import MOST_DAYS
from portal.lib.dates import LAST
from portal.lib.forms import CleanTextMixin, helper, pair


class HoursForm(CleanTextMixin, forms.Form):
    """Start, end and size of a shift; an end at or before the start lies on the next day."""

    starts = forms.TimeField(label=_("from"), widget=TIME)
    ends = forms.TimeField(label=_("to"), widget=TIME, help_text=_("An end at or before the start lies on the next day."))
    required = forms.IntegerField(
        label=_("people needed"), min_value=1, max_value=50, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, *self.rows(), submit=_("Save"), cancel=cancel)

    def rows(self) -> list[Any]:
        return [pair("starts", "ends"), "required"]


class ShiftForm(HoursForm):
    """One shift more, beside those a pattern makes."""

    day = forms.DateField(label=_("day"), widget=DAY)
    kind = forms.ChoiceField(label=_("kind"), choices=Shift.Kind.choices)

    def rows(self) -> list[Any]:
        return [pair("day", "kind"), pair("starts", "ends"), "required"]

    def clean_day(self) -> dt.date:
        return coming(self.cleaned_data["day"])


class MakeForm(CleanTextMixin, forms.Form):
    """Make the shifts of some days from a pattern."""

    first = forms.DateField(label=_("from"), widget=DAY)
    last = forms.DateField(label=_("to"), widget=DAY)
    pattern = forms.ChoiceField(label=_("pattern"), choices=Pattern.choices)

    def clean_first(self) -> dt.date:
        return coming(self.cleaned_data["first"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("last", _("At most %(days)s days at a time. Choose a shorter period.") % {"days": MOST_DAYS})
        return values


def coming(day: dt.date) -> dt.date:
    """Plans are made for today and later."""
    if not timezone.localdate() <= day <= LAST:
        raise forms.ValidationError(_("Choose today or a later day."))
    return day
