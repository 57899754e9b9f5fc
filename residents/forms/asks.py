"""What a resident writes on the phone: few fields, large, no script."""

import datetime as dt
import unicodedata
from functools import lru_cache
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.dates import moment
from portal.lib.forms import CleanTextMixin, KeyField
from portal.lib.languages import in_language
from residents.forms.errands import PHONE, AskMixin
from residents.models import ErrandKind, Urgency
from residents.services.asks import riddle


class AskForm(AskMixin, forms.Form):
    """A request from the sheet at the door."""

    # The worst last: nobody should press it by mistake.
    HOW_BAD = {
        Urgency.NORMAL.value: _("it can wait a little"),
        Urgency.DIFFICULTY.value: _("I am old, alone or ill, and cannot manage"),
        Urgency.HEALTH.value: _("it is about somebody's health: medicine has run out, fever"),
        Urgency.LIFE.value: _("danger to life: I have rung 120"),
    }
    BY = {
        "": _("as soon as somebody can"),
        "noon": _("before noon"),
        "today": _("by this evening"),
        "tomorrow": _("tomorrow is early enough"),
    }

    key = KeyField()
    kind = forms.CharField(max_length=24, widget=forms.HiddenInput)
    home = forms.CharField(max_length=40)
    name = forms.CharField(
        label=_("your name"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )  # fmt: skip
    phone = forms.CharField(
        label=_("your phone"),
        max_length=20,
        validators=[PHONE],
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    what = forms.CharField(
        label=_("what is needed"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )  # fmt: skip
    by = forms.ChoiceField(label=_("by when"), choices=list(BY.items()), required=False)
    urgency = forms.TypedChoiceField(
        label=_("how bad is it"), coerce=int, choices=list(HOW_BAD.items()), initial=Urgency.NORMAL,
        required=False, widget=forms.RadioSelect,
    )  # fmt: skip
    # Only asked where very many ask at once.
    sum = forms.CharField(max_length=6, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}))

    def __init__(self, *args: Any, kind: ErrandKind, at_door: bool, **kwargs: Any) -> None:
        self.asked = kind
        super().__init__(*args, **kwargs)
        self.questions = [self[name] for name in self.add_questions()]
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")
        home = self.fields["home"]
        home.label = _("your room") if at_door else _("building-entrance-room")
        home.widget.attrs["placeholder"] = "702" if at_door else "17-3-702"
        self.fields["what"].widget.attrs["placeholder"] = in_language(kind, "example")
        # Whoever goes shopping must know for what.
        self.fields["what"].required = kind.is_goods or kind.code == "other"
        self.initial["kind"] = kind.code

    @property
    def is_unsure(self) -> bool:
        """Whether something is wrong among the questions that are folded away."""
        return any(question.errors for question in self.questions)

    def ask_sum(self) -> None:
        """Let the form ask for a small sum; what was typed stays."""
        first, second = riddle(self.cleaned_data["key"])
        self.fields["sum"].label = gettext("Very many ask just now. To show that you are a person: %(a)s + %(b)s =") % {
            "a": first, "b": second}  # fmt: skip
        self.riddle = self["sum"]
        if self.cleaned_data["sum"]:
            self.add_error("sum", gettext("That is not right. Please count again."))
        # The answer belongs to this key, which the page must send back.
        self.data = self.data.copy()
        self.data["key"], self.data["sum"] = str(self.cleaned_data["key"]), ""

    def is_counted_right(self) -> bool:
        """Whether the sum of this request was answered."""
        said = unicodedata.normalize("NFKC", self.cleaned_data["sum"]).strip()
        return said == str(sum(riddle(self.cleaned_data["key"])))

    def need_by(self) -> dt.datetime | None:
        """The hour that the words mean today."""
        today = timezone.localdate()
        evening = dt.time(20)
        found = {
            "noon": moment(today, dt.time(12)),
            "today": moment(today, evening),
            "tomorrow": moment(today + dt.timedelta(days=1), evening),
        }.get(self.cleaned_data["by"])
        return found if found and found > timezone.now() else None


def blank(kind: ErrandKind, *, at_door: bool) -> str:
    """The fields of a form nobody has filled in yet, drawn once for all who open it."""
    facts = (
        ("code", kind.code),
        ("example", kind.example),
        ("example_en", kind.example_en),
        ("is_goods", kind.is_goods),
        ("asks", tuple(kind.asks)),
    )
    return _blank(get_language() or "", at_door, facts)


# Whatever the fields depend on is named here, so that a kind that was changed is drawn anew.
@lru_cache(maxsize=200)
def _blank(language: str, at_door: bool, facts: tuple[tuple[str, Any], ...]) -> str:
    form = AskForm(kind=ErrandKind(**dict(facts)), at_door=at_door)
    return render_to_string("residents/asks/fields.html", {"form": form})


class WordForm(CleanTextMixin, forms.Form):
    """A few words afterwards: something more, what is wrong, thank you."""

    text = forms.CharField(max_length=300, required=False)
