"""One passage, written without script."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from checkpoints.forms.passes import WordForm
from checkpoints.models import Passage
from checkpoints.services.pass_parties import Word

WRITTEN = {"home", "name", "phone", "host", "plate_no", "passengers", "temperature", "reason", "result_note", "override"}


class PassageForm(forms.Form):
    """The fields of the gate page; what they may hold is known by services.written alone."""

    id = forms.CharField(required=False, widget=forms.HiddenInput)
    person = forms.CharField(required=False, initial=Passage.Person.RESIDENT)
    home = forms.CharField(required=False, label=pgettext_lazy("gate", "Home"))
    name = forms.CharField(required=False, label=_("Name"))
    phone = forms.CharField(required=False, label=_("Phone"))
    host = forms.CharField(required=False, label=pgettext_lazy("gate", "Who of the home agreed"))
    plate_no = forms.CharField(required=False, label=_("Plate"))
    passengers = forms.CharField(required=False, label=_("Passengers"))
    temperature = forms.CharField(required=False, label=_("Temperature"))
    health_code = forms.CharField(required=False, label=_("Health code"))
    mask = forms.CharField(required=False, label=_("Mask"))
    reason = forms.CharField(required=False, label=pgettext_lazy("gate", "Reason"))
    result_note = forms.CharField(required=False, label=_("Why"))
    direction = forms.CharField(required=False)
    override = forms.CharField(required=False, label=_("Let go nevertheless, because"))

    def row(self) -> dict[str, Any]:
        """What was written, as the phone would send it."""
        said = {name: self.data.get(name, "") for name in self.fields}
        if turned := self.data.get("turn_back"):
            said |= {"direction": turned, "result": Passage.Result.TURNED_BACK}
        else:
            said["result_note"] = ""
        return {**said, "mask": {"yes": True, "no": False}.get(said["mask"], said["mask"] or None)}

    def word(self) -> Word:
        """What the gate says with the press."""
        return WordForm(self.data).word()

    def refuse(self, field: str, why: str) -> None:
        """Show the answer at its field."""
        self.full_clean()
        # Fields without a place of their own on the page are spoken of above it.
        self.errors.clear()
        self.add_error(field if field in WRITTEN else None, why)
