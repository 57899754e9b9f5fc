"""The hand-over sheet: what the machine does not know."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkpoints.models import Handover
from portal.lib.forms import CleanTextMixin, helper


class HandoverForm(CleanTextMixin, forms.ModelForm):  # type: ignore[type-arg]
    """What is still open, and a note."""

    class Meta:
        model = Handover
        fields = ["open_items", "note"]
        help_texts = {
            "open_items": _("One on each line: who waits, what was promised, what is missing."),
            "note": _("Thermometer, keys, masks, disinfectant; anything the next crew should know."),
        }
        widgets = {"open_items": forms.Textarea({"rows": 4}), "note": forms.Textarea({"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, submit=_("Hand over"))
