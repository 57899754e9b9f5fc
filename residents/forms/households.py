"""Forms about homes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.jobs.forms import UploadForm
from portal.lib.forms import CleanTextMixin, helper, pair
from residents.models import Building, Compound, Dwelling
from residents.services import care, household_list, household_sheet


class DwellingFilter(CleanTextMixin, forms.Form):
    """What a list of homes may be asked for; nonsense is not asked."""

    compound = forms.ModelChoiceField(None, label=_("compound"), required=False, empty_label=None)
    building = forms.ModelChoiceField(None, label=_("building"), required=False, empty_label=_("all buildings"))
    state = forms.ChoiceField(label=_("state"), required=False, choices=[("", _("all states")), *Dwelling.State.choices])
    category = forms.ChoiceField(label=_("special care"), required=False)

    def __init__(self, data: Any, *, communities: Any) -> None:
        super().__init__(data)
        compounds = Compound.objects.within(communities).select_related("community")
        self.fields["compound"].queryset = compounds  # type: ignore[attr-defined]
        self.chosen = self._compound(compounds)
        buildings = Building.objects.filter(compound=self.chosen).order_by("id")
        self.fields["building"].queryset = buildings  # type: ignore[attr-defined]
        names = sorted(care.labels().items(), key=lambda pair: pair[1])
        self.fields["category"].choices = [("", _("all")), *names]  # type: ignore[attr-defined]
        self.initial["compound"] = self.chosen
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def _compound(self, compounds: Any) -> Compound | None:
        """The compound asked for; nonsense and nothing are the first."""
        asked = self.data.get("compound", "")
        key = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
        found: Compound | None = compounds.filter(pk=key).first() or compounds.first()
        return found

    def asked(self) -> dict[str, Any]:
        """What was asked for and makes sense, as plain values."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name) for name in ("building", "state", "category")}
        found["building"] = found["building"] and found["building"].pk
        group = self.data.get("group", "")
        return {
            "compound": self.chosen and self.chosen.pk,
            "group": group if group in household_list.Group.values else "",
            **found,
        }


class DwellingForm(CleanTextMixin, forms.ModelForm):
    """What is known of a home."""

    class Meta:
        model = Dwelling
        fields = ("state", "floor", "watch_level", "watch_reason", "light_watch", "origin", "kin_in", "note")

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        low, high = household_sheet.FLOORS.start, household_sheet.FLOORS.stop - 1
        self.fields["floor"] = forms.IntegerField(label=_("floor"), min_value=low, max_value=high)
        self.fields["kin_in"].help_text = _("Which area; empty where there are none.")
        self.fields["watch_level"].help_text = _("0 nobody watches, 3 closely")
        self.helper = helper(
            self,
            pair("state", "floor"),
            pair("watch_level", "watch_reason"),
            "light_watch",
            pair("origin", "kin_in"),
            "note",
            submit=submit,
            cancel=cancel,
        )

    def clean(self) -> dict[str, Any]:
        """A watch has a reason; who is not watched needs none."""
        data = super().clean() or self.cleaned_data
        if data.get("watch_level") and not data.get("watch_reason"):
            self.add_error("watch_reason", _("Say why this home is watched."))
        return data

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class BaseListForm(UploadForm):
    """A base list, for which community, and whether it is complete."""

    columns = household_sheet.COLUMNS
    ignored = household_sheet.IGNORED

    gone = forms.BooleanField(
        label=_("The list is complete: whoever it lacks has moved out"),
        required=False,
        help_text=_("Without this they are only shown, and stay residents. It counts for the compounds the list names."),
    )
