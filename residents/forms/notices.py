"""Forms about notices."""

import re
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from portal.lib.forms import CleanTextMixin, helper, pair
from residents.models import Community, Compound, Notice

# An identity number or a mobile number: what is announced to everybody names no resident by it.
ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class NoticeForm(CleanTextMixin, forms.ModelForm):
    """What is announced, to whom, from when."""

    class Meta:
        model = Notice
        fields = ("kind", "title", "body", "origin", "audience", "compound", "effective_from", "effective_until", "pinned")
        widgets = {
            "body": forms.Textarea(attrs={"rows": 8}),
            "effective_from": _moment(),
            "effective_until": _moment(),
        }

    def __init__(self, *args: Any, community: Community, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compound"].queryset = Compound.objects.filter(community=community)
        self.fields["compound"].empty_label = _("all compounds")
        self.fields["effective_from"].required = False
        self.fields["effective_from"].help_text = _("Empty: now.")
        self.initial["effective_from"] = ""
        self.fields["effective_from"].show_hidden_initial = False
        self.fields["origin"].label = pgettext("notice", "From")
        self.fields["body"].help_text = _("Everybody reads it: no names, rooms, phone or identity numbers of residents.")
        self.helper = helper(
            self, pair("kind", "audience"), "title", "body", pair("origin", "compound"),
            pair("effective_from", "effective_until"), "pinned", submit=submit, cancel=cancel,
        )  # fmt: skip

    def clean_effective_from(self) -> Any:
        """Now, unless another moment is named."""
        return self.cleaned_data.get("effective_from") or timezone.now()

    def clean(self) -> dict[str, Any]:
        """Numbers that lead to a person do not go onto a board."""
        said = super().clean() or self.cleaned_data
        for name in ("title", "body"):
            text = said.get(name) or ""
            if ID_NUMBER.search(text) or (said.get("audience") == Notice.Audience.EVERYBODY and MOBILE.search(text)):
                self.add_error(name, _("Take the identity or mobile number out and give the committee's phone instead."))
        return said

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
