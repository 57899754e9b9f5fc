"""Praise as it came."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from deployments.models import Cadre, Commendation, Secondment, SendingUnit
from portal.accounts.models import User
from portal.lib.forms import CleanTextMixin, KeyField, helper, pair
from residents.models import Membership, Team

FOR_WHOM = ("cadre", "colleague", "unit", "for_team", "team")


class CommendationForm(CleanTextMixin, forms.Form):
    """A letter, a banner, a word: for one person, one team or one unit."""

    key = KeyField()
    community = forms.ModelChoiceField(None, label=_("community"))
    kind = forms.ChoiceField(label=_("kind"), choices=Commendation.Kind)
    cadre = forms.ModelChoiceField(None, label=pgettext_lazy("praise", "person"), required=False)
    colleague = forms.ModelChoiceField(None, label=_("worker or volunteer"), required=False)
    unit = forms.ModelChoiceField(None, label=_("sending unit"), required=False)
    for_team = forms.ModelChoiceField(None, label=_("team of the community"), required=False)
    team = forms.CharField(
        label=_("another team"), max_length=40, required=False, help_text=_("Only where it is not in the list.")
    )
    sender = forms.CharField(label=_("from whom"), max_length=40, required=False)
    text = forms.CharField(label=pgettext_lazy("praise", "text"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5}))
    sender_agrees = forms.BooleanField(label=_("the sender agrees to be named on the wall"), required=False)

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Secondment.objects.within(communities)
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
        own = Membership.objects.live().within(communities)
        self._offer("cadre", Cadre.objects.filter(pk__in=here.values("cadre")))
        self._offer("colleague", User.objects.filter(pk__in=own.values("user"), cadre=None))
        self._offer("unit", SendingUnit.objects.filter(pk__in=here.values("cadre__unit")))
        self._offer("for_team", Team.objects.live().within(communities))
        self.initial.setdefault("community", communities.first())
        whom = (pair("cadre", "colleague"), pair("unit", "for_team"), "team")
        rows = ["key", pair("community", "kind"), *whom, "sender", "text", "sender_agrees"]
        self.helper = helper(self, *rows, submit=_("Write it down"), cancel=reverse("deployments:commendation_list"))

    def _offer(self, field: str, rows: Any) -> None:
        self.fields[field].queryset = rows.order_by("name", "id")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """For one."""
        facts: dict[str, Any] = super().clean() or self.cleaned_data
        if sum(bool(facts.get(name)) for name in FOR_WHOM) != 1 and not set(FOR_WHOM) & set(self.errors):
            self.add_error("cadre", gettext("Choose one: a person, a team or a unit."))
        return facts
