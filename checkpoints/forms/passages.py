"""Filtering the log of the gate, and putting a row of it right."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from checkpoints.models import Passage, Post
from checkpoints.models.passages import PassageQuerySet
from portal.lib.forms import CleanTextMixin, helper, pair

# Shown masked: an empty field keeps what is stored.
KEPT = ("name", "phone", "plate_no")
ANY = [("", _("all"))]


class PassageFilter(forms.Form):
    """What people ask of the log; nonsense asks nothing."""

    day = forms.DateField(required=False, label=_("Day"), widget=forms.DateInput({"type": "date"}))
    post = forms.ModelChoiceField(Post.objects.none(), required=False, label=_("Checkpoint"), empty_label=_("all"))
    direction = forms.ChoiceField(choices=ANY + Passage.Direction.choices, required=False, label=_("In / out"))
    person = forms.ChoiceField(choices=ANY + Passage.Person.choices, required=False, label=_("Kind"))
    result = forms.ChoiceField(choices=ANY + Passage.Result.choices, required=False, label=_("Result"))

    def __init__(self, *args: Any, communities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts = Post.objects.within(communities).filter(kind=Post.Kind.CHECKPOINT).select_related("compound")
        self.fields["post"].queryset = posts  # type: ignore[attr-defined]
        self.fields["post"].label_from_instance = lambda post: f"{post.compound} · {post}"  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def asked_day(self) -> Any:
        """The day asked for, or today."""
        return self.cleaned_data.get("day") or timezone.localdate()

    def applied(self, rows: PassageQuerySet) -> PassageQuerySet:
        """The rows of the day that meet the filter."""
        asked = {name: value for name, value in self.cleaned_data.items() if value and name != "day"}
        return rows.filter(day=self.asked_day, **asked)


class CorrectionForm(CleanTextMixin, forms.Form):
    """A passage as it should have been written; services.written knows what the fields may hold."""

    direction = forms.ChoiceField(choices=Passage.Direction.choices, label=_("In / out"))
    person = forms.ChoiceField(choices=Passage.Person.choices, label=_("Kind"))
    home = forms.CharField(required=False, label=pgettext_lazy("gate", "Home"), max_length=60)
    name = forms.CharField(required=False, label=_("Name"), max_length=40)
    phone = forms.CharField(required=False, label=_("Phone"), max_length=20)
    temperature = forms.CharField(required=False, label=_("Temperature"), max_length=8)
    health_code = forms.ChoiceField(
        choices=[("", _("not looked at")), *Passage.HealthCode.choices], required=False, label=_("Health code")
    )
    reason = forms.CharField(required=False, label=_("Reason of the passage"), max_length=60)
    plate_no = forms.CharField(required=False, label=_("Plate"), max_length=12)
    passengers = forms.CharField(required=False, label=_("Passengers"), max_length=2)
    result = forms.ChoiceField(choices=Passage.Result.choices, label=_("Result"))
    result_note = forms.CharField(required=False, label=_("Why turned back or held"), max_length=120)
    why = forms.CharField(label=_("Reason of the correction"), max_length=120)

    def __init__(self, *args: Any, passage: Passage, **kwargs: Any) -> None:
        self.stored = {
            "direction": passage.direction,
            "person": passage.person,
            "home": passage.written_home,
            "name": passage.written_name,
            "phone": passage.written_phone,
            "temperature": str(passage.temperature or ""),
            "health_code": passage.health_code,
            "reason": passage.reason,
            "plate_no": passage.plate_no,
            "passengers": "" if passage.passengers is None else str(passage.passengers),
            "result": passage.result,
            "result_note": passage.result_note,
        }
        self.mask = passage.mask
        initial = {name: value for name, value in self.stored.items() if name not in KEPT}
        super().__init__(*args, initial=initial, **kwargs)
        for name in KEPT:
            self.fields[name].help_text = _("Leave empty to keep what is stored.")
        self.helper = helper(
            self,
            pair("direction", "person"),
            pair("home", "name"),
            pair("phone", "temperature"),
            pair("health_code", "reason"),
            pair("plate_no", "passengers"),
            pair("result", "result_note"),
            "why",
            submit=_("Correct"),
        )

    def row(self) -> dict[str, Any]:
        """The passage as it should be, as the gate would send it."""
        said = {name: self.cleaned_data.get(name, "") for name in self.stored}
        kept = {name: self.stored[name] for name in KEPT if not said[name]}
        return {**said, **kept, "mask": self.mask}
