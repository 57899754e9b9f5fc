"""Forms about channels. An address that was stored is never shown again: the field is empty, and empty keeps it."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Channel
from portal.accounts.platforms import SPEECH, Platform
from portal.lib.forms import CleanTextMixin, helper, pair
from portal.lib.outgoing import LONGEST_ADDRESS, NotSent, Trouble, parse, resolve

DIGESTS = [
    (0, _("at once")),
    (15, _("every 15 minutes")),
    (30, _("every half hour")),
    (60, _("every hour")),
    (240, _("every four hours")),
    (720, _("twice a day")),
]


class ChannelForm(CleanTextMixin, forms.ModelForm):
    """Where messages go, in which language, how often, and when not."""

    address = forms.CharField(
        label=_("address"), max_length=LONGEST_ADDRESS, required=False,
        help_text=_("As the platform shows it for the bot; for mail, the mailbox. It is encrypted and never shown again."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("signing secret"), max_length=200, required=False,
        help_text=_("Only where the bot asks for one (DingTalk, Feishu: “sign”). Never shown again."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    digest_minutes = forms.TypedChoiceField(label=_("what is not urgent leaves"), choices=DIGESTS, coerce=int)
    # What a form made of this one asks first.
    own_rows: tuple[Any, ...] = ()

    class Meta:
        model = Channel
        fields = (
            "platform", "address", "secret", "language", "only_urgent", "quiet_from", "quiet_until", "digest_minutes",
            "per_minute",
        )  # fmt: skip
        widgets = {name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M") for name in ("quiet_from", "quiet_until")}

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [choice for choice in Platform.choices if choice[0] != Platform.MAIL or settings.EMAIL_HOST]
        self.fields["platform"].choices = choices
        self.fields["per_minute"].help_text = _("At most; a WeCom bot takes 20. Empty: what the platform takes.")
        self.fields["per_minute"].required = False
        self.initial["address"] = self.initial["secret"] = ""
        if not self.instance.pk:
            self.initial |= {"quiet_from": "22:00", "quiet_until": "07:00", "per_minute": ""}
        self.helper = helper(
            self, *self.own_rows, "platform", "address", "secret", pair("language", "digest_minutes"), "only_urgent",
            pair("quiet_from", "quiet_until"), "per_minute", submit=submit, cancel=cancel,
        )  # fmt: skip

    def clean_address(self) -> str:
        """Refuse at once what would be refused when it is to be used."""
        typed = self.cleaned_data["address"].strip()
        platform = self.cleaned_data.get("platform") or self.instance.platform
        if not typed:
            if not self.instance.pk or platform != self.instance.platform:
                raise forms.ValidationError(_("Paste the address of the bot, or a mail address."))
            return ""
        if platform not in SPEECH or "platform" in self.errors:
            return typed  # the platform is told first
        if platform == Platform.MAIL:
            EmailValidator(_("This is no mail address."))(typed)
            return typed
        refuse_astray(platform, typed)
        return typed

    def clean_per_minute(self) -> int:
        """A platform's own limit is never exceeded."""
        most = SPEECH[self.cleaned_data.get("platform", Platform.WEBHOOK)].per_minute
        return min(self.cleaned_data.get("per_minute") or most, most)

    def _post_clean(self) -> None:
        # An empty address keeps the stored one: the row is not to be validated without any.
        kept = self.instance.address, self.instance.secret
        super()._post_clean()  # type: ignore[misc]
        self.instance.address, self.instance.secret = (
            self.cleaned_data.get("address") or kept[0],
            self.cleaned_data.get("secret") or kept[1],
        )

    def values(self) -> dict[str, Any]:
        """What the service writes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def refuse_astray(platform: str, address: str) -> None:
    """Say what is wrong with an address; a host nobody can look up now is found out when it is used."""
    speech = SPEECH[platform]
    try:
        target = parse(address)
        if speech.hosts and target.host not in speech.hosts and not target.trusted:
            raise forms.ValidationError(
                _("This is not the address of such a bot; it looks like %(example)s."), params={"example": speech.example}
            )
        resolve(target)
    except NotSent as error:
        if error.trouble == Trouble.PRIVATE:
            raise forms.ValidationError(
                _("This address leads into a private network. Ask the operator to name it in OUTGOING_HOSTS if that is meant.")
            ) from error
        if error.trouble != Trouble.UNKNOWN:
            raise forms.ValidationError(
                _("Messages go to https:// addresses only, without a name or a password in them.")
            ) from error
