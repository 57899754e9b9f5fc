"""Forms about a round as a whole."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from residents.models import Round
from residents.services import rounds


class HandOverForm(forms.Form):
    """To whom a round goes."""

    to = forms.ModelChoiceField(User.objects.none(), label=_("to whom"), widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args: Any, of: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = rounds.takers(of.community)  # type: ignore[attr-defined]
