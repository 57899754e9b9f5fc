"""What is asked when an errand is taken down, and at each of its steps."""

import unicodedata
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.lib import photos
from portal.lib.forms import CleanCharField, CleanTextMixin, KeyField, helper, pair
from portal.lib.languages import in_language
from residents.forms.steps import StepForm
from residents.models import Compound, Dwelling, Errand, ErrandKind, ErrandLine, Outcome, Stop, Task, Urgency
from residents.models.errand_kinds import DETAILS
from residents.models.errand_states import FAILURES, SUCCESSES
from residents.services import errand_chat, errand_rounds, helpers, rounds
from residents.services.errand_chat import LONGEST
from residents.services.errand_homes import find_home, find_resident
from residents.services.errand_requests import MOST_LINES, Place, Thing, things_in

# With a one in front and seven to ten digits it is a mobile number with some of its eleven missing: nobody could ring back.
PHONE = RegexValidator(r"^(?!1(?:[ -]?\d){6,9}[ -]*$)\+?[\d -]{5,20}$", _("This is no phone number. Type all its digits."))


class AskMixin(CleanTextMixin):
    """What every request has, whoever writes it: what, the questions of its kind, and a key that makes it one."""

    asked: ErrandKind
    # The desk asks until it knows; a resident who does not know is rung up.
    strict = False
    cleaned_data: dict[str, Any]

    def add_questions(self) -> list[str]:
        """Give the form one field for each question of the kind."""
        for key in self.asked.asks:
            if key in DETAILS:
                self.fields[f"detail_{key}"] = CleanCharField(
                    label=DETAILS[key], required=self.strict and key in self.asked.required, max_length=80
                )  # fmt: skip
        return [name for name in self.fields if name.startswith("detail_")]

    @property
    def details(self) -> dict[str, str]:
        """The answers by their question."""
        return {name.removeprefix("detail_"): value for name, value in self.cleaned_data.items() if name.startswith("detail_")}

    def clean_phone(self) -> str:
        """As digits: many keyboards write them in full width."""
        return unicodedata.normalize("NFKC", self.cleaned_data["phone"]).strip()

    def clean_home(self) -> str:
        """The same for the number of a home."""
        return unicodedata.normalize("NFKC", self.cleaned_data["home"]).strip()[:40]

    def clean_what(self) -> str:
        """Something must be wanted, and no more than fits on a list."""
        what: str = self.cleaned_data["what"].replace("\r\n", "\n")
        if len(self.things(what)) > MOST_LINES:
            raise forms.ValidationError(
                gettext("At most %(most)s things in one request. Make two of it.") % {"most": MOST_LINES}
            )
        return what

    def things(self, what: str) -> list[Thing]:
        """The list of goods, where the kind is one."""
        return things_in(what) if self.asked.is_goods else []


