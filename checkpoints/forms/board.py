"""What the board's buttons and drags send: keys of rows."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from checkpoints.models import Assignment, Shift
from deployments.models import Cadre
from residents.models import Community

LARGEST = 2**63 - 1


class KeysForm(forms.Form):
    """Keys of one's own rows; cleaned, they are the rows. Whatever is not within one's communities is an error."""

    def __init__(self, data: Mapping[str, Any], *, communities: object, fields: tuple[str, ...]) -> None:
        super().__init__(data)
        self.communities = communities
        for name in fields:
            self.fields[name] = forms.IntegerField(min_value=1, max_value=LARGEST)

    def clean(self) -> dict[str, Any]:
        stands = Assignment.objects.select_related("cadre", "shift__post__compound__community")
        shifts = Shift.objects.select_related("post__compound__community")
        return (
            self._rows(stands, "assignment", "other") | self._rows(shifts, "shift") | self._rows(Cadre.objects.all(), "cadre")
        )

    def _rows(self, rows: Any, *names: str) -> dict[str, Any]:
        asked = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        found = {row.pk: row for row in rows.within(self.communities).filter(pk__in=asked.values())} if asked else {}
        if not set(asked.values()) <= set(found):
            raise ValidationError("not found")
        return {name: found[pk] for name, pk in asked.items()}


class DayForm(forms.Form):
    """A day of one of one's own communities."""

    community = forms.ModelChoiceField(Community.objects.none())
    day = forms.DateField()

    def __init__(self, data: Mapping[str, Any], *, communities: object) -> None:
        super().__init__(data)
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
