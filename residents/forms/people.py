"""Forms about people: what is known of them, and where they go."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib import id_numbers, masks
from portal.lib.forms import CleanTextMixin, DayField, helper, pair
from portal.lib.masked_forms import MaskedMixin
from residents.models import Dwelling, Resident, ResidentChange
from residents.services import search
from residents.services.households import FIELDS, SENSITIVE, fingerprint

MASKS: dict[str, Callable[[str], str]] = {
    "phone": masks.phone,
    "id_number": masks.id_number,
    "registered_address": lambda value: "***" if value else "",
}
PHONE = re.compile(r"\+?[\d()-]{5,20}")
Change = ResidentChange.Kind
YES_NO = [("", _("not known")), ("true", _("yes")), ("false", _("no"))]


def yes_no(label: Any) -> forms.TypedChoiceField:
    """A question whose answer may be unknown."""
    return forms.TypedChoiceField(
        label=label, required=False, choices=YES_NO, coerce=lambda value: value == "true", empty_value=None
    )


class ResidentForm(MaskedMixin, CleanTextMixin, forms.ModelForm):
    """All of the base list about one person; personal values stand in it masked and stay as they are if left so."""

    has_smartphone = yes_no(_("has a smartphone"))
    shops_online = yes_no(_("can shop online"))
    masks = MASKS
    fingerprint = staticmethod(fingerprint)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    class Meta:
        model = Resident
        fields = FIELDS
        field_classes = {"born_on": DayField}
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, dwelling: Dwelling, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {name: _word(getattr(self.instance, name)) for name in ("has_smartphone", "shops_online")}
        if self.instance.pk:
            # Going away and coming home are dated changes.
            del self.fields["lives_in"]
        self.fields["id_number"].widget = forms.TextInput(attrs={"autocomplete": "off", "maxlength": "24"})
        self.fields["phone"].widget.attrs["inputmode"] = "tel"
        grown = dwelling.residents.registered().filter(guardian=None).exclude(pk=self.instance.pk).order_by("id")
        if self.instance.guardian_id:
            grown = grown | Resident.objects.registered().filter(pk=self.instance.guardian_id)
        self.fields["guardian"].queryset = grown.distinct()  # type: ignore[attr-defined]
        self.helper = helper(self, *self.rows(), submit=submit, cancel=cancel)

    def rows(self) -> list[Any]:
        """The fields as they stand side by side."""
        return [
            pair("name", "relation", "kind"),
            pair("id_type", "id_number"),
            pair("sex", "born_on"),
            pair("phone", "guardian"),
            pair("has_smartphone", "shops_online", "vaccine_doses"),
            pair("registered_address", "work_unit", "political_status"),
            *(["lives_in"] if "lives_in" in self.fields else []),
            "note",
            "seen",
        ]

    def clean_phone(self) -> str:
        """A number one can call, however it was typed."""
        phone = re.sub(r"\s", "", unicodedata.normalize("NFKC", self.kept("phone")))
        if phone and not PHONE.fullmatch(phone):
            raise ValidationError(_("This is not a phone number."), code="phone")
        return phone

    def clean_id_number(self) -> str:
        """The number as typed, upper case; whether it fits is asked of it with the kind of document."""
        return "".join(unicodedata.normalize("NFKC", self.kept("id_number")).split()).upper()

    def clean_registered_address(self) -> str:
        """The address as typed or as it was."""
        return self.kept("registered_address")

    def clean_born_on(self) -> Any:
        """A day that has come."""
        born = self.cleaned_data["born_on"]
        if born and born > timezone.localdate():
            raise ValidationError(_("The birthday lies in the future."), code="future")
        return born

    def clean(self) -> dict[str, Any]:
        """Birth date and sex are those of the ID number; empty ones are taken from it."""
        data = super().clean() or self.cleaned_data
        number = data.get("id_number")
        if not number or data.get("id_type") != Resident.IdType.ID_CARD:
            return data
        if fault := id_numbers.fault(number):
            self.add_error("id_number", ValidationError(_("This ID number %(fault)s."), params={"fault": fault}))
            return data
        sex = Resident.Sex.MALE if id_numbers.is_male(number) else Resident.Sex.FEMALE
        if data.setdefault("born_on", None) not in (None, id_numbers.born_on(number)):
            self.add_error("born_on", _("The ID number tells another birth date."))
        if data.get("sex") not in (None, "", sex):
            self.add_error("sex", _("The ID number tells another sex."))
        return data | {"born_on": id_numbers.born_on(number), "sex": sex}

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.fields}


class NewResidentForm(ResidentForm):
    """A person who comes, when, and from where."""

    change = forms.ChoiceField(
        label=_("how"), choices=[(kind.value, kind.label) for kind in (Change.MOVED_IN, Change.BORN, Change.RETURNED)]
    )
    on = DayField(label=_("on"))
    from_area = forms.CharField(label=_("from where"), max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["on"] = timezone.localdate()

    def rows(self) -> list[Any]:
        """First how they came."""
        return [pair("change", "on", "from_area"), *super().rows()]

    def arrival(self) -> dict[str, Any]:
        """How and when the person came."""
        return {"kind": self.cleaned_data["change"], "on": self.cleaned_data["on"], "from_area": self.cleaned_data["from_area"]}


class MoveForm(CleanTextMixin, forms.Form):
    """Where somebody goes, or comes back to."""

    change = forms.ChoiceField(label=_("what happened"))
    on = DayField(label=_("on"))
    to = forms.CharField(label=_("new home"), max_length=60, required=False, help_text=_("Written as 17-3-702."))
    from_area = forms.CharField(label=_("from where"), max_length=80, required=False)
    note = forms.CharField(label=_("note"), max_length=200, required=False)

    def __init__(self, *args: Any, resident: Resident, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resident = resident
        if resident.left_on:
            kinds = [Change.MOVED_IN]
        else:
            away = Change.LEFT_FOR_A_TIME if resident.lives_in else Change.RETURNED
            kinds = [away, Change.MOVED_WITHIN, Change.MOVED_OUT, Change.DIED]
        self.fields["change"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.initial["on"] = timezone.localdate()
        self.helper = helper(self, pair("change", "on"), pair("to", "from_area"), "note", submit=submit, cancel=cancel)

    def clean(self) -> dict[str, Any]:
        """Whoever moves within needs a home that is there; whoever comes back comes to the old one unless said."""
        data = super().clean() or self.cleaned_data
        if data.get("change") not in (Change.MOVED_WITHIN, Change.MOVED_IN):
            return data
        text = data.get("to", "")
        old = self.resident.dwelling
        data["home"] = old if data["change"] == Change.MOVED_IN and not text else self._home(text)
        if data["home"] is None:
            self.add_error("to", _("No home is found under this. Write building, entrance and room, such as 17-3-702."))
        return data

    def _home(self, text: str) -> Dwelling | None:
        old = self.resident.dwelling
        # The same numbers may stand in several compounds of a community: one's own is meant first.
        own = search.home_of(old.community, text, compound=old.entrance.building.compound)
        return own or search.home_of(old.community, text)


class RevealForm(CleanTextMixin, forms.Form):
    """One value, and why it has to be seen."""

    field = forms.ChoiceField(choices=[(name, name) for name in SENSITIVE])
    reason = forms.CharField(max_length=200)


def _word(value: bool | None) -> str:
    return "" if value is None else "true" if value else "false"
