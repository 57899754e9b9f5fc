"""Forms about ledgers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, helper, pair
from residents.ledgers.sources import Source
from residents.models import Community, Ledger


class LedgerForm(CleanTextMixin, forms.ModelForm):
    """What a ledger is called, whom it names and what it says of them."""

    columns = forms.MultipleChoiceField(label=_("columns"), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = Ledger
        fields = ("code", "name", "is_kept")

    def __init__(self, *args: Any, source: Source, community: Community, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        self.fields["columns"].choices = [(column.key, column.label) for column in source.columns]  # type: ignore[attr-defined]
        self.initial["columns"] = self.instance.columns or list(source.standard)
        for narrowing in source.filters:
            self.fields[f"by_{narrowing.key}"] = forms.ChoiceField(
                label=str(narrowing.label), choices=[("", _("all")), *narrowing.choices(community)], required=False
            )
            self.initial[f"by_{narrowing.key}"] = self.instance.filters.get(narrowing.key, "")
        choices = [f"by_{narrowing.key}" for narrowing in source.filters]
        kept = ["is_kept"] if self.instance.pk else []
        if not kept:
            del self.fields["is_kept"]
        self.helper = helper(self, pair("code", "name"), pair(*choices), "columns", *kept, submit=submit, cancel=cancel)

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        said = self.cleaned_data
        filters = {narrowing.key: said[f"by_{narrowing.key}"] for narrowing in self.source.filters}
        plain: dict[str, Any] = {name: said[name] for name in ("code", "name", "is_kept", "columns") if name in said}
        return {**plain, "filters": {key: value for key, value in filters.items() if value}}


class RowFilter(forms.Form):
    """What the rows of an open ledger are narrowed by, besides what the ledger itself says."""

    def __init__(self, data: Any, *, source: Source, ledger: Ledger) -> None:
        super().__init__(data)
        for narrowing in source.filters:
            if not ledger.filters.get(narrowing.key):
                choices = [("", _("all")), *narrowing.choices(ledger.community)]
                self.fields[narrowing.key] = forms.ChoiceField(label=str(narrowing.label), choices=choices, required=False)
                self.fields[narrowing.key].widget.attrs["class"] = "form-select"

    def asked(self) -> dict[str, str]:
        """What was chosen and makes sense."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value}