class ErrandForm(AskMixin, forms.Form):
    """A request that somebody phoned, wrote in the chat or said at the door."""

    strict = True

    key = KeyField()
    kind = forms.CharField(max_length=24, widget=forms.HiddenInput)
    # The door of a round at which it was heard.
    stop = forms.ModelChoiceField(None, required=False, widget=forms.HiddenInput)
    # The work during which it was heard.
    source_task = forms.ModelChoiceField(None, required=False, widget=forms.HiddenInput)
    # What a pasted message says of other homes, to be looked at next.
    rest = forms.CharField(required=False, max_length=60_000, widget=forms.HiddenInput)
    compound = forms.ModelChoiceField(None, label=_("compound"))
    home = forms.CharField(
        label=_("home"), max_length=40, widget=forms.TextInput(attrs={"placeholder": "17-3-702", "autocomplete": "off"})
    )
    name = forms.CharField(label=pgettext_lazy("errand", "for whom"), max_length=40, required=False)
    phone = forms.CharField(label=_("phone"), max_length=20, required=False, validators=[PHONE])
    what = forms.CharField(
        label=_("what is needed"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One thing a line."),
    )  # fmt: skip
    urgency = forms.TypedChoiceField(label=_("urgency"), choices=Urgency, coerce=int, initial=Urgency.NORMAL)
    channel = forms.ChoiceField(label=_("came by"), choices=Errand.Channel.choices[1:], initial=Errand.Channel.PHONE)
    need_by = forms.DateTimeField(
        label=_("needed by"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    def __init__(self, *args: Any, communities: Any, kind: ErrandKind, submit: Any, cancel: str, **kwargs: Any) -> None:
        self.asked = kind
        super().__init__(*args, **kwargs)
        questions = self.add_questions()
        compounds = Compound.objects.within(communities).select_related("community").order_by("community", "id")
        self.fields["compound"].queryset = compounds  # type: ignore[attr-defined]
        self.fields["stop"].queryset = Stop.objects.within(communities)  # type: ignore[attr-defined]
        self.fields["source_task"].queryset = Task.objects.within(communities)  # type: ignore[attr-defined]
        self.fields["what"].widget.attrs["placeholder"] = in_language(kind, "example")
        self.initial["kind"] = kind.code
        rows = [
            "key",
            "kind",
            "stop",
            "source_task",
            "rest",
            pair("compound", "home"),
            pair("name", "phone"),
            "what",
            *map(pair, questions[::2], questions[1::2]),
            *questions[len(questions) // 2 * 2 :],
        ]
        self.helper = helper(self, *rows, pair("urgency", "channel", "need_by"), submit=submit, cancel=cancel,
                             action=reverse("residents:errand_create"))  # fmt: skip
        # What stands beside the form belongs to it as well: the other kinds.
        self.helper.form_id = "errand-form"

    def clean_need_by(self) -> Any:
        """By yesterday helps nobody."""
        need_by = self.cleaned_data["need_by"]
        if need_by and need_by < timezone.now():
            raise forms.ValidationError(gettext("This hour is past. Choose a later one, or leave it empty."))
        return need_by

    def clean_rest(self) -> list[tuple[str, str]]:
        """Homes and their lines; anything else is nothing."""
        return errand_chat.carried(self.cleaned_data["rest"])

    def place(self) -> Place:
        """For which home and whom, as far as the ledger knows it."""
        facts, compound = self.cleaned_data, self.cleaned_data["compound"]
        dwelling = find_home(facts["home"], compound=compound, community=compound.community)
        resident = find_resident(dwelling, facts["name"], facts["phone"])
        return Place(
            compound.community, dwelling, None, self._written(dwelling), resident, facts["name"], facts["phone"]
        )  # fmt: skip

    def _written(self, dwelling: Dwelling | None) -> str:
        home = str(self.cleaned_data["home"])
        return home if dwelling else f"{self.cleaned_data['compound']} {home}"[:40]


class PasteForm(CleanTextMixin, forms.Form):
    """A chat message as it is."""

    longest_text = LONGEST

    compound = forms.ModelChoiceField(None, label=_("compound"))
    text = forms.CharField(
        label=_("message"), widget=forms.Textarea(attrs={"rows": 8, "autofocus": True}),
        help_text=_("Paste it as it stands in the group. Nothing is stored before you have looked at it."),
    )  # fmt: skip

    def __init__(self, *args: Any, communities: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        compounds = Compound.objects.within(communities).select_related("community").order_by("community", "id")
        self.fields["compound"].queryset = compounds  # type: ignore[attr-defined]
        if len(compounds) == 1:
            self.initial["compound"] = compounds[0]
        self.helper = helper(self, "compound", "text", submit=_("Read it"), cancel=cancel)


class PhotoMixin(forms.Form):
    """A photo of the door, where one is wanted."""

    photo = forms.FileField(
        label=_("photo, if you like"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )  # fmt: skip

    def clean_photo(self) -> Any:
        """Only a picture, small and without where it was taken."""
        upload = self.cleaned_data["photo"]
        return photos.cleaned(upload) if upload else None


class DeliverForm(PhotoMixin, StepForm):
    """How it was handed over, and what the kind asks at the end."""

    field_order = ["outcome", "note", "photo"]

    outcome = forms.ChoiceField(
        label=_("how"), choices=[(o.value, o.label) for o in SUCCESSES], initial=Outcome.HANDED, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("note"), max_length=300, required=False)

    def prepare(self) -> None:
        """A way to the hospital ends with who drove and when the car was disinfected."""
        for key in self.row.kind.asks_when_done:
            if key in DETAILS:
                self.fields[f"detail_{key}"] = CleanCharField(label=DETAILS[key], required=False, max_length=80)

    def clean(self) -> dict[str, Any]:
        """The answers together, as the service takes them."""
        facts: dict[str, Any] = super().clean() or {}
        asked = [name for name in facts if name.startswith("detail_")]
        facts["details"] = {name.removeprefix("detail_"): facts.pop(name) for name in asked}
        return facts


class FailForm(PhotoMixin, StepForm):
    """Why it did not work out."""

    field_order = ["outcome", "note", "photo"]

    outcome = forms.ChoiceField(
        label=_("why it did not work out"), choices=[(o.value, o.label) for o in FAILURES], widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("note"), max_length=300, required=False)


class UrgencyForm(StepForm):
    """How bad it is."""

    urgency = forms.TypedChoiceField(label=_("urgency"), choices=Urgency, coerce=int, widget=forms.RadioSelect)

    def prepare(self) -> None:
        """Begin with what it is now."""
        self.initial.setdefault("urgency", self.row.urgency)


class HelperForm(StepForm):
    """Who does it."""

    helper = forms.ModelChoiceField(None, label=_("who does it"))

    def prepare(self) -> None:
        """Only who does errands here."""
        rows = helpers.here(self.row.community_id).exclude(pk=self.row.assignee_id or 0)
        self.fields["helper"].queryset = rows.order_by("name", "pk")  # type: ignore[attr-defined]


class MergeForm(StepForm):
    """Into which other errand of this home."""

    into_id = forms.TypedChoiceField(label=_("goes along with"), coerce=int)

    def prepare(self) -> None:
        """The open errands of the same home."""
        same = Errand.objects.open().filter(community=self.row.community_id, entrance=self.row.entrance_id)
        rows = same.filter(dwelling=self.row.dwelling_id).exclude(pk=self.row.pk).select_related("kind")
        self.fields["into_id"].choices = [(row.pk, f"{row.pk} {in_language(row.kind)} {row.what[:20]}") for row in rows[:50]]  # type: ignore[attr-defined]


class RoundForm(StepForm):
    """With which round."""

    round_id = forms.TypedChoiceField(label=_("goes along with"), coerce=int)

    def prepare(self) -> None:
        """The rounds that still come by."""
        rows = errand_rounds.open_for(self.row)[:20]
        self.fields["round_id"].choices = [  # type: ignore[attr-defined]
            (row.pk, f"{rounds.title(row)} {timezone.localtime(row.starts_at):%H:%M}–{timezone.localtime(row.due_at):%H:%M}")
            for row in rows
        ]


class LineForm(CleanTextMixin, forms.Form):
    """What became of one thing."""

    state = forms.ChoiceField(choices=[(s.value, s.label) for s in ErrandLine.State])
    substitute = forms.CharField(label=_("instead"), max_length=60, required=False)
