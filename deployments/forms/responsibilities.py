"""Who shall answer for which place."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from deployments.models import Cadre, Responsibility, Secondment
from deployments.services.responsibilities import PLACES, Person
from portal.lib.forms import CleanTextMixin, DayField, helper, pair
from residents.models import Building, Compound, Entrance


class PersonFields(CleanTextMixin, forms.Form):
    """A cadre, or a name and a phone."""

    cadre = forms.ModelChoiceField(None, label=_("cadre"), required=False, empty_label=_("somebody else"))
    name = forms.CharField(label=_("name"), max_length=40, required=False)
    phone = forms.CharField(label=_("phone"), max_length=20, required=False)
    starts_on = DayField(label=_("from"))

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Secondment.objects.within(communities).serving().current().values("cadre")
        cadres = Cadre.objects.filter(pk__in=here).order_by("name", "id")
        self.fields["cadre"].queryset = cadres  # type: ignore[attr-defined]
        self.initial.setdefault("starts_on", timezone.localdate())

    def person(self) -> Person:
        """Who it shall be."""
        data = self.cleaned_data
        return Person(cadre=data["cadre"], name=data["name"], phone=data["phone"])

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data = super().clean() or {}
        if not data.get("cadre") and not (data.get("name") and data.get("phone")):
            self.add_error("cadre", _("Choose a cadre, or write a name and a phone."))
        return data


class HandOverForm(PersonFields):
    """Somebody else, from a day on."""


class AssignForm(PersonFields):
    """A role, its place, a person."""

    role = forms.ChoiceField(label=_("role"), choices=Responsibility.Role.choices)
    compound = forms.ModelChoiceField(None, label=_("compound"), required=False)
    building = forms.ModelChoiceField(None, label=_("building"), required=False)
    entrance = forms.ModelChoiceField(None, label=_("entrance"), required=False)
    ends_on = DayField(label=_("until"), required=False, help_text=_("The last day counts. Empty: until further notice."))

    def __init__(self, *args: Any, communities: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, communities=communities, **kwargs)
        buildings = Building.objects.within(communities).select_related("compound")
        entrances = Entrance.objects.within(communities).select_related("building__compound")
        for name, rows, label in (
            ("compound", Compound.objects.within(communities), str),
            ("building", buildings, lambda row: f"{row.compound} {row}"),
            ("entrance", entrances, lambda row: f"{row.building.compound} {row.building} {row}"),
        ):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
            self.fields[name].label_from_instance = label  # type: ignore[attr-defined]
        self.helper = helper(
            self,
            "role",
            pair("compound", "building", "entrance"),
            pair("cadre", "name", "phone"),
            pair("starts_on", "ends_on"),
            submit=_("Assign"),
            cancel=cancel,
        )

    def clean(self) -> dict[str, Any]:
        """The place is of the kind the role answers for."""
        data = super().clean()
        kind = PLACES.get(data.get("role", ""))
        if kind and not data.get(kind):
            self.add_error(kind, _("Choose the place this role answers for."))
        return data

    def place(self) -> Any:
        """The one place."""
        return self.cleaned_data[PLACES[self.cleaned_data["role"]]]


class EndForm(CleanTextMixin, forms.Form):
    """The last day."""

    last_day = DayField(label=_("last day"), help_text=_("The last day counts."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("last_day", timezone.localdate())
