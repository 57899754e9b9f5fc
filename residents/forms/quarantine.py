"""Forms about a case: opening it, and each step of it."""

import datetime as dt
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.forms import CleanTextMixin, DayField, helper, pair
from residents.models import (
    CareTeamMember,
    CaseTest,
    Community,
    Compound,
    ContactClass,
    Persuasion,
    QuarantineCase,
    Resident,
    Transfer,
    Verification,
)
from residents.services import chat_groups
from residents.services.quarantine import FITNESS
from residents.services.quarantine_policies import in_force

AREA = forms.Textarea(attrs={"rows": 3})


class MomentField(forms.DateTimeField):
    """A day and a time, as the browser's own picker gives them."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"], **kwargs)


class RegisterForm(CleanTextMixin, forms.Form):
    """Why somebody is quarantined, from when, by which rule."""

    contact_class = forms.ChoiceField(label=_("Class"), choices=ContactClass.choices, initial=ContactClass.CLOSE)
    reason = forms.ChoiceField(label=_("Reason"), choices=QuarantineCase.Reason.choices)
    policy = forms.ModelChoiceField(
        None, label=_("Rule"), required=False, empty_label=_("the usual one for this class"),
        help_text=_("Its days and tests are copied. A later rule does not move this case."),
    )  # fmt: skip
    starts_on = DayField(label=_("First day"))
    exposed_on = DayField(label=_("Last exposed on"), required=False)
    positive_on = DayField(label=_("Positive on"), required=False, help_text=_("Only for somebody who is positive."))
    source_area = forms.CharField(label=_("From which area"), max_length=80, required=False)

    def __init__(self, *args: Any, resident: Resident, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        rules = in_force([resident.community], today).order_by("contact_class", "-starts_on", "pk")
        self.fields["policy"].queryset = rules  # type: ignore[attr-defined]
        self.initial |= {"starts_on": today}
        self.helper = helper(
            self, pair("contact_class", "reason"), "policy", pair("starts_on", "exposed_on", "positive_on"), "source_area",
            submit=_("Register"), cancel=cancel,
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Only a positive has the day of the finding, and always has it."""
        data = super().clean() or {}
        if data.get("contact_class") == ContactClass.POSITIVE:
            data["positive_on"] = data.get("positive_on") or timezone.localdate()
        elif data.get("positive_on"):
            self.add_error("positive_on", _("Only somebody who is positive has this day. Change the class or empty it."))
        for name in ("exposed_on", "positive_on"):
            if (day := data.get(name)) and day > timezone.localdate():
                self.add_error(name, _("This day has not come yet."))
        return data

    def facts(self) -> dict[str, Any]:
        """What is written down beside the rule."""
        return {name: self.cleaned_data[name] for name in ("exposed_on", "positive_on", "source_area")}


