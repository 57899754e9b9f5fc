"""What every form shares: text that is trimmed, bounded and clean, and how crispy-forms draws it."""

import datetime as dt
import re
import unicodedata
import uuid
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator, ProhibitNullCharactersValidator
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

# Half a character, and marks that turn the reading direction round so that a name reads as another.
UNWRITABLE = re.compile("[\ud800-\udfff]")
TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Control characters, but for tab and the ends of lines.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")

# Digits that fit into 64 bits with certainty.
LONGEST_KEY = 18


def refuse_unreadable(value: str) -> None:
    """Refuse what no keyboard writes: control characters, half characters, direction marks."""
    if CONTROL.search(value) or UNWRITABLE.search(value) or TURNING.search(value):
        raise ValidationError(_("This contains characters that cannot be read. Please type it again."), code="unreadable")


def typed_number(value: Any) -> str:
    """A number as a thumb types it, in full width and with 。 for the point, as Django's fields read it."""
    return unicodedata.normalize("NFKC", str(value or "")).strip().replace("。", ".")


class CleanTextMixin:
    """Gives every text field of a form `refuse_unreadable` and a bound: `class ShiftForm(CleanTextMixin, forms.ModelForm)`.

    Fields without a max_length take at most `longest_text` characters. Trimming is Django's own. Days lie within DAYS.
    """

    longest_text = 2000
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField) and not isinstance(field, forms.UUIDField):
                tidy(field, self.longest_text)
            elif isinstance(field, forms.DateField) and not isinstance(field, DayField):
                field.validators = [*field.validators, *DAYS]


def tidy(field: forms.CharField, longest: int) -> None:
    """Let the field say kindly what it refuses, before the database has to."""
    # Our sentence covers NUL as well; Django's own speaks of null characters.
    field.validators = [v for v in field.validators if not isinstance(v, ProhibitNullCharactersValidator)]
    field.validators.append(refuse_unreadable)
    if field.max_length is None and not isinstance(field, forms.JSONField):
        field.max_length = longest
        field.validators.append(MaxLengthValidator(longest))
        if not field.widget.is_hidden:
            field.widget.attrs.setdefault("maxlength", str(longest))


class CleanCharField(forms.CharField):
    """A text field for forms that do not use the mixin; always bounded."""

    default_validators = [refuse_unreadable]

    def __init__(self, *, max_length: int = 2000, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)
        self.validators = [v for v in self.validators if not isinstance(v, ProhibitNullCharactersValidator)]


class KeyField(forms.UUIDField):
    """What makes a form sent twice one; the page makes it, so a missing or broken one is no mistake of the person's."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid.uuid4)

    def to_python(self, value: Any) -> Any:
        """The key, or a new one."""
        try:
            return super().to_python(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What the page is given when it is shown again: the key that came, or a good one in its place."""
        try:
            return super().to_python(data) or initial
        except ValidationError:
            return initial


# Django's own sentences, which our catalogue says as a resident would: collected here, used there.
KINDLY = (
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
    _("Select a valid choice. %(value)s is not one of the available choices."),
    _("Select a valid choice. That choice is not one of the available choices."),
)


class Buttons:
    """The one button of a form and the way back, as the last row of its layout."""

    def __init__(self, submit: str | Promise, cancel: str = "", *, danger: bool = False) -> None:
        self.facts = {"submit": submit, "cancel": cancel, "danger": danger}

    def render(self, form: forms.BaseForm, context: Any, **kwargs: Any) -> str:
        """Draw them; crispy-forms asks."""
        return render_to_string("parts/buttons.html", self.facts)


def helper(
    form: forms.BaseForm,
    *rows: Any,
    submit: str | Promise = "",
    cancel: str = "",
    action: str = "",
    tag: bool = True,
    danger: bool = False,
) -> FormHelper:
    """Return how crispy draws the form: the rows (all fields if none are named), then one button and a way back.

    In a form's `__init__`: `self.helper = helper(self, "name", pair("starts_on", "ends_on"), submit=_("Save"), cancel="/")`.
    """
    made = FormHelper()
    made.form_tag, made.form_action, made.form_class = tag, action, "p-form"
    made.attrs = {"novalidate": ""}
    made.layout = Layout(*(rows or form.fields))
    if submit:
        made.layout.append(Buttons(submit, cancel, danger=danger))
    return made


def pair(*fields: str) -> Div:
    """Fields that stand side by side where there is room."""
    return Div(*fields, css_class="p-pair")


# One day before or after them still exists, in every zone.
DAYS = [
    MinValueValidator(dt.date(1900, 1, 1), _("Choose a day after 1900.")),
    MaxValueValidator(dt.date(2100, 1, 1), _("Choose a day before 2100.")),
]


class DayField(forms.DateField):
    """A day between 1900 and 2100: nobody means the year 1 or 9999."""

    default_validators = DAYS

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows by their keys; a number no key can be is no row, where the database would only stumble over it."""

    def clean(self, value: Any) -> Any:
        """The rows."""
        for key in value or ():
            if len(str(key)) > LONGEST_KEY:
                raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": "…"})
        return super().clean(value)
