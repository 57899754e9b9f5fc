"""Forms about health: a check at the door or by phone, one's own report, a call to a site."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, KeyField, helper, pair, typed_number
from residents.models import HealthCheck, Method, Mood, SiteCall, Slot, Symptom
from residents.models.health_checks import HIGHEST, LOWEST


class TemperatureField(forms.DecimalField):
    """36.5, also typed as 36,5 or in full width; nothing a thermometer for people would not show."""

    def __init__(self, **kwargs: Any) -> None:
        said = _("A temperature lies between 34.0 and 43.0, with one decimal: 36.5. Measure again if need be.")
        super().__init__(
            label=_("Temperature (℃)"), min_value=LOWEST, max_value=HIGHEST, max_digits=3, decimal_places=1,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "p-big", "maxlength": "8"}),
            error_messages=dict.fromkeys(
                ("invalid", "max_digits", "max_decimal_places", "max_whole_digits", "min_value", "max_value"), said
            ),
            **kwargs,
        )  # fmt: skip
        # One sentence for everything that is out of range.
        self.validators = [_between(said)]

    def to_python(self, value: Any) -> Any:
        text = typed_number(value).replace(",", ".").rstrip("℃°Cc ")
        if len(text) > 8 or not text.isascii():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text)


def _between(said: Any) -> Any:
    def check(value: Decimal) -> None:
        exponent = value.as_tuple().exponent
        if not isinstance(exponent, int) or exponent < -1 or not LOWEST <= value <= HIGHEST:
            raise ValidationError(said, code="range")

    return check


def _mood(label: Any, unsaid: Any) -> forms.ChoiceField:
    """How somebody feels; nobody has to say it."""
    return forms.ChoiceField(label=label, choices=[("", unsaid), *Mood.choices], required=False)


class _HealthForm(CleanTextMixin, forms.Form):
    """Which half of which day is meant, what was measured and felt."""

    half = forms.CharField(widget=forms.HiddenInput, required=False, max_length=13)
    temperature = TemperatureField()
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms"), choices=Symptom.choices, widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("Tick nothing if there is none."),
    )  # fmt: skip

    def clean_half(self) -> tuple[dt.date, str]:
        """The half of the day the page was opened for: sent late it still means that one. Nonsense is now."""
        day, _dash, slot = str(self.cleaned_data["half"]).rpartition("-")
        today = timezone.localdate()
        known = {str(today): today, str(today - dt.timedelta(days=1)): today - dt.timedelta(days=1)}
        if day in known and slot in Slot.values:
            return known[day], slot
        return today, Slot.AM if timezone.localtime().hour < 12 else Slot.PM

    def values(self) -> dict[str, Any]:
        """What the service is given."""
        data = dict(self.cleaned_data)
        day, slot = data.pop("half")
        return {"day": day, "slot": slot, **data}


class CheckForm(_HealthForm):
    """A check taken by somebody of the community."""

    at_home = forms.ChoiceField(label=_("At home"), choices=HealthCheck.AtHome.choices, initial=HealthCheck.AtHome.YES)
    method = forms.ChoiceField(
        label=_("How"), choices=[choice for choice in Method.choices if choice[0] != Method.OWN], initial=Method.DOOR
    )
    mood = _mood(_("Mood"), _("not asked"))
    note = forms.CharField(label=_("What is needed"), max_length=200, required=False)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(
            self,
            "half",
            "temperature",
            "symptoms",
            pair("method", "at_home", "mood"),
            "note",
            submit=_("Save the check"),
            cancel=cancel,
        )


class OwnForm(_HealthForm):
    """What a resident reports by the own link."""

    mood = _mood(_("How do you feel?"), _("prefer not to say"))
    note = forms.CharField(label=_("Do you need anything?"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, "half", "temperature", "symptoms", "mood", "note", submit=_("Send"))


class CorrectForm(CleanTextMixin, forms.Form):
    """A check put right."""

    temperature = TemperatureField()
    symptoms = forms.MultipleChoiceField(
        label=_("Symptoms"), choices=Symptom.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, "temperature", "symptoms", "reason", submit=_("Correct"), cancel=cancel)


ANSWERS = [("", _("not asked")), ("yes", _("yes")), ("no", _("no"))]


def _answer(value: str) -> bool | None:
    return {"yes": True, "no": False}.get(value)


class SiteCallForm(CleanTextMixin, forms.Form):
    """The talk of the day with somebody at a site."""

    key = KeyField()
    reached = forms.TypedChoiceField(
        label=_("Reached"), choices=[("yes", _("yes")), ("no", _("no"))], coerce=lambda value: value == "yes", initial="yes"
    )
    health = forms.ChoiceField(label=_("Health"), choices=[("", _("not asked")), *SiteCall.Health.choices], required=False)
    mood = _mood(_("Mood"), _("not asked"))
    food_ok = forms.TypedChoiceField(
        label=_("Food is right"), choices=ANSWERS, coerce=_answer, required=False, empty_value=None
    )
    lodging_ok = forms.TypedChoiceField(
        label=_("Lodging is right"), choices=ANSWERS, coerce=_answer, required=False, empty_value=None
    )
    medicine_received = forms.TypedChoiceField(
        label=_("Medicine received"), choices=ANSWERS, coerce=_answer, required=False, empty_value=None
    )
    note = forms.CharField(label=_("What is needed"), max_length=300, required=False)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(
            self, "key", "reached", "health", "mood", "food_ok", "lodging_ok", "medicine_received", "note",
            submit=_("Save the call"), cancel=cancel,
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What the service is given."""
        data = dict(self.cleaned_data)
        return {"key": str(data.pop("key")), "facts": data}
