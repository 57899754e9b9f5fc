"""The form by which a paper register comes in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkpoints.services import register_sheet
from portal.jobs.forms import UploadForm
from residents.models import Compound


class RegisterForm(UploadForm):
    """A register, for which community, and of which compound."""

    columns = register_sheet.COLUMNS
    ignored = register_sheet.IGNORED

    compound = forms.ModelChoiceField(
        label=_("Compound"),
        queryset=Compound.objects.none(),
        required=False,
        empty_label=_("as the file says"),
        help_text=_("Needed when neither the title nor the name of the file tells it."),
    )
    field_order = ["community", "compound", "file"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        compounds = Compound.objects.within(kwargs["communities"])
        self.fields["compound"].queryset = compounds  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        compound, community = values.get("compound"), values.get("community")
        if compound and community and compound.community_id != community.pk:
            self.add_error("compound", _("This compound belongs to another community. Choose one of the community's own."))
        return values
