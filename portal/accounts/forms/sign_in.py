"""Who are you?"""

from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext_lazy as _

from portal.lib.forms import CleanTextMixin


class SignInForm(CleanTextMixin, LoginForm):  # type: ignore[misc]
    """allauth's form in our words: a user name or a mobile number, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or mobile number")
        # The only thing to do on that page.
        self.fields["login"].widget.attrs["autofocus"] = True
        # The sign-in page itself says who helps.
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
