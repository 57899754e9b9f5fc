"""Who stands by which home, and over which days somebody's work is counted."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.lib.dates import moment
from portal.lib.forms import CleanTextMixin, DayField, helper, pair
from residents.models import Compound, Dwelling
from residents.services import errand_totals
from residents.services.errand_homes import find_home


class PairingForm(CleanTextMixin, forms.Form):
    """A home and its helper."""

    compound = forms.ModelChoiceField(None, label=_("compound"))
    home = forms.CharField(
        label=_("home"), max_length=40, widget=forms.TextInput(attrs={"placeholder": "17-3-702", "autocomplete": "off"})
    )
    helper_user = forms.ModelChoiceField(None, label=_("helper"))
    starts_on = DayField(label=_("starts on"))
    what_for = forms.CharField(
        label=_("what for"), max_length=120, required=False, help_text=_("Shopping, medicine, rubbish …")
    )  # fmt: skip

    def __init__(self, *args: Any, communities: Any, helpers: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        compounds = Compound.objects.within(communities).select_related("community").order_by("community", "id")
        self.fields["compound"].queryset = compounds  # type: ignore[attr-defined]
        self.fields["helper_user"].queryset = helpers.order_by("name", "pk")  # type: ignore[attr-defined]
        self.initial.setdefault("starts_on", timezone.localdate())
        self.helper = helper(
            self, pair("compound", "home"), pair("helper_user", "starts_on"), "what_for", submit=_("Pair them"), cancel=cancel
        )

    def clean(self) -> dict[str, Any]:
        """The home must be one of the ledger: a helper stands by people, not by a number."""
        facts: dict[str, Any] = super().clean() or {}
        compound, home = facts.get("compound"), facts.get("home")
        if compound and home:
            facts["dwelling"] = find_home(home, compound=compound, community=compound.community)
            if facts["dwelling"] is None:
                self.add_error("home", gettext("No such home in the ledger. Write building-entrance-room: 17-3-702."))
        return facts

    def values(self) -> dict[str, Any]:
        """What the service is told."""
        facts = self.cleaned_data
        dwelling: Dwelling = facts["dwelling"]
        chosen: User = facts["helper_user"]
        return {
            "dwelling_id": dwelling.pk, "helper": chosen, "starts_on": facts["starts_on"], "what_for": facts["what_for"],
        }  # fmt: skip


class EndPairingForm(forms.Form):
    """The last day of a pairing."""

    ends_on = DayField(label=_("last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["ends_on"] = timezone.localdate()


class PeriodForm(forms.Form):
    """From which day to which; without an answer the last seven days."""

    since = DayField(label=pgettext_lazy("day", "from"), required=False)
    until = DayField(label=pgettext_lazy("day", "to"), required=False)

    def days(self) -> tuple[dt.date, dt.date]:
        """The days asked for, in order and not more than two years."""
        facts = self.cleaned_data if self.is_valid() else {}
        until = facts.get("until") or timezone.localdate()
        since = facts.get("since") or until - dt.timedelta(days=6)
        since, until = min(since, until), max(since, until)
        return max(since, until - errand_totals.LONGEST), until

    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        """The same as moments; the last day is counted whole."""
        since, until = self.days()
        return moment(since, dt.time.min), moment(until + dt.timedelta(days=1), dt.time.min)