class StepForm(CleanTextMixin, forms.Form):
    """What a step of a case has to be told; each kind adds its fields."""

    def __init__(self, *args: Any, case: QuarantineCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def values(self) -> dict[str, Any]:
        """What the service is given."""
        return self.cleaned_data if self.fields else {}


class AssessForm(StepForm):
    """居家健康监测场所评估表."""

    ticked = forms.MultipleChoiceField(
        label=_("What the home has"), choices=list(FITNESS.items()), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("Without every tick the person goes to a site."),
    )  # fmt: skip
    own_room = forms.BooleanField(label=_("The others of the home keep apart: room and toilet of their own"), required=False)


class StartForm(StepForm):
    """The commitment and the sign at the door."""

    committed = forms.BooleanField(label=_("The commitment is signed."), required=False)
    door_sign = forms.ChoiceField(
        label=_("Door sign"), required=False,
        choices=[("", _("none: goes to a site")), *QuarantineCase.Sign.choices],
        help_text=_("Red for key areas, yellow for others."),
    )  # fmt: skip
    door_seal_no = forms.CharField(label=_("Door seal or sensor no."), max_length=32, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["door_sign"] = QuarantineCase.Sign.YELLOW


class TeamForm(StepForm):
    """五包一: five people, each with a phone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {member.role: member for member in self.case.team.all()}
        for role, label in CareTeamMember.Role.choices:
            member = known.get(role)
            self.fields[role] = forms.CharField(
                label=label, max_length=40, required=False, initial=member.name if member else ""
            )
            self.fields[f"{role}_phone"] = forms.CharField(
                label=_("phone: %(who)s") % {"who": label}, max_length=20, required=False,
                initial=member.phone if member else "",
            )  # fmt: skip

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {"members": {role: (data[role], data[f"{role}_phone"]) for role in CareTeamMember.Role.values}}


class PlanForm(StepForm):
    """一人一策."""

    care_plan = forms.CharField(label=_("Plan for this person"), max_length=500, required=False, widget=AREA)
    needs = forms.CharField(label=_("What is needed"), max_length=500, required=False, widget=AREA)
    follow_up = forms.ChoiceField(label=_("Follow-up"), choices=QuarantineCase.FollowUp.choices)
    chat_group = forms.ModelChoiceField(
        None, label=pgettext_lazy("where people talk", "Chat group"), required=False, empty_label=_("in none yet")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial |= {name: getattr(self.case, name) for name in ("care_plan", "needs", "follow_up", "chat_group")}
        compound = self.case.dwelling.entrance.building.compound_id
        groups = chat_groups.of_quarantine([self.case.community]).filter(Q(compound=None) | Q(compound=compound))
        self.fields["chat_group"].queryset = groups  # type: ignore[attr-defined]


class NoteForm(StepForm):
    """What was found."""

    note = forms.CharField(label=_("What was found"), max_length=200)


class PersuadeForm(StepForm):
    """One attempt."""

    topic = forms.ChoiceField(label=_("About"), choices=Persuasion.Topic.choices[:3])
    method = forms.ChoiceField(label=_("How"), choices=Persuasion.Method.choices)
    result = forms.ChoiceField(label=_("Result"), choices=Persuasion.Result.choices)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ExtendForm(StepForm):
    """Until when, and why."""

    ends_on = DayField(label=_("New last day"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


class DisinfectedForm(StepForm):
    """How long what was sprayed has to work before anybody goes in."""

    contact_minutes = forms.IntegerField(
        label=_("Contact time (minutes)"), min_value=0, max_value=1440, initial=30, help_text=_("Usually 30.")
    )


class ExitForm(StepForm):
    """Who goes along, in which car, until when."""

    reason = forms.CharField(label=_("Reason"), max_length=120)
    escorts = forms.CharField(label=_("Escorted by"), max_length=80)
    plate_no = forms.CharField(label=_("Plate"), max_length=12)
    back_by = MomentField(label=_("Back by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["back_by"] = timezone.localtime() + dt.timedelta(hours=4)


class VerifyForm(StepForm):
    """Whether somebody is there."""

    method = forms.ChoiceField(label=_("How"), choices=Verification.Method.choices)
    at_home = forms.TypedChoiceField(
        label=_("Is the person there?"), choices=[("yes", _("yes")), ("no", _("no"))], coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )  # fmt: skip
    is_final = forms.BooleanField(label=_("This is the look before the release."), required=False)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=200)


class TransferForm(StepForm):
    """Where to."""

    to = forms.ChoiceField(label=_("To"), choices=Transfer.To.choices)
    site = forms.CharField(label=_("Name of the place"), max_length=80, required=False)
    luggage = forms.CharField(label=_("What to take along"), max_length=200, required=False)


class DepartForm(StepForm):
    """Who drives along."""

    escorts = forms.CharField(label=_("Escorted by"), max_length=80)
    plate_no = forms.CharField(label=_("Plate"), max_length=12)
    protected = forms.BooleanField(label=_("Everybody wears protection."), required=False)
    departed_at = MomentField(label=_("Left at"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["departed_at"] = timezone.localtime()


class ArriveForm(StepForm):
    """When."""

    arrived_at = MomentField(label=_("Arrived at"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["arrived_at"] = timezone.localtime()


class TestForm(StepForm):
    """One result."""

    sampled_on = DayField(label=_("Sampled on"))
    test_result = forms.ChoiceField(
        label=_("Result"), choices=[(CaseTest.Result.NEGATIVE, _("negative")), (CaseTest.Result.POSITIVE, _("positive"))],
        widget=forms.RadioSelect,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["sampled_on"] = timezone.localdate()


class CaseFilter(CleanTextMixin, forms.Form):
    """What a list of cases may be asked for."""

    q = forms.CharField(label=_("Name, room or phone"), max_length=40, required=False)
    compound = forms.ModelChoiceField(None, label=_("Compound"), required=False, empty_label=_("all compounds"))
    group = forms.ModelChoiceField(
        None, label=pgettext_lazy("where people talk", "Chat group"), required=False, empty_label=_("all")
    )

    def __init__(self, data: Any, *, communities: Any) -> None:
        super().__init__(data)
        self.fields["group"].queryset = chat_groups.of_quarantine(communities)  # type: ignore[attr-defined]
        self.fields["group"].widget.attrs["class"] = "form-select"
        self.fields["compound"].queryset = Compound.objects.within(communities)  # type: ignore[attr-defined]
        self.fields["q"].widget.attrs["class"] = "form-control"
        self.fields["compound"].widget.attrs["class"] = "form-select"

    def asked(self) -> dict[str, Any]:
        """What was asked for and makes sense."""
        self.is_valid()
        return self.cleaned_data


class SheetForm(forms.Form):
    """Of which community a sheet is; asked only where there are several and no compound tells it."""

    community = forms.ModelChoiceField(None, label=_("Community"), required=False, empty_label=_("choose a community"))

    def __init__(self, data: Any = None, *, communities: Any, compound: Compound | None = None) -> None:
        super().__init__(data)
        self.fields["community"].queryset = communities  # type: ignore[attr-defined]
        self.fields["community"].widget.attrs["class"] = "form-select w-auto"
        # Two are enough to know that it must be asked.
        self.offered = [compound.community] if compound else list(communities[:2])

    @property
    def chosen(self) -> Community | None:
        """The community, if it is clear which one."""
        if len(self.offered) == 1:
            return self.offered[0]
        return self.cleaned_data.get("community") if self.is_valid() else None
