"""What is asked when something is brought up, and at each of its steps."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, KeyField, helper, pair
from residents.access import Permission
from residents.forms.errands import PHONE
from residents.forms.steps import StepForm
from residents.forms.tasks import PlaceMixin, moment
from residents.models import Matter, MatterKind
from residents.models.matters import APPEALS
from residents.services.ask_sheets import Sheet


class MatterForm(PlaceMixin, forms.Form):
    """A problem, a fault, a dispute, an incident: as it is told."""

    key = KeyField()
    kind = forms.ChoiceField(label=_("kind"), choices=MatterKind)
    what = forms.CharField(
        label=pgettext_lazy("matter", "what happened"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
    level = forms.TypedChoiceField(
        label=pgettext_lazy("mood of residents", "level"), coerce=int, empty_value=None, required=False,
        choices=[("", "—"), *Matter.Level.choices], help_text=_("Of an early sign: what is felt before it breaks out."),
    )  # fmt: skip
    parties = forms.CharField(
        label=_("between whom"), max_length=200, required=False,
        help_text=_("Of a dispute. From then on only those who handle it and the secretary read it."),
    )  # fmt: skip
    compound = forms.ModelChoiceField(None, label=_("compound"), required=False)
    where = forms.CharField(
        label=_("home, building or place"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"placeholder": "17-3-702", "autocomplete": "off"}),
    )  # fmt: skip
    name = forms.CharField(label=_("who says so"), max_length=40, required=False)
    phone = forms.CharField(label=_("phone"), max_length=20, required=False, validators=[PHONE])

    def __init__(self, *args: Any, communities: Any, cancel: str, **kwargs: Any) -> None:
        self.communities = communities
        super().__init__(*args, **kwargs)
        self.offer_compounds()
        rows = ["key", pair("kind", "level"), "what", "parties", pair("compound", "where"), pair("name", "phone")]
        self.helper = helper(self, *rows, submit=_("Take it down"), cancel=cancel, action=reverse("residents:matter_create"))

    def clean(self) -> dict[str, Any]:
        """A dispute is between somebody, an early sign has a level; nothing else has one."""
        facts = super().clean()
        if facts.get("kind") != MatterKind.SIGN:
            facts["level"] = None
        elif not facts.get("level") and "level" not in self.errors:
            self.add_error("level", gettext("Say how far the early sign has come."))
        if facts.get("kind") == MatterKind.DISPUTE and not facts.get("parties") and "parties" not in self.errors:
            self.add_error("parties", gettext("Say between whom the dispute is."))
        return facts


class OwnForm(CleanTextMixin, forms.Form):
    """What a resident writes behind the sheet at the door."""

    key = KeyField()
    kind = forms.ChoiceField(label=_("what is it about"), choices=[(kind.value, kind.label) for kind in APPEALS])
    what = forms.CharField(
        label=pgettext_lazy("matter", "what happened"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5})
    )
    home = forms.CharField(max_length=40)
    name = forms.CharField(label=_("your name"), max_length=40)
    phone = forms.CharField(
        label=_("your phone"), max_length=20, validators=[PHONE], widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def __init__(self, *args: Any, sheet: Sheet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        home = self.fields["home"]
        home.label = _("your room") if sheet.entrance else _("building-entrance-room")
        home.widget.attrs["placeholder"] = "702" if sheet.entrance else "17-3-702"

    def facts(self) -> dict[str, Any]:
        """What the service is told."""
        return dict(self.cleaned_data)


class GiveForm(StepForm):
    """Who handles it, and who helps."""

    handler = forms.ModelChoiceField(None, label=_("who handles it"))
    helpers = forms.ModelMultipleChoiceField(
        None, label=_("who helps to mediate"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        """Only who works here."""
        self.people("handler", Permission.MATTER_RAISE)
        self.people("helpers", Permission.MATTER_RAISE)


class DoneForm(StepForm):
    """One thing that was done."""

    text = forms.CharField(label=_("what was done"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    for_resident = forms.BooleanField(label=_("the resident reads it"), required=False)

    def prepare(self) -> None:
        """The parties of a dispute have no page to read, nor has anybody of an early sign."""
        if self.row.is_inward:
            del self.fields["for_resident"]


class LevelForm(StepForm):
    """How far an early sign has come, and what is done."""

    level = forms.TypedChoiceField(label=pgettext_lazy("mood of residents", "level"), coerce=int, choices=Matter.Level.choices)
    text = forms.CharField(label=_("what is done about it"), max_length=280, widget=forms.Textarea(attrs={"rows": 3}))


class FirmForm(StepForm):
    """Which firm was called, and what it said."""

    firm = forms.CharField(label=_("firm"), max_length=60)
    firm_phone = forms.CharField(label=_("phone of the firm"), max_length=20, required=False, validators=[PHONE])
    reply = forms.CharField(label=_("what the firm said"), max_length=200, required=False)


class SolveForm(StepForm):
    """How it ended."""

    outcome = forms.CharField(label=_("outcome"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    satisfaction = forms.ChoiceField(
        label=_("satisfaction"), required=False, choices=[("", _("not asked")), *Matter.Satisfaction.choices]
    )
    fixed_at = moment(label=_("fixed"), required=False)
    witnesses = forms.CharField(
        label=_("who was there when the door was opened"), max_length=200,
        help_text=_("Police, property management, neighbours."),
    )  # fmt: skip

    def prepare(self) -> None:
        """Only a fault is fixed at an hour, only a door is opened before witnesses."""
        if self.row.kind != MatterKind.LOCK_OUT:
            del self.fields["witnesses"]
        if self.row.kind != MatterKind.FAULT:
            del self.fields["fixed_at"]

    def clean_fixed_at(self) -> Any:
        """Not before it was reported, not tomorrow."""
        fixed_at = self.cleaned_data["fixed_at"]
        if fixed_at and not self.row.reported_at.replace(second=0, microsecond=0) <= fixed_at <= timezone.now():
            raise forms.ValidationError(gettext("Choose an hour between the report and now."))
        return fixed_at
