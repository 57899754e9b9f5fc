"""What is typed about goods at the gate."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from checkpoints.models import DeliveryBatch
from checkpoints.models.deliveries import MOST_PACKAGES, Care, Way
from checkpoints.services.drops import Line, lines_in
from portal.lib.forms import CleanTextMixin, KeyField, helper, pair
from residents.forms.errands import PHONE

Source = DeliveryBatch.Source


def packages(label: Any, *, least: int = 1, **more: Any) -> forms.IntegerField:
    """How many packages, on a keypad."""
    number = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=least, max_value=MOST_PACKAGES, widget=number, **more)


class ParcelForm(CleanTextMixin, forms.Form):
    """A parcel for one home: the home, and a tap."""

    key = KeyField()
    post = forms.ModelChoiceField(None, label=_("gate"), empty_label=None)
    home = forms.CharField(
        label=_("home"), max_length=40, widget=forms.TextInput(attrs={"placeholder": "17-3-702", "autocomplete": "off"})
    )
    packages = packages(_("packages"), initial=1)
    care = forms.ChoiceField(label=_("care"), choices=Care, initial=Care.ORDINARY)
    name = forms.CharField(label=_("name"), max_length=40, required=False)
    phone = forms.CharField(label=_("phone"), max_length=20, required=False, validators=[PHONE])
    disinfected = forms.BooleanField(label=_("disinfected already"), required=False, initial=True)

    def __init__(self, *args: Any, gates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = gates  # type: ignore[attr-defined]
        self.helper = helper(
            self, "key", pair("home", "packages"), "care", pair("name", "phone"), "post", "disinfected",
            submit=_("On the shelf"), action=reverse("checkpoints:delivery_parcel"),
        )  # fmt: skip

    def line(self) -> Line:
        """The home and what it gets."""
        facts = self.cleaned_data
        return Line(facts["home"], facts["packages"], facts["name"], facts["phone"])

    def facts(self) -> dict[str, Any]:
        """What the batch is called: nobody types that for a parcel."""
        care = Care(self.cleaned_data["care"])
        hot = care == Care.HOT
        return {
            "source": Source.TAKEAWAY if hot else Source.PARCEL,
            "what": str(care.label if care != Care.ORDINARY else Source.PARCEL.label),
            "care": care,
        }


class DeliveryForm(CleanTextMixin, forms.Form):
    """A load for many homes, here or on its way."""

    key = KeyField()
    post = forms.ModelChoiceField(None, label=_("gate"), empty_label=None)
    what = forms.CharField(label=_("goods"), max_length=60)
    spec = forms.CharField(label=_("size and weight"), max_length=40, required=False)
    sender = forms.CharField(label=_("brought by"), max_length=40, required=False)
    source = forms.ChoiceField(label=_("kind of delivery"), choices=Source, initial=Source.GROUP_BUY)
    care = forms.ChoiceField(label=_("care"), choices=Care, initial=Care.ORDINARY)
    expected = packages(_("packages announced"), required=False)
    way = forms.ChoiceField(
        label=_("how it reaches homes"), choices=[(way.value, way.label) for way in Way if way != Way.DOOR],
        help_text=_("Homes in quarantine, and those that cannot walk the stairs, are always served at the door."),
    )  # fmt: skip
    arrived = forms.BooleanField(label=_("it stands at the gate"), required=False, initial=True)

    def __init__(self, *args: Any, gates: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = gates  # type: ignore[attr-defined]
        self.helper = helper(
            self, "key", pair("what", "spec"), pair("source", "care"), pair("sender", "expected"), pair("post", "way"),
            "arrived", submit=_("Write it down"), cancel=cancel,
        )  # fmt: skip


class StepForm(CleanTextMixin, forms.Form):
    """What one step asks."""

    def __init__(self, *args: Any, submit: Any, cancel: str, danger: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, submit=submit, cancel=cancel, danger=danger)


class CountForm(StepForm):
    """How many were counted, and whether something is wrong."""

    counted = packages(_("packages counted"), least=0)
    wrong = forms.CharField(
        label=_("what is wrong"), max_length=120, required=False, help_text=_("Leave empty if all is as it should be.")
    )


class SettleForm(StepForm):
    """What was agreed with the sender."""

    packages = packages(_("packages there are"))
    note = forms.CharField(label=_("what was agreed"), max_length=80)


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(label=_("reason"), max_length=120)


class KeepForm(StepForm):
    """Where something is kept."""

    kept_at = forms.CharField(label=_("where it is kept"), max_length=40)


class HandForm(StepForm):
    """How a home got its goods."""

    handed = forms.ChoiceField(label=_("how it was handed out"), choices=Way)
    collector = forms.CharField(label=_("who took it"), max_length=40, required=False)


class LinesForm(StepForm):
    """Which homes get how many: a list as it was written in the group, or so many for each home of a building."""

    longest_text = 20_000

    lines = forms.CharField(
        label=_("homes"), required=False, widget=forms.Textarea(attrs={"rows": 8, "placeholder": "17-3-702 2 王建国"}),
        help_text=_("One home a line: the home, how many packages, name and phone. Names and phones may be missing."),
    )  # fmt: skip
    building = forms.ModelChoiceField(None, label=_("or every home of a building"), required=False)
    each = packages(_("packages each"), initial=1, required=False)

    def __init__(self, *args: Any, buildings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = buildings  # type: ignore[attr-defined]

    def clean_lines(self) -> list[Line]:
        """The lines that are not empty."""
        return lines_in(self.cleaned_data["lines"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and bool(values["lines"]) == bool(values["building"]):
            raise ValidationError(gettext("Write the homes, or choose a building: one of the two."))
        return values
