"""The form by which a sheet comes in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import helper
from portal.lib.headings import Column
from portal.lib.imports import Reader
from portal.lib.sheets import SheetError


class UploadForm(forms.Form):
    """A sheet, and for which community; a file that cannot be read is refused here, with the reason."""

    columns: Sequence[Column] = ()
    ignored: Sequence[str] = ()

    community: "forms.ModelChoiceField[Any]" = forms.ModelChoiceField(label=_("Community"), queryset=None, empty_label=None)
    file = forms.FileField(
        label=_("Sheet"),
        max_length=120,
        help_text=_(
            ".xlsx, .xls, .et or .csv, up to 30 MB. Titles above the headings and the order of the columns do not matter."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et,.csv,.tsv,.txt"}),
        error_messages={
            "required": _("Choose the sheet."),
            "empty": _("The file is empty (0 bytes). Save it again and send it once more."),
            "max_length": _("The name of the file is too long. Give it a shorter one."),
        },
    )

    def __init__(self, *args: Any, communities: "QuerySet[Any]", cancel: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["community"]
        field.queryset = communities  # type: ignore[attr-defined]
        field.validators.append(ProhibitNullCharactersValidator())
        if len(communities) == 1:
            field.initial, field.widget = communities[0].pk, forms.HiddenInput()
        self.helper = helper(self, submit=_("Preview"), cancel=cancel)

    def clean_file(self) -> UploadedFile:
        """Look for the headings at once: most wrong files are told by them."""
        file: UploadedFile = self.cleaned_data["file"]
        try:
            Reader(file, self.columns, self.ignored)  # type: ignore[arg-type]
        except SheetError as error:
            raise forms.ValidationError(str(error)) from error
        file.seek(0)
        return file
