"""Forms about compounds and buildings."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, helper, pair
from residents.models import Building, Compound


class CompoundForm(CleanTextMixin, forms.ModelForm):
    """What is known of a compound."""

    class Meta:
        model = Compound
        fields = ("name", "kind", "property_company", "dwellings_count", "residents_count")

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("dwellings_count", "residents_count"):
            self.fields[name].validators.append(MaxValueValidator(1_000_000))
        self.helper = helper(self, *self.rows(), submit=submit, cancel=cancel)

    def rows(self) -> list[Any]:
        """The fields as they stand side by side."""
        return [pair("name", "kind"), "property_company", pair("dwellings_count", "residents_count")]

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class NewCompoundForm(CompoundForm):
    """A compound, and in which community."""

    community = forms.ModelChoiceField(None, label=_("community"))

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
        if len(communities) == 1:
            self.initial["community"] = communities[0]

    def rows(self) -> list[Any]:
        """The community first."""
        return ["community", *super().rows()]


class BuildingsForm(forms.Form):
    """Buildings that are alike, many at once."""

    first = forms.IntegerField(label=_("first number"), min_value=1, max_value=9999, initial=1)
    count = forms.IntegerField(label=_("how many buildings"), min_value=1, max_value=300)
    floors = forms.IntegerField(label=_("floors"), min_value=1, max_value=120, initial=7)
    entrances = forms.IntegerField(
        label=_("entrances each"), min_value=0, max_value=30, initial=1, help_text=_("0 if the building has none.")
    )
    has_lift = forms.BooleanField(label=_("has a lift"), required=False)

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(
            self, pair("first", "count"), pair("floors", "entrances"), "has_lift", submit=submit, cancel=cancel
        )


class BuildingForm(CleanTextMixin, forms.ModelForm):
    """One building."""

    more_entrances = forms.IntegerField(label=_("add entrances"), min_value=0, max_value=30, initial=0)

    class Meta:
        model = Building
        fields = ("number", "floors", "has_lift")

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, pair("number", "floors", "more_entrances"), "has_lift", submit=submit, cancel=cancel)

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
