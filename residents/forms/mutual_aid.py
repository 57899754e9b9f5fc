"""What a home offers, gives or needs."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, KeyField, helper, pair
from residents.forms.errands import PHONE
from residents.forms.tasks import PlaceMixin
from residents.models import MutualAid


class MutualAidForm(PlaceMixin, forms.Form):
    """One offer, gift or request."""

    key = KeyField()
    kind = forms.ChoiceField(label=_("kind"), choices=MutualAid.Kind)
    what = forms.CharField(label=_("what"), max_length=200)
    compound = forms.ModelChoiceField(None, label=_("compound"), required=False)
    where = forms.CharField(
        label=_("home, building or place"), max_length=60, required=False,
        widget=forms.TextInput(attrs={"placeholder": "17-3-702", "autocomplete": "off"}),
    )  # fmt: skip
    name = forms.CharField(label=_("name"), max_length=40, required=False)
    phone = forms.CharField(label=_("phone"), max_length=20, required=False, validators=[PHONE])
    anonymous = forms.BooleanField(label=_("without a name"), required=False)

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        self.communities = communities
        super().__init__(*args, **kwargs)
        self.offer_compounds()
        rows = ["key", "kind", "what", pair("compound", "where"), pair("name", "phone"), "anonymous"]
        self.helper = helper(self, *rows, submit=_("Write it down"), cancel=reverse("residents:mutual_aid_list"))

    def facts(self) -> dict[str, Any]:
        """What the service is told besides the place."""
        names = ("key", "kind", "what", "name", "phone", "anonymous")
        return {name: self.cleaned_data[name] for name in names}


class MatchForm(CleanTextMixin, forms.Form):
    """With whom."""

    with_id = forms.IntegerField(min_value=1, max_value=2**31)
