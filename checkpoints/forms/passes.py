"""Looking for passes, asking for one, and the words its steps need."""

from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.models import EntryPass, PassKind, Proof
from checkpoints.models.passes import OUTSIDERS, PassQuerySet
from checkpoints.services.pass_parties import Word
from portal.lib.forms import CleanTextMixin, DayField, helper, pair
from residents.models import Building, Compound, Resident
from residents.services import search

ANY = [("", _("all"))]
SIZES = [("card", _("cards, ten on A4")), ("wallet", _("wallet size")), ("large", _("large print, two on A4"))]


class PassFilter(CleanTextMixin, forms.Form):
    """What people ask of the list; nonsense asks nothing."""

    compound = forms.ModelChoiceField(Compound.objects.none(), required=False, label=_("Compound"), empty_label=_("all"))
    kind = forms.ChoiceField(choices=ANY + PassKind.choices, required=False, label=_("Kind"))
    q = forms.CharField(required=False, label=_("Number or room"), max_length=40)

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compound"].queryset = Compound.objects.within(communities)  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control" if isinstance(field, forms.CharField) else "form-select"
        self.is_valid()

    def applied(self, rows: PassQuerySet) -> PassQuerySet:
        asked = self.cleaned_data
        if asked.get("compound"):
            rows = rows.filter(compound=asked["compound"])
        if asked.get("kind"):
            rows = rows.filter(kind=asked["kind"])
        return rows.filter(self._named(asked["q"])) if asked.get("q") else rows

    def _named(self, text: str) -> Q:
        if text.isascii() and text.isdigit() and len(text) < 9:
            return Q(number=int(text)) | Q(dwelling__room_no=text)
        if home := search.parts(text):
            building, entrance, room = home
            return Q(
                dwelling__entrance__building__number=building, dwelling__entrance__number=entrance, dwelling__room_no=room
            )  # fmt: skip
        return Q(holder__contains=text) | Q(resident__name__contains=text)


class PassForm(CleanTextMixin, forms.Form):
    """A pass for a home, for one person of it, or for somebody from outside."""

    compound = forms.ModelChoiceField(Compound.objects.none(), label=_("Compound"), empty_label=None)
    kind = forms.ChoiceField(choices=PassKind.choices, label=_("Kind"))
    home = forms.CharField(
        label=_("Home"), max_length=60, required=False, widget=forms.TextInput(attrs={"placeholder": "17-3-702"})
    )
    person = forms.CharField(
        label=_("Person"), max_length=40, required=False, help_text=_("Empty: the pass is the household's.")
    )
    purpose = forms.CharField(label=_("Purpose"), max_length=120, required=False)
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(label=_("Valid until"), required=False, help_text=_("A day pass: the same day."))

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compound"].queryset = Compound.objects.within(communities).select_related("community")  # type: ignore[attr-defined]
        self.initial.setdefault("valid_from", timezone.localdate())
        self.helper = helper(
            self, pair("compound", "kind"), pair("home", "person"), "purpose", pair("valid_from", "valid_until"), tag=False
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        data["dwelling"] = self._home(data)
        outsider = data["kind"] in OUTSIDERS
        data["holder"] = data["person"] if outsider else ""
        data["resident"] = None if outsider or not data["person"] else self._resident(data)
        if outsider and not data["person"]:
            self.add_error("person", _("Write the name of whoever comes."))
        return data

    def _home(self, data: dict[str, Any]) -> Any:
        if not data["home"]:
            if data["kind"] not in OUTSIDERS:
                self.add_error("home", _("Write the home, such as 17-3-702."))
            return None
        found = search.home_of(data["compound"].community, data["home"], compound=data["compound"])
        if found is None:
            self.add_error("home", _("The ledger of this compound has no such home. Write it like 17-3-702."))
        return found

    def _resident(self, data: dict[str, Any]) -> Resident | None:
        if data["dwelling"] is None:
            return None
        found = list(Resident.objects.registered().filter(dwelling=data["dwelling"], name=data["person"])[:2])
        if len(found) != 1:
            self.add_error("person", _("Nobody of this name lives in this home. Write the name as the ledger has it."))
        return found[0] if len(found) == 1 else None

    def facts(self) -> dict[str, Any]:
        """What the service is told."""
        names = ("compound", "kind", "dwelling", "resident", "holder", "purpose", "valid_from", "valid_until")
        return {name: self.cleaned_data[name] for name in names}


class IssueAllForm(forms.Form):
    """A household pass for every home of a compound."""

    compound = forms.ModelChoiceField(Compound.objects.none(), label=_("Compound"), empty_label=None)
    valid_from = DayField(label=_("Valid from"))
    valid_until = DayField(label=_("Valid until"), required=False)

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compound"].queryset = Compound.objects.within(communities).select_related("community")  # type: ignore[attr-defined]
        self.initial.setdefault("valid_from", timezone.localdate())
        self.helper = helper(self, "compound", pair("valid_from", "valid_until"), submit=_("Issue to every home without one"))


class ReasonForm(CleanTextMixin, forms.Form):
    """Why a pass is suspended, voided or replaced."""

    reason = forms.CharField(label=_("Reason"), max_length=120)


class PrintForm(forms.Form):
    """Which passes, and how large."""

    compound = forms.ModelChoiceField(Compound.objects.none(), label=_("Compound"), empty_label=None)
    building = forms.ModelChoiceField(Building.objects.none(), label=_("Building"), required=False, empty_label=_("all"))
    kind = forms.ChoiceField(choices=ANY + PassKind.choices, required=False, label=_("Kind"))
    size = forms.ChoiceField(choices=SIZES, label=_("Size"))

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compound"].queryset = Compound.objects.within(communities).select_related("community")  # type: ignore[attr-defined]
        buildings = Building.objects.within(communities).select_related("compound")
        self.fields["building"].queryset = buildings  # type: ignore[attr-defined]
        self.fields["building"].label_from_instance = lambda row: f"{row.compound} {row}"  # type: ignore[attr-defined]
        self.helper = helper(self, pair("compound", "building"), pair("kind", "size"), submit=_("Draw the sheet"))

    def asked(self) -> PassQuerySet:
        data = self.cleaned_data
        rows = EntryPass.objects.live().exclude(state=EntryPass.State.REQUESTED).filter(compound=data["compound"])
        if data["building"]:
            rows = rows.filter(dwelling__entrance__building=data["building"])
        return rows.filter(kind=data["kind"]) if data["kind"] else rows


class LookUpForm(forms.Form):
    """What the guard scans, types or is told."""

    q = forms.CharField(required=False, max_length=300)
    way = forms.ChoiceField(choices=[("out", "out"), ("in", "in")], required=False)


class WordForm(forms.Form):
    """What the gate says with a press: what was looked at, or the lead's reason."""

    proofs = forms.MultipleChoiceField(choices=Proof.choices, required=False)
    confirmed = forms.BooleanField(required=False)
    override = forms.CharField(required=False, max_length=120)

    def word(self) -> Word:
        """As the services ask for it; what cannot be read says nothing."""
        if not self.is_valid():
            return Word()
        said = self.cleaned_data
        return Word(said["confirmed"], tuple(said["proofs"]), said["override"])


class UseForm(WordForm):
    """One press at the gate."""

    passage = forms.UUIDField()
    way = forms.ChoiceField(choices=[("out", "out"), ("in", "in")])
    persons = forms.IntegerField(min_value=1, max_value=20, required=False)
    temperature = forms.CharField(required=False, max_length=8)
