"""What the board's buttons and drags send: keys of rows."""

from django import forms

from checkpoints.models import Assignment, Shift
from deployments.models import Cadre
from residents.models import Community


class KeysForm(forms.Form):
    """Keys of one's own rows; whatever is not within one's communities is an error of the form."""

    def __init__(self, data: object, *, communities: object, fields: tuple[str, ...]) -> None:
        super().__init__(data)
        for name in fields:
            rows = {
                "shift": Shift.objects.select_related("post__compound"),
                "cadre": Cadre.objects.all(),
                "assignment": Assignment.objects.select_related("cadre", "shift__post__compound"),
                "other": Assignment.objects.select_related("cadre", "shift__post__compound"),
            }[name]
            self.fields[name] = forms.ModelChoiceField(rows.within(communities))


class DayForm(forms.Form):
    """A day of one of one's own communities."""

    community = forms.ModelChoiceField(Community.objects.none())
    day = forms.DateField()

    def __init__(self, data: object, *, communities: object) -> None:
        super().__init__(data)
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
