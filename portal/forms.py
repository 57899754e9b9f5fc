"""What one can ask the pages above all apps."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts import trail
from portal.lib.forms import CleanTextMixin


class SearchForm(CleanTextMixin, forms.Form):
    """A part of a name, the end of a phone number, or a unit."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "class": "form-control"}),
    )


class TrailForm(CleanTextMixin, forms.Form):
    """Which lines of the audit trail."""

    day = forms.DateField(label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    who = forms.CharField(label=_("Person"), required=False, max_length=40)
    kind = forms.ChoiceField(label=_("What"), required=False)
    table = forms.ChoiceField(label=_("Record"), required=False)
    row = forms.CharField(label=_("Number"), required=False, max_length=40)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
        self.fields["kind"].choices = [("", _("everything")), *trail.verb_choices()]  # type: ignore[attr-defined]
        self.fields["table"].choices = [("", _("all")), *trail.table_choices()]  # type: ignore[attr-defined]
