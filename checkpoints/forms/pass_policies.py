"""A pass rule, written as the sentence it will be read as."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkpoints.models import PassKind, PassPolicy, Proof
from checkpoints.models.passes import OUTSIDERS
from checkpoints.services import pass_policies
from checkpoints.services.pass_words import WEEKDAYS
from portal.lib.forms import CleanTextMixin, DayField
from residents.models import Compound, ControlLevel

CLOCK = {"type": "time"}
VOIDS = [("returnee", _("a returnee moves into the home"))]


class PassPolicyForm(CleanTextMixin, forms.ModelForm):
    """Where, from when, how often, when, for how long, with what proofs."""

    place = forms.ChoiceField(label=_("Where"))
    level = forms.ChoiceField(
        label=_("Control level"), choices=[("", _("at any control level")), *ControlLevel.choices], required=False
    )
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"), required=False)
    # The columns are text and lists; the sentence has boxes to tick.
    weekdays = forms.MultipleChoiceField(
        label=_("days of the week"), choices=list(WEEKDAYS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    proofs = forms.MultipleChoiceField(
        label=_("proofs"), choices=Proof.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    exempt = forms.MultipleChoiceField(
        label=_("trips are not counted for"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[pair for pair in PassKind.choices if pair[0] not in {"household", *OUTSIDERS}],
    )  # fmt: skip
    voids = forms.MultipleChoiceField(
        label=_("what voids a pass"), choices=VOIDS, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = PassPolicy
        fields = pass_policies.FIELDS
        widgets = {
            "from_time": forms.TimeInput(attrs=CLOCK, format="%H:%M"),
            "until_time": forms.TimeInput(attrs=CLOCK, format="%H:%M"),
        }

    def __init__(self, *args: Any, compounds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[str, tuple[Any, Compound | None]] = {}
        for compound in compounds:
            self.places.setdefault(f"c{compound.community_id}", (compound.community, None))
            self.places[f"k{compound.pk}"] = (compound.community, compound)
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (key, str(compound or _("all of %(community)s") % {"community": community}))
            for key, (community, compound) in self.places.items()
        ]
        for name in ("persons", "trips", "period_days", "max_minutes"):
            self.fields[name].widget.attrs.update({"inputmode": "numeric", "min": "0"})

    def clean_weekdays(self) -> str:
        return ",".join(sorted(self.cleaned_data["weekdays"]))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("days") != PassPolicy.Days.WEEKDAYS:
            # Boxes ticked before the choice was changed mean nothing.
            data["weekdays"] = ""
        return data

    def where(self) -> dict[str, Any]:
        """Community and compound of the chosen place."""
        community, compound = self.places[self.cleaned_data["place"]]
        return {"community": community, "compound": compound}

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in pass_policies.FIELDS}


class EndForm(forms.Form):
    """The last day of a rule."""

    on = DayField(label=_("Last day"))
