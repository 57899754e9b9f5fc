"""What a step of a record asks (views.steps)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.lib.forms import CleanTextMixin, helper
from residents.access import Permission, holders


class StepForm(CleanTextMixin, forms.Form):
    """A step that asks nothing more."""

    def __init__(self, *args: Any, row: Any, step: Any, by: User, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.by = row, by
        self.prepare()
        self.helper = helper(self, submit=step.label, cancel=cancel, danger=step.danger)

    def prepare(self) -> None:
        """Fill what depends on the record."""

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        return dict(self.cleaned_data)

    def people(self, name: str, permission: Permission) -> None:
        """Offer only those who may do it in this community."""
        rows = holders(permission, self.row.community_id).order_by("name", "pk")
        self.fields[name].queryset = rows  # type: ignore[attr-defined]


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(label=_("reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class NoteForm(StepForm):
    """One more word."""

    text = forms.CharField(label=_("note"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
