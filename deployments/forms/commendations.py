"""Praise as it came."""

import uuid
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from deployments.models import Cadre, Commendation, Secondment, SendingUnit
from portal.lib.forms import CleanTextMixin, helper, pair


class CommendationForm(CleanTextMixin, forms.Form):
    """A letter, a banner, a word: for one person, one team or one unit."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    community = forms.ModelChoiceField(None, label=_("community"))
    kind = forms.ChoiceField(label=_("kind"), choices=Commendation.Kind)
    cadre = forms.ModelChoiceField(None, label=pgettext_lazy("praise", "person"), required=False)
    unit = forms.ModelChoiceField(None, label=_("sending unit"), required=False)
    team = forms.CharField(label=_("team"), max_length=40, required=False)
    sender = forms.CharField(label=_("from whom"), max_length=40, required=False)
    text = forms.CharField(label=pgettext_lazy("praise", "text"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))
    sender_agrees = forms.BooleanField(label=_("the sender agrees to be named on the wall"), required=False)

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Secondment.objects.within(communities)
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
        people = Cadre.objects.filter(pk__in=here.values("cadre")).order_by("name", "id")
        self.fields["cadre"].queryset = people  # type: ignore[attr-defined]
        units = SendingUnit.objects.filter(pk__in=here.values("cadre__unit")).order_by("name", "id")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.initial.setdefault("key", uuid.uuid4())
        self.initial.setdefault("community", communities.first())
        rows = ["key", pair("community", "kind"), pair("cadre", "unit", "team"), "sender", "text", "sender_agrees"]
        self.helper = helper(self, *rows, submit=_("Write it down"), cancel=reverse("deployments:commendation_list"))

    def clean_key(self) -> uuid.UUID:
        """A missing key is no mistake of the person's."""
        return self.cleaned_data["key"] or uuid.uuid4()

    def clean(self) -> dict[str, Any]:
        """For one."""
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = [name for name in ("cadre", "unit", "team") if facts.get(name)]
        if len(chosen) != 1 and not {"cadre", "unit", "team"} & set(self.errors):
            self.add_error("cadre", gettext("Choose one: a person, a team or a unit."))
        return facts
