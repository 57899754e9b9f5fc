"""A call of the hotline."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, helper, pair
from residents.models import HotlineCall


class HotlineCallForm(CleanTextMixin, forms.Form):
    """In one word what it was about; what was said is for the counsellor's eyes."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
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
        self.initial.setdefault("key", uuid.uuid4())
        self.initial.setdefault("community", communities.first())
        rows = ["key", "community", pair("topic", "minutes"), "referral", "content"]
        self.helper = helper(self, *rows, submit=_("Write it down"))

    def clean_key(self) -> uuid.UUID:
        """A missing key is no mistake of the person's."""
        return self.cleaned_data["key"] or uuid.uuid4()
