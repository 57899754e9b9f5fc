"""What is typed about a post."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Post, PostStatus
from portal.lib.dates import FIRST, LAST
from portal.lib.forms import CleanTextMixin, helper, pair
from residents.forms.errands import PHONE

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "min": FIRST.isoformat(), "max": LAST.isoformat()})
TIME = forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class PostForm(CleanTextMixin, forms.ModelForm):
    """A post: where, what kind, when it is open, how many people a shift of it needs."""

    class Meta:
        model = Post
        fields = ("compound", "name", "kind", "opens_at", "closes_at", "crew_required")
        widgets = {"opens_at": TIME, "closes_at": TIME}
        help_texts = {"opens_at": _("Leave both times empty if the post never closes.")}

    def __init__(self, *args: Any, compounds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compound"].queryset = compounds  # type: ignore[attr-defined]
        rows = ["name", pair("kind", "crew_required"), pair("opens_at", "closes_at")]
        if self.instance.pk:
            del self.fields["compound"]
        else:
            rows.insert(0, "compound")
        self.helper = helper(self, *rows, submit=_("Save"), cancel=reverse("checkpoints:post_list"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        opens_at, closes_at = values.get("opens_at"), values.get("closes_at")
        if (opens_at is None) != (closes_at is None):
            self.add_error("closes_at" if closes_at is None else "opens_at", _("Give both times, or none."))
        return values


class StatusForm(CleanTextMixin, forms.ModelForm):
    """Whether a post is open, restricted or sealed, and on which days."""

    class Meta:
        model = PostStatus
        fields = ("status", "starts_on", "ends_on", "reason", "keeper", "keeper_phone")
        widgets = {"starts_on": DAY, "ends_on": DAY}
        help_texts = {
            "ends_on": _("Leave empty if the end is not known yet."),
            "keeper": _("Who keeps a closed exit and its fence."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = timezone.localdate
        self.fields["keeper_phone"].validators.append(PHONE)
        rows = ["status", pair("starts_on", "ends_on"), "reason", pair("keeper", "keeper_phone")]
        self.helper = helper(self, *rows, submit=_("Set the status"))

    def _get_validation_exclusions(self) -> set[str]:
        # Days already taken are no mistake here: the new status takes them over.
        return super()._get_validation_exclusions() | {"post", "starts_on", "ends_on"}  # type: ignore[misc, no-any-return]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and not FIRST <= starts_on <= LAST:
            self.add_error("starts_on", _("Choose a day between 2000 and 2099."))
        if ends_on and not FIRST <= ends_on <= LAST:
            self.add_error("ends_on", _("Choose a day between 2000 and 2099."))
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day lies before the first."))
        if values.get("keeper_phone") and not values.get("keeper"):
            self.add_error("keeper", _("Say whose phone it is."))
        return values
