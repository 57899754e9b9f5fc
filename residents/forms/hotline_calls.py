"""A call of the hotline."""

import datetime as dt
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.lib.forms import CleanTextMixin, DayField, KeyField, helper, pair
from residents.models import HotlineCall, Membership, Role

# A month of duty, unless it is said otherwise.
TERM = dt.timedelta(days=30)


class HotlineCallForm(CleanTextMixin, forms.Form):
    """In one word what it was about; what was said is for the counsellor's eyes."""

    key = KeyField()
    community = forms.ModelChoiceField(None, label=_("community"))
    topic = forms.ChoiceField(label=_("topic"), choices=HotlineCall.Topic)
    minutes = forms.IntegerField(label=_("minutes"), min_value=1, max_value=600, initial=10)
    referral = forms.ChoiceField(label=_("referral"), choices=HotlineCall.Referral, required=False)
    content = forms.CharField(
        label=_("what was said"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Kept encrypted. Nobody but you reads it, and no sheet holds it."),
    )  # fmt: skip

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
        self.initial.setdefault("community", communities.first())
        rows = ["key", "community", pair("topic", "minutes"), "referral", "content"]
        self.helper = helper(self, *rows, submit=_("Write it down"))


class CounsellorForm(CleanTextMixin, forms.Form):
    """Who answers the hotline, and until when."""

    community = forms.ModelChoiceField(None, label=_("community"))
    user = forms.ModelChoiceField(None, label=_("counsellor"))
    ends_on = DayField(label=_("until"))
    speciality = forms.CharField(label=_("speciality"), max_length=60, required=False)
    hours = forms.CharField(
        label=_("when they answer"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"placeholder": "19:00-22:00"}),
    )  # fmt: skip

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Membership.objects.live().filter(community__in=communities).exclude(role=Role.COUNSELLOR)
        people = User.objects.filter(pk__in=here.values("user"), is_active=True).order_by("name", "pk")
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
        self.fields["user"].queryset = people  # type: ignore[attr-defined]
        self.initial.setdefault("community", communities.first())
        self.initial.setdefault("ends_on", timezone.localdate() + TERM)
        self.helper = helper(
            self,
            "community",
            pair("user", "ends_on"),
            pair("speciality", "hours"),
            submit=_("Name the counsellor"),
            action=reverse("residents:hotline_counsellor_name"),
        )

    def clean_ends_on(self) -> dt.date:
        """Yesterday nobody rings."""
        day: dt.date = self.cleaned_data["ends_on"]
        if day < timezone.localdate():
            raise forms.ValidationError(gettext("This day is past."))
        return day

    def clean(self) -> dict[str, Any]:
        """Somebody of the same community."""
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            here = Membership.objects.live().filter(user=facts["user"], community=facts["community"])
            if not here.exclude(role=Role.COUNSELLOR).exists():
                self.add_error("user", gettext("Choose somebody of this community."))
        return facts
