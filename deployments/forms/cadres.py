"""Forms about the people on the roster."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from deployments.models import Cadre, SendingUnit
from deployments.services import cadre_list
from deployments.services.cadres import FIELDS, MOST_SKILLS, SENSITIVE, SKILL_LENGTH, fingerprint
from deployments.services.secondments import Terms
from portal.lib import id_numbers, masks
from portal.lib.forms import CleanTextMixin, DayField, RowsField, helper, pair
from portal.lib.languages import listed
from portal.lib.masked_forms import MaskedMixin
from portal.lib.sheets import BadCell, cells
from residents.models import Community, Compound

MASKS: dict[str, Callable[[str], str]] = {
    "phone": masks.phone,
    "id_number": masks.id_number,
    "address": lambda value: "***" if value else "",
    "health_note": lambda value: "***" if value else "",
}
# All skills at their longest, and what stands between them.
SKILLS_LENGTH = MOST_SKILLS * (SKILL_LENGTH + 2)


class CadreFilter(CleanTextMixin, forms.Form):
    """What a list of cadres may be asked for; nonsense is not asked."""

    q = forms.CharField(label=_("Name or last digits of the phone"), max_length=40, required=False)
    unit = forms.ModelChoiceField(None, label=_("sending unit"), required=False, empty_label=_("all units"))
    compound = forms.ModelChoiceField(None, label=_("compound"), required=False, empty_label=_("all compounds"))
    skill = forms.ChoiceField(label=_("skill"), required=False)
    account = forms.ChoiceField(
        label=_("sign-in"), required=False, choices=[("", _("with or without")), ("yes", _("has one")), ("no", _("has none"))]
    )

    def __init__(self, data: Any, *, communities: Any, skills: list[tuple[str, int]]) -> None:
        super().__init__(data)
        scoped = Cadre.objects.within(communities)
        self.fields["unit"].queryset = SendingUnit.objects.filter(pk__in=scoped.values("unit"))  # type: ignore[attr-defined]
        self.fields["compound"].queryset = Compound.objects.within(communities)  # type: ignore[attr-defined]
        options = [(skill, f"{skill} ({count})") for skill, count in skills]
        self.fields["skill"].choices = [("", _("all skills")), *options]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control" if isinstance(field, forms.CharField) else "form-select"

    def asked(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        return self.cleaned_data


class CadreForm(MaskedMixin, CleanTextMixin, forms.ModelForm):
    """All of the roster sheet about one person; personal values stand in it masked and stay as they are if left so."""

    skills = forms.CharField(
        label=_("skills"),
        max_length=SKILLS_LENGTH,
        required=False,
        help_text=_("Several are parted by a comma, e.g. driving, nursing."),
    )
    masks = MASKS
    fingerprint = staticmethod(fingerprint)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    class Meta:
        model = Cadre
        fields = FIELDS
        field_classes = {"born_on": DayField}
        labels = {"name": _("Full name")}
        widgets = {"note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, communities: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["skills"] = listed(self.instance.skills)
        self.fields["id_number"].widget = forms.TextInput(attrs={"autocomplete": "off", "maxlength": "24"})
        # The model's own check would refuse the masked number; clean_phone asks it of the real one.
        self.fields["phone"].validators = []
        self.fields["phone"].widget.attrs["inputmode"] = "tel"
        near = Community.objects.filter(subdistrict__in=communities.values("subdistrict"))
        current = Community.objects.filter(pk=self.instance.home_community_id)
        self.fields["home_community"].queryset = (near | current).distinct()  # type: ignore[attr-defined]
        self.helper = helper(self, *self.rows(), submit=submit, cancel=cancel)

    def rows(self) -> list[Any]:
        """The fields as they stand side by side."""
        return [
            pair("name", "kind", "unit"),
            pair("sex", "born_on", "ethnicity"),
            pair("political_status", "position", "branch_role"),
            pair("phone", "id_number"),
            pair("home_community", "address"),
            pair("skills", "vaccine_doses", "health_note"),
            "note",
            "seen",
        ]

    def clean_phone(self) -> str:
        """A mobile number, however it was typed."""
        phone = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", self.kept("phone")))
        for validator in Cadre._meta.get_field("phone").validators:
            validator(phone)
        return phone

    def clean_id_number(self) -> str:
        """As a roster reads it: 18 characters that fit each other, or the number of a passport or permit; upper case."""
        try:
            return cells.id_number(self.kept("id_number"))
        except BadCell as bad:
            raise ValidationError(_("This ID number %(fault)s."), params={"fault": bad.args[0]}, code="id_number") from bad

    def clean_address(self) -> str:
        """The address as typed or as it was."""
        return self.kept("address")

    def clean_health_note(self) -> str:
        """The note as typed or as it was."""
        return self.kept("health_note")

    def clean_skills(self) -> list[str]:
        """Words, each once."""
        words = [word.strip() for word in re.split(r"[,，、;；]", self.cleaned_data["skills"])]
        found = list(dict.fromkeys(filter(None, words)))
        if len(found) > MOST_SKILLS:
            raise ValidationError(_("Name at most %(most)s skills."), params={"most": MOST_SKILLS})
        if any(len(word) > SKILL_LENGTH for word in set(found) - set(self.instance.skills)):
            raise ValidationError(_("A skill has at most %(most)s characters."), params={"most": SKILL_LENGTH})
        return found

    def clean(self) -> dict[str, Any]:
        """Birth date and sex are those of the ID number; empty ones are taken from it."""
        data = super().clean() or self.cleaned_data
        number = data.get("id_number")
        born, male = (id_numbers.born_on(number), id_numbers.is_male(number)) if number else (None, None)
        if born is None:
            return data
        sex = Cadre.Sex.MALE if male else Cadre.Sex.FEMALE
        if not data.get("born_on"):
            data["born_on"] = born.replace(day=1)
        elif (data["born_on"].year, data["born_on"].month) != (born.year, born.month):
            self.add_error("born_on", _("The ID number tells another birth date."))
        if not data.get("sex"):
            data["sex"] = sex
        elif data["sex"] != sex:
            self.add_error("sex", _("The ID number tells another sex."))
        return data

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        return {name: self.cleaned_data[name] for name in FIELDS}


class NewCadreForm(CadreForm):
    """A new person, and where she was sent."""

    community = forms.ModelChoiceField(None, label=_("community"))
    compound = forms.ModelChoiceField(None, label=_("compound"), required=False)
    duty = forms.CharField(label=_("duty"), max_length=60, required=False)
    starts_on = DayField(label=_("starts on"))
    ends_on = DayField(label=_("ends on"), required=False, help_text=_("The last day counts."))
    at_home = forms.BooleanField(label=_("placed where the cadre lives"), required=False)

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, communities=communities, **kwargs)
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
        self.fields["compound"].queryset = Compound.objects.within(communities)  # type: ignore[attr-defined]
        if len(communities) == 1:
            self.initial["community"] = communities[0]

    def rows(self) -> list[Any]:
        """The person first, then the secondment."""
        sent = [pair("community", "compound", "duty"), pair("starts_on", "ends_on"), "at_home"]
        return [*super().rows()[:-1], *sent]

    def clean(self) -> dict[str, Any]:
        """The days are in order."""
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The secondment ends before it starts. Change one of the two days."))
        return data

    def terms(self) -> Terms:
        """Where she was sent, and for how long."""
        names = ("community", "compound", "duty", "starts_on", "ends_on", "at_home")
        return Terms(**{name: self.cleaned_data[name] for name in names})


class RevealForm(CleanTextMixin, forms.Form):
    """One value, and why it has to be seen."""

    field = forms.ChoiceField(choices=[(name, name) for name in SENSITIVE])
    reason = forms.CharField(max_length=200)


class ManyCadresForm(forms.Form):
    """The ticked rows of a list, or everybody it shows without a sign-in."""

    cadre = RowsField(None, error_messages={"required": _("Tick at least one cadre.")})

    def __init__(self, data: Any, *, communities: Any) -> None:
        super().__init__({"cadre": data.getlist("shown" if "everybody" in data else "cadre")})
        present = cadre_list.in_group(cadre_list.listed(communities), "")
        self.fields["cadre"].queryset = present  # type: ignore[attr-defined]
