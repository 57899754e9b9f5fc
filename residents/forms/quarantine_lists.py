"""What the lists and sheets of quarantine may be asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.forms import CleanTextMixin
from residents.models import Community, Compound
from residents.services import chat_groups


class CaseFilter(CleanTextMixin, forms.Form):
    """What a list of cases may be asked for."""

    q = forms.CharField(label=_("Name, room or phone"), max_length=40, required=False)
    compound = forms.ModelChoiceField(None, label=_("Compound"), required=False, empty_label=_("all compounds"))
    group = forms.ModelChoiceField(
        None, label=pgettext_lazy("where people talk", "Chat group"), required=False, empty_label=_("all")
    )

    def __init__(self, data: Any, *, communities: Any) -> None:
        super().__init__(data)
        self.fields["group"].queryset = chat_groups.of_quarantine(communities)  # type: ignore[attr-defined]
        self.fields["group"].widget.attrs["class"] = "form-select"
        self.fields["compound"].queryset = Compound.objects.within(communities)  # type: ignore[attr-defined]
        self.fields["q"].widget.attrs["class"] = "form-control"
        self.fields["compound"].widget.attrs["class"] = "form-select"

    def asked(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        return self.cleaned_data


class SheetForm(forms.Form):
    """Of which community a sheet is; asked only where there are several and no compound tells it."""

    community = forms.ModelChoiceField(None, label=_("Community"), required=False, empty_label=_("choose a community"))

    def __init__(self, data: Any = None, *, communities: Any, compound: Compound | None = None) -> None:
        super().__init__(data)
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
        self.fields["community"].widget.attrs["class"] = "form-select w-auto"
        # Two are enough to know that it must be asked.
        self.offered = [compound.community] if compound else list(communities[:2])

    @property
    def chosen(self) -> Community | None:
        """The community, if it is clear which one."""
        if len(self.offered) == 1:
            return self.offered[0]
        return self.cleaned_data.get("community") if self.is_valid() else None
