"""The timetable of a round: in a minute, by what everybody knows."""

import datetime as dt
import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, DayField, RowsField, helper, pair
from residents.models import Building, CareCategory, Community, Compound, Dwelling, RoundPlan
from residents.rounds import KINDS, kind_of
from residents.services import rounds

MOST_SLOTS = 12
MOST_CHOSEN = 1000


class SlotsField(forms.CharField):
    """08:00 13:00, with any separator and full-width colons, as a list in order."""

    def clean(self, value: Any) -> Any:
        """Read the times."""
        text = super().clean(value)
        found = re.findall(r"\d{1,2}:\d{2}", unicodedata.normalize("NFKC", text))
        rest = re.sub(r"\d{1,2}:\d{2}|[\s,;、和]", "", unicodedata.normalize("NFKC", text))
        try:
            times = sorted({dt.datetime.strptime(one, "%H:%M").time() for one in found})  # noqa: DTZ007
        except ValueError as error:
            raise ValidationError(_("Write times like 08:00 13:00.")) from error
        if rest or not 0 < len(times) <= MOST_SLOTS:
            raise ValidationError(_("Write times like 08:00 13:00."))
        return [f"{time:%H:%M}" for time in times]

    def prepare_value(self, value: Any) -> Any:
        """Show the list as one line."""
        return " ".join(value) if isinstance(value, list) else value


class RoundPlanForm(CleanTextMixin, forms.ModelForm):
    """A plan of one kind in one community."""

    slots = SlotsField(label=_("times of the day"), max_length=120, help_text=_("For example 08:00 13:00."))
    starts_on = DayField(label=_("starts on"))
    ends_on = DayField(label=_("ends on"), required=False, help_text=_("Empty: until you end it."))
    homes = forms.CharField(
        label=_("homes, as building-entrance-room"),
        required=False,
        max_length=12_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example 17-3-702; one a line or with commas."),
    )

    class Meta:
        model = RoundPlan
        fields = (
            "name",
            "compound",
            "building",
            "whom",
            "categories",
            "places",
            "slots",
            "minutes",
            "starts_on",
            "ends_on",
            "team",
        )
        field_classes = {"categories": RowsField, "team": RowsField}
        widgets = {
            "places": forms.Textarea(attrs={"rows": 4}),
            "categories": forms.CheckboxSelectMultiple,
            "team": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, community: Community, kind: str, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.community, self.kind = community, kind_of(kind)
        self._narrow()
        self._drop()
        if self.instance.pk is None:
            self._suggest()
        else:
            self.initial["homes"] = "\n".join(map(str, self._chosen()))
        whom = ["places"] if self.of_places else ["whom", "categories", "homes"]
        self.helper = helper(
            self, "name", pair("compound", "building"), *whom, pair("slots", "minutes"), pair("starts_on", "ends_on"), "team",
            submit=submit, cancel=cancel,
        )  # fmt: skip

    @property
    def of_places(self) -> bool:
        """Whether the kind goes to places, not to homes."""
        return self.kind.whom == RoundPlan.Whom.PLACES

    def _drop(self) -> None:
        """Ask only what this kind needs."""
        for name in ("whom", "categories", "homes") if self.of_places else ("places",):
            del self.fields[name]
        if not self.of_places:
            homes = [choice for choice in RoundPlan.Whom.choices if choice[0] != RoundPlan.Whom.PLACES]
            self.fields["whom"].choices = homes  # type: ignore[attr-defined]

    def _narrow(self) -> None:
        fields: dict[str, Any] = self.fields
        fields["compound"].queryset = Compound.objects.filter(community=self.community)
        buildings = Building.objects.filter(compound__community=self.community).select_related("compound")
        fields["building"].queryset = buildings
        fields["building"].label_from_instance = lambda building: f"{building.compound} {building}"
        fields["categories"].queryset = CareCategory.objects.all()
        fields["categories"].label_from_instance = lambda category: category.label
        fields["team"].queryset = rounds.takers(self.community)

    def _suggest(self) -> None:
        self.initial.setdefault("name", self.kind.label)
        self.initial.setdefault("whom", self.kind.whom)
        self.initial.setdefault("slots", list(self.kind.slots))
        self.initial.setdefault("starts_on", timezone.localdate())
        if self.kind.categories:
            chosen = CareCategory.objects.filter(code__in=self.kind.categories)
            self.initial.setdefault("categories", [category.pk for category in chosen])

    def _chosen(self) -> list[Dwelling]:
        return list(self.instance.dwellings.select_related("entrance__building").in_place_order())

    def clean_homes(self) -> list[Dwelling]:
        """The homes that are written, each found; the first that is not is named."""
        text = unicodedata.normalize("NFKC", self.cleaned_data["homes"])
        wanted = list(dict.fromkeys(re.findall(r"[^\s,;、]+", text)))
        if len(wanted) > MOST_CHOSEN:
            raise ValidationError(_("These are too many homes to choose one by one. Choose a building or a rule."))
        known = self._known(wanted)
        if missing := [name for name in wanted if name not in known]:
            raise ValidationError(
                _("There is no home %(name)s here. Write building-entrance-room."), params={"name": missing[0]}
            )
        return [known[name] for name in wanted]

    def _known(self, wanted: list[str]) -> dict[str, Dwelling]:
        """The homes by what they are called; a name that two compounds have asks for the compound."""
        rooms = {name.rpartition("-")[2] for name in wanted}
        rows = Dwelling.objects.filter(community=self.community, room_no__in=rooms).select_related("entrance__building")
        if compound := self.cleaned_data.get("compound"):
            rows = rows.filter(entrance__building__compound=compound)
        found: dict[str, Dwelling] = {}
        for dwelling in rows:
            if found.setdefault(str(dwelling), dwelling) != dwelling and str(dwelling) in wanted:
                raise ValidationError(
                    _("Several compounds have a home %(name)s. Choose the compound above.") % {"name": dwelling}
                )
        return found

    def clean(self) -> dict[str, Any]:
        """What the rule needs must be there, and the building must stand in the compound."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        compound, building, whom = cleaned.get("compound"), cleaned.get("building"), cleaned.get("whom")
        if building and compound and building.compound_id != compound.pk:
            self.add_error("building", _("This building stands in another compound."))
        if whom == RoundPlan.Whom.CHOSEN and "homes" in cleaned and not cleaned["homes"]:
            self.add_error("homes", _("Write the homes this round visits."))
        for field, rule in {"categories": RoundPlan.Whom.CARE, "homes": RoundPlan.Whom.CHOSEN}.items():
            if cleaned.get(field) and whom and whom != rule:
                said = _("Below are %(what)s: choose “%(rule)s” here, or leave them out.")
                what = str(self.fields[field].label).lower()
                self.add_error("whom", ValidationError(said, params={"what": what, "rule": rule.label}))
        if self.of_places and "places" in cleaned and not cleaned["places"].strip():
            self.add_error("places", _("Write the places this round visits, one a line."))
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        said = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        if self.of_places:
            return {**said, "whom": RoundPlan.Whom.PLACES}
        return {**said, "dwellings": self.cleaned_data["homes"]}


class NewPlanForm(forms.Form):
    """The first step: which kind, and where."""

    kind = forms.ChoiceField(label=_("kind"))
    community = forms.ModelChoiceField(Community.objects.none(), label=_("community"))

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.code, kind.label) for kind in KINDS.values()]  # type: ignore[attr-defined]
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
