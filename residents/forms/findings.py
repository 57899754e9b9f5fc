"""What was done about a finding."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin
from residents.models import Finding


class HandlingForm(CleanTextMixin, forms.Form):
    """One sentence."""

    handling = forms.CharField(label=_("what was done"), max_length=Finding._meta.get_field("handling").max_length)
