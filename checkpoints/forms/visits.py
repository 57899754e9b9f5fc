"""What is typed about visitors, vehicles and people who are held."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from checkpoints.forms.passes import WordForm
from checkpoints.models import Passage, Vehicle, Visit
from portal.lib.forms import CleanTextMixin, DayField, KeyField, helper, pair
from residents.forms.errands import PHONE
from residents.forms.health_checks import TemperatureField
from residents.models import Community


class VisitForm(CleanTextMixin, forms.ModelForm):
    """Who wants in, to which home, why."""

    until = DayField(label=_("may come until"), required=False)

    class Meta:
        model = Visit
        fields = ("written_home", "written_name", "written_phone", "kind", "certificate", "reason", "until")
        widgets = {"written_home": forms.TextInput(attrs={"placeholder": "17-3-702", "autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["written_phone"].validators.append(PHONE)
        self.initial["until"] = timezone.localdate()
        self.helper = helper(
            self, pair("written_home", "reason"), pair("written_name", "written_phone"), "kind",
            pair("certificate", "until"), submit=_("Ask the home"),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        # Asked for while the person stands there: the home could not agree without it, and its yes would be lost.
        if values.get("kind") in (Visit.Kind.WORKER, Visit.Kind.CARER) and not values.get("certificate"):
            self.add_error(
                "certificate",
                gettext("Write whose certificate is shown. Without one ring the community, and write who of it agrees."),
            )
        return values

    def _get_validation_exclusions(self) -> set[str]:
        # What the home says comes later.
        return super()._get_validation_exclusions() | {"answer", "how", "host"}  # type: ignore[misc, no-any-return]

    def facts(self) -> dict[str, Any]:
        """What the service wants, the home apart."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name != "written_home"}


class AnswerForm(CleanTextMixin, forms.Form):
    """What the home said: by which way, and who."""

    # On its own page only the home itself answers.
    how = forms.ChoiceField(
        label=_("how it answered"), choices=[(way.value, way.label) for way in Visit.How if way != Visit.How.LINK]
    )
    host = forms.CharField(label=_("who answered"), max_length=40)
    answer = forms.ChoiceField(choices=Visit.Answer)


class HomeForm(WordForm):
    """Who of a home passes, and which way."""

    key = KeyField()
    residents = forms.TypedMultipleChoiceField(coerce=int, required=False)
    direction = forms.ChoiceField(choices=Passage.Direction)
    reason = forms.CharField(max_length=60, required=False)

    def __init__(self, data: Any, *, people: Any) -> None:
        super().__init__(data)
        self.fields["residents"].choices = [(one.pk, "") for one in people]  # type: ignore[attr-defined]


class VehicleForm(CleanTextMixin, forms.ModelForm):
    """A line of the register of vehicles."""

    community = forms.ModelChoiceField(None, label=_("community"), empty_label=None)

    class Meta:
        model = Vehicle
        fields = (
            "plate_no", "kind", "written_home", "permit_no", "allowed", "opens_at", "closes_at", "starts_on", "ends_on", "note",
        )  # fmt: skip
        field_classes = {"starts_on": DayField, "ends_on": DayField}
        widgets = {
            "plate_no": forms.TextInput(attrs={"placeholder": "鄂A12345", "autocomplete": "off"}),
            "opens_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "closes_at": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }

    def __init__(self, *args: Any, communities: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = Community.objects.filter(pk__in=communities)  # type: ignore[attr-defined]
        # A pasted plate may hold dots and spaces.
        self.fields["plate_no"].max_length = 20  # type: ignore[attr-defined]
        rows = [
            pair("plate_no", "kind"), pair("written_home", "permit_no"), "allowed", pair("opens_at", "closes_at"),
            pair("starts_on", "ends_on"), "note",
        ]  # fmt: skip
        if self.instance.pk:
            del self.fields["community"]
        else:
            rows.insert(0, "community")
        self.helper = helper(self, *rows, submit=_("Save"), cancel=cancel)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        hours = values.get("opens_at"), values.get("closes_at")
        if values.get("allowed") == Vehicle.Allowed.WINDOW and None in hours:
            raise ValidationError({"opens_at": gettext("Say from which hour until which.")})
        return values

    def _get_validation_exclusions(self) -> set[str]:
        # The service reads the plate, and the constraints speak there.
        return super()._get_validation_exclusions() | {"plate_no", "opens_at"}  # type: ignore[misc, no-any-return]


class FeverForm(CleanTextMixin, forms.Form):
    """One step with somebody who is held."""

    step = forms.ChoiceField(choices=[(step, step) for step in ("isolated", "measured", "called", "reported", "closed")])
    second = TemperatureField(required=False)
    handling = forms.CharField(max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("step") == "closed" and not values.get("handling"):
            raise ValidationError({"handling": gettext("Say what became of it.")})
        if values.get("step") == "measured" and values.get("second") is None and "second" not in self.errors:
            raise ValidationError({"second": gettext("Write what the second thermometer says.")})
        return values
