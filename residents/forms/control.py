"""Forms about control levels and the epidemic-free status."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin, DayField, helper, pair
from residents.models import Compound, ControlLevel


class ControlForm(CleanTextMixin, forms.Form):
    """One decision."""

    building = forms.ModelChoiceField(None, label=_("Building"), required=False, empty_label=_("the whole compound"))
    level = forms.ChoiceField(label=_("Level"), choices=ControlLevel.choices)
    starts_on = DayField(label=_("From"))
    document_no = forms.CharField(label=_("Document no."), max_length=60, required=False)
    batch = forms.CharField(label=_("Batch"), max_length=40, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, compound: Compound, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["building"].queryset = compound.buildings.order_by("id")  # type: ignore[attr-defined]
        self.initial["starts_on"] = timezone.localdate()
        self.helper = helper(
            self, pair("level", "building", "starts_on"), pair("document_no", "batch"), "reason",
            submit=_("Record the decision"), action=action,
        )  # fmt: skip


class ApplyForm(CleanTextMixin, forms.Form):
    """When everybody was last tested."""

    tested_on = DayField(label=_("Everybody negative on"))

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["tested_on"] = timezone.localdate()
        self.helper = helper(self, "tested_on", submit=_("Apply"), action=action)


class StatusForm(CleanTextMixin, forms.Form):
    """What a step of the status is told: the batch of the list, or why."""

    text = forms.CharField(max_length=40, required=False)

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].required = label == _("Reason")
