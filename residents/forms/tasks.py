"""What is asked when a task is written down, and at each of its steps."""

import re
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, KeyField, helper, pair
from residents.access import Permission
from residents.forms.steps import StepForm
from residents.models import Building, Community, Compound, Task, TaskKind, TaskSource
from residents.services.errand_homes import find_home
from residents.services.task_answers import answers
from residents.services.tasks import Place

BUILDING = re.compile(r"^\s*(\d{1,4}[A-Za-z]?)\s*(?:号楼|栋|幢|座|号)?\s*$")
# What somebody chooses; the others follow from where a task came from.
BY_HAND = (TaskSource.HAND, TaskSource.CHAT, TaskSource.MEETING)


def moment(**kwargs: Any) -> forms.DateTimeField:
    """An hour of a day."""
    return forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"), **kwargs)


class PlaceMixin(CleanTextMixin):
    """Where: a compound, and a home, a building or words in it."""

    cleaned_data: dict[str, Any]
    communities: Any

    def offer_compounds(self) -> None:
        """Only of one's own communities."""
        rows = Compound.objects.within(self.communities).select_related("community__subdistrict").order_by("community", "id")
        self.fields["compound"].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Something must be said of the place, and of which community it is."""
        facts: dict[str, Any] = super().clean() or self.cleaned_data  # type: ignore[misc]
        if not facts.get("compound") and "compound" not in self.errors:  # type: ignore[attr-defined]
            if not facts.get("where"):
                self.add_error("where", gettext("Say where: a home, a building, a compound, or in words."))  # type: ignore[attr-defined]
            elif self.communities.count() > 1:
                self.add_error("compound", gettext("Choose the compound: you work in several communities."))  # type: ignore[attr-defined]
        return facts

    def place(self) -> Place:
        """The nearest that the words mean; what they do not mean stays in words."""
        compound, where = self.cleaned_data["compound"], self.cleaned_data["where"]
        community: Community = compound.community if compound else self.communities.select_related("subdistrict").get()
        home = find_home(where, compound=compound, community=community)
        if home:
            return Place(community, home.entrance.building.compound, home.entrance.building, home)
        building = self._building(compound, where)
        return Place(community, compound, building, words="" if building else where)

    def _building(self, compound: Compound | None, where: str) -> Building | None:
        found = BUILDING.match(where)
        return compound.buildings.filter(number=found[1]).first() if compound and found else None


class TaskForm(PlaceMixin, forms.Form):
    """A task written down by hand, from the chat or from the morning's meeting."""

    key = KeyField()
    title = forms.CharField(label=_("what is to be done"), max_length=80)
    what = forms.CharField(
        label=_("details"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only whoever does it and the desk read this."),
    )  # fmt: skip
    compound = forms.ModelChoiceField(None, label=_("compound"), required=False)
    where = forms.CharField(
        label=_("home, building or place"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"placeholder": "17-3-702", "autocomplete": "off"}),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("kind"), choices=TaskKind, initial=TaskKind.OTHER)
    risk = forms.TypedChoiceField(label=_("risk"), choices=Task.Risk, coerce=int, initial=Task.Risk.LOW)
    source = forms.ChoiceField(label=_("came from"), choices=[(one.value, one.label) for one in BY_HAND])
    due_at = moment(label=pgettext_lazy("task", "due"), required=False)

    def __init__(self, *args: Any, communities: Any, cancel: str, **kwargs: Any) -> None:
        self.communities = communities
        super().__init__(*args, **kwargs)
        self.offer_compounds()
        self.helper = helper(
            self, "key", "title", pair("compound", "where"), "what", pair("kind", "risk"), pair("source", "due_at"),
            submit=_("Write it down"), cancel=cancel, action=reverse("residents:task_create"),
        )  # fmt: skip

    def clean_due_at(self) -> Any:
        """By yesterday helps nobody."""
        return in_future(self.cleaned_data["due_at"])


def in_future(due_at: Any) -> Any:
    """Refuse an hour that is past."""
    if due_at and due_at < timezone.now():
        raise forms.ValidationError(gettext("This hour is past. Choose a later one, or leave it empty."))
    return due_at


class ChatForm(CleanTextMixin, forms.Form):
    """A line of the chat group as it is."""

    compound = forms.ModelChoiceField(None, label=_("compound"))
    text = forms.CharField(
        label=_("message"), widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
        help_text=_("Paste it as it stands in the group. Nothing is stored before you have looked at it."),
    )  # fmt: skip
    longest_text = 20_000

    def __init__(self, *args: Any, communities: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Compound.objects.within(communities).select_related("community").order_by("community", "id")
        self.fields["compound"].queryset = rows  # type: ignore[attr-defined]
        self.initial.setdefault("compound", rows[0] if rows else None)
        self.helper = helper(self, "compound", "text", submit=_("Read it"), cancel=cancel)


class HelperForm(StepForm):
    """Who does it."""

    helper = forms.ModelChoiceField(None, label=_("who does it"))

    def prepare(self) -> None:
        """Only who does tasks here."""
        self.people("helper", Permission.TASK_DO)


class AssignForm(HelperForm):
    """Who does it, and who goes along."""

    team = forms.ModelMultipleChoiceField(None, label=_("who goes along"), required=False, widget=forms.CheckboxSelectMultiple)

    def prepare(self) -> None:
        """Only who does tasks here."""
        super().prepare()
        self.people("team", Permission.TASK_DO)


class LeadForm(StepForm):
    """Who leads on site."""

    lead = forms.ModelChoiceField(None, label=_("who leads on site"))

    def prepare(self) -> None:
        """Only who does tasks here."""
        self.people("lead", Permission.TASK_DO)


class FinishForm(StepForm):
    """Which record answers it, or what was done."""

    answer = forms.ChoiceField(label=_("record that answers it"), required=False, widget=forms.RadioSelect)
    result = forms.CharField(label=_("what was done"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def prepare(self) -> None:
        """What was recorded at this home since."""
        found = [(one.key, one.label) for one in answers(self.row)]
        if found:
            none = ("", gettext("none of these: I write what was done"))
            self.fields["answer"].choices = [*found, none]  # type: ignore[attr-defined]
            self.initial["answer"] = found[0][0]
        else:
            del self.fields["answer"]

    def clean(self) -> dict[str, Any]:
        """A tick alone says nothing."""
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not facts.get("answer") and not facts.get("result"):
            self.add_error("result", gettext("Say what was done, or choose the record that says so."))
        return facts


class ChangeForm(StepForm):
    """How risky, and by when."""

    risk = forms.TypedChoiceField(label=_("risk"), choices=Task.Risk, coerce=int)
    due_at = moment(label=pgettext_lazy("task", "due"))

    def prepare(self) -> None:
        """Begin with what it is now."""
        self.initial.update(risk=self.row.risk, due_at=timezone.localtime(self.row.due_at).replace(tzinfo=None))

    def clean_due_at(self) -> Any:
        """A late task gets a new hour, not an old one."""
        due_at = self.cleaned_data["due_at"]
        return due_at if due_at == self.row.due_at.replace(second=0, microsecond=0) else in_future(due_at)
