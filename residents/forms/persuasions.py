"""A talk with somebody who refuses."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.forms import helper, pair
from residents.forms.tasks import PlaceMixin
from residents.models import Persuasion


class PersuasionForm(PlaceMixin, forms.Form):
    """Where, about what, how, and what came of it; the number of the attempt is counted."""

    compound = forms.ModelChoiceField(None, label=_("compound"), required=False)
    where = forms.CharField(
        label=_("home, building or place"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"placeholder": "17-3-702", "autocomplete": "off"}),
    )  # fmt: skip
    topic = forms.ChoiceField(label=_("about"), choices=Persuasion.Topic)
    method = forms.ChoiceField(label=_("how"), choices=Persuasion.Method, initial=Persuasion.Method.DOOR)
    result = forms.ChoiceField(label=pgettext_lazy("talk", "result"), choices=Persuasion.Result)
    note = forms.CharField(label=_("note"), max_length=200, required=False)

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        self.communities = communities
        super().__init__(*args, **kwargs)
        self.offer_compounds()
        rows = [pair("compound", "where"), pair("topic", "method"), pair("result", "note")]
        self.helper = helper(self, *rows, submit=_("Write it down"), cancel=reverse("residents:persuasion_list"))
