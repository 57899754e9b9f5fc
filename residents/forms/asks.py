"""What a resident writes on the phone: few fields, large, no script."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.dates import moment
from portal.lib.forms import CleanTextMixin
from residents.forms.errands import PHONE, AskMixin
from residents.models import ErrandKind
from residents.services.asks import Sheet


class AskForm(AskMixin, forms.Form):
    """A request from the sheet at the door."""

    BY = {
        "": _("as soon as somebody can"),
        "noon": _("before noon"),
        "today": _("by this evening"),
        "tomorrow": _("tomorrow is early enough"),
    }

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = forms.CharField(max_length=24, widget=forms.HiddenInput)
    home = forms.CharField(max_length=40)
    name = forms.CharField(label=_("your name"), max_length=40)
    phone = forms.CharField(
        label=_("your phone"), max_length=20, validators=[PHONE], widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    what = forms.CharField(
        label=_("what is needed"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )  # fmt: skip
    by = forms.ChoiceField(label=_("by when"), choices=list(BY.items()), required=False)
    urgent = forms.BooleanField(label=_("It is about somebody's health"), required=False)

    def __init__(self, *args: Any, kind: ErrandKind, sheet: Sheet, **kwargs: Any) -> None:
        self.asked = kind
        super().__init__(*args, **kwargs)
        self.questions = [self[name] for name in self.add_questions()]
        home = self.fields["home"]
        home.label = _("your room") if sheet.entrance else _("building-entrance-room")
        home.widget.attrs["placeholder"] = "702" if sheet.entrance else "17-3-702"
        self.fields["what"].widget.attrs["placeholder"] = kind.example
        self.initial |= {"key": uuid.uuid4(), "kind": kind.code}

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


class WordForm(CleanTextMixin, forms.Form):
    """A few words afterwards: something more, what is wrong, thank you."""

    text = forms.CharField(max_length=300, required=False)
