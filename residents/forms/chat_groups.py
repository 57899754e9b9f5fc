"""Forms about chat groups."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts.models import User
from portal.lib.errors import Refused
from portal.lib.forms import CleanTextMixin, helper, pair
from residents.models import ChatGroup, Community, Compound
from residents.models.chat_groups import MEMBERS_LIMIT
from residents.services import chat_groups


class ChatGroupForm(CleanTextMixin, forms.ModelForm):
    """What a group is called, whose it is and who looks after it."""

    building_number = forms.CharField(label=_("building"), max_length=12, required=False, help_text=_("Its number, as 17."))
    entrance_number = forms.CharField(label=_("entrance"), max_length=12, required=False, help_text=_("Its number, as 3."))

    class Meta:
        model = ChatGroup
        fields = ("name", "level", "compound", "app", "members", "owner", "hears_errands")
        labels = {"name": _("name of the group")}

    def __init__(self, *args: Any, community: Community, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.community = community
        self.fields["compound"].queryset = Compound.objects.filter(community=community)
        members = User.objects.filter(memberships__community=community, is_active=True).distinct()
        self.fields["owner"].queryset = members.order_by("name")
        self.fields["members"].help_text = _("A WeChat group holds %(most)s people.") % {"most": MEMBERS_LIMIT}
        if self.instance.building:
            self.initial["building_number"] = self.instance.building.number
        if self.instance.entrance:
            self.initial["entrance_number"] = self.instance.entrance.number
        self.helper = helper(
            self, pair("name", "app"), pair("level", "compound"), pair("building_number", "entrance_number"),
            pair("members", "owner"), "hears_errands", submit=submit, cancel=cancel,
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Find the place, and leave out what the level does not ask for."""
        said = super().clean() or self.cleaned_data
        level = said.get("level", "")
        depth = {"compound": 1, "building": 2, "entrance": 3}.get(level, 0)
        if depth < 1 and level != ChatGroup.Level.QUARANTINE:
            said["compound"] = None
        try:
            said["building"], said["entrance"] = chat_groups.place(
                compound=said.get("compound"),
                building=(said.get("building_number") or "") if depth > 1 else "",
                entrance=(said.get("entrance_number") or "") if depth > 2 else "",
            )
        except Refused as refusal:
            said["building"] = said["entrance"] = None
            self.add_error("building_number", str(refusal))
        self.instance.building, self.instance.entrance = said["building"], said["entrance"]
        return said

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        return {name: self.cleaned_data[name] for name in chat_groups.FIELDS}


class LogFilter(forms.Form):
    """Which deliveries are looked at."""

    group = forms.ModelChoiceField(
        ChatGroup.objects.none(), label=pgettext_lazy("where people talk", "chat group"), required=False, empty_label=_("all")
    )
    state = forms.ChoiceField(label=_("state"), required=False)

    def __init__(self, *args: Any, groups: Any, states: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = groups
        self.fields["state"].choices = [("", _("all")), *states]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
