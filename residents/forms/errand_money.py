"""What is asked when money moved."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.lib import photos
from portal.lib.forms import CleanTextMixin, KeyField, helper, typed_number
from residents.models import Payment
from residents.models.errand_money import LEAST, MOST


class AmountField(forms.DecimalField):
    """12.50, also typed as 12。50 or in full width; one sentence for everything that is no amount."""

    def __init__(self, **kwargs: Any) -> None:
        said = _("An amount lies between 0.01 and 50,000 yuan, with two decimals at most: 12.50.")
        super().__init__(
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), error_messages={"invalid": said},
            **kwargs,
        )  # fmt: skip

    def to_python(self, value: Any) -> Any:
        """Read it as people type it."""
        return super().to_python(typed_number(value))

    def run_validators(self, value: Any) -> None:
        """Cents are the smallest."""
        if not (LEAST <= value <= MOST and value == value.quantize(LEAST)):
            raise ValidationError(self.error_messages["invalid"], code="invalid")


class PaymentForm(CleanTextMixin, forms.Form):
    """One amount, who paid it, and the receipt where a helper advanced it."""

    key = KeyField()
    kind = forms.ChoiceField(label=_("who paid"), widget=forms.RadioSelect)
    amount = AmountField(label=_("amount (yuan)"))
    receipt = forms.FileField(
        label=_("photo of the receipt"), required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )  # fmt: skip
    note = forms.CharField(label=_("note"), max_length=120, required=False)

    def __init__(self, *args: Any, kinds: list[str], cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(k.value, k.label) for k in Payment.Kind if k.value in kinds]  # type: ignore[attr-defined]
        self.initial.setdefault("kind", kinds[0])
        self.helper = helper(self, submit=_("Write it down"), cancel=cancel)

    def clean_amount(self) -> Decimal:
        """To the cent."""
        return Decimal(self.cleaned_data["amount"]).quantize(LEAST)

    def clean_receipt(self) -> Any:
        """Only a picture, small and without where it was taken."""
        upload = self.cleaned_data["receipt"]
        return photos.cleaned(upload) if upload else None

    def clean(self) -> dict[str, Any]:
        """Money that a helper lent is only believed with a receipt."""
        facts: dict[str, Any] = super().clean() or {}
        if facts.get("kind") == Payment.Kind.ADVANCED and not facts.get("receipt") and "receipt" not in self.errors:
            self.add_error("receipt", _("Add a photo of the receipt."))
        return facts


class ReverseForm(CleanTextMixin, forms.Form):
    """Why an amount was wrong."""

    note = forms.CharField(label=_("reason"), max_length=120)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper(self, submit=_("Take it back"), cancel=cancel, danger=True)
