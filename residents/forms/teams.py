"""Who is in a team."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.forms import CleanTextMixin, helper, pair
from residents.access import Permission, holders
from residents.forms.steps import StepForm
from residents.models import ChatGroup, Community, Team, TeamKind


class TeamForm(CleanTextMixin, forms.Form):
    """A team of one community, its leader and who belongs to it."""

    name = forms.CharField(label=pgettext_lazy("team", "name"), max_length=40)
    kind = forms.ChoiceField(label=_("kind"), choices=TeamKind, initial=TeamKind.TASK)
    leader = forms.ModelChoiceField(None, label=pgettext_lazy("team", "leader"))
    chat_group = forms.ModelChoiceField(
        None, label=pgettext_lazy("where people talk", "chat group"), required=False,
        help_text=_("Its bot says there what the team is given."),
    )  # fmt: skip
    members = forms.ModelMultipleChoiceField(
        None, label=_("who belongs to it"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, community: Community, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = ChatGroup.objects.filter(community=community, level=ChatGroup.Level.TEAM, closed_on=None)
        self.fields["chat_group"].queryset = groups  # type: ignore[attr-defined]
        for field in ("leader", "members"):
            people = holders(Permission.TASK_DO, community.pk).order_by("name", "pk")
            self.fields[field].queryset = people  # type: ignore[attr-defined]
        self.helper = helper(
            self, pair("name", "kind"), pair("leader", "chat_group"), "members", submit=_("Save"), cancel=cancel
        )


class ForTeamForm(StepForm):
    """Which team does it."""

    team = forms.ModelChoiceField(None, label=_("team"))

    def prepare(self) -> None:
        """Only teams of this community that are not dissolved."""
        rows = Team.objects.live().filter(community=self.row.community_id)
        self.fields["team"].queryset = rows  # type: ignore[attr-defined]
