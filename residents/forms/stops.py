"""What is answered at a stop: the questions of the kind, a note, a photo."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib import photos
from portal.lib.forms import CleanTextMixin, typed_number
from residents.models import Stop
from residents.rounds.kinds import Kind, Question

FIRST_YEAR, LAST_YEAR = 2000, 2099
COLDEST, HOTTEST = Decimal("34.0"), Decimal("43.0")


class TemperatureField(forms.DecimalField):
    """36.5, also written 36,5 or in full-width digits; nothing a living person cannot have."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=COLDEST,
            max_value=HOTTEST,
            max_digits=3,
            decimal_places=1,
            error_messages={
                "min_value": _("A temperature lies between 34.0 and 43.0. Measure again."),
                "max_value": _("A temperature lies between 34.0 and 43.0. Measure again."),
            },
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": "5"}),
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        """Read it as people type it."""
        if isinstance(value, str):
            value = typed_number(value).replace(",", ".")
        return super().to_python(value)


class LenientMoment(forms.DateTimeField):
    """A clock that nobody can read is no reason to lose the answer."""

    def clean(self, value: Any) -> Any:
        """Read it, or leave it."""
        try:
            moment = super().clean(value)
        except (forms.ValidationError, OverflowError):
            return None
        return moment if moment is None or FIRST_YEAR <= moment.year <= LAST_YEAR else None


class StopForm(CleanTextMixin, forms.Form):
    """One stop's answers. `tap` is the page's own name for this tap: the same one twice is one."""

    longest_text = 160

    tap = forms.UUIDField(required=False, widget=forms.HiddenInput)
    tapped_at = LenientMoment(required=False, widget=forms.HiddenInput(attrs={"data-now": ""}))
    outcome = forms.SlugField(max_length=20, widget=forms.HiddenInput)
    note = forms.CharField(label=_("note"), required=False, max_length=Stop._meta.get_field("note").max_length)
    photo = forms.FileField(
        label=_("photo"), required=False, widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"})
    )

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        ending = kind.ends().get(str(self.data.get("outcome", ""))) if self.is_bound else kind.usual
        for question in kind.questions:
            # Who gives a reason why nothing was done has nothing to answer.
            self.fields[question.name] = _field(question, required=question.required and not (ending and ending.excused))

    def asked(self) -> list[forms.BoundField]:
        """The questions, those that must be answered first."""
        names = sorted(self.kind.questions, key=lambda question: not question.required)
        return [self[question.name] for question in names]

    def answers(self) -> dict[str, Any]:
        """What the service is told."""
        return {question.name: self.cleaned_data.get(question.name) for question in self.kind.questions}

    def clean_photo(self) -> Any:
        """Shrunk, and without the place where it was taken."""
        upload = self.cleaned_data["photo"]
        return photos.cleaned(upload) if upload else None


def _field(question: Question, *, required: bool) -> forms.Field:
    label = question.label
    if question.unit:
        label = gettext("%(question)s (%(unit)s)") % {"question": label, "unit": question.unit}
    common: dict[str, Any] = {"label": label, "required": required, "initial": question.initial}
    if question.kind == "temperature":
        return TemperatureField(**common)
    if question.kind == "number":
        return forms.IntegerField(min_value=question.least, max_value=question.most, **common)
    if question.kind == "choice":
        return forms.ChoiceField(choices=question.choices, **common)
    if question.kind == "yes":
        return forms.BooleanField(**{**common, "required": False})
    return forms.CharField(max_length=160, **common)
