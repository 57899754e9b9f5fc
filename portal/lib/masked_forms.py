"""Forms in which personal values stand masked: a mask left as it stood keeps the real value, nothing is overwritten unseen."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.languages import listed


class MaskedMixin:
    """Gives a ModelForm with a hidden field `seen` its masks: `class CadreForm(MaskedMixin, CleanTextMixin, ModelForm)`.

    `masks` names the masked fields and how each looks; `fingerprint` tells two stored versions of a row apart.
    """

    masks: Mapping[str, Callable[[str], str]]
    fingerprint: Callable[[Any], str]
    instance: Any
    cleaned_data: dict[str, Any]
    data: Any
    fields: dict[str, Any]
    initial: dict[str, Any]
    is_bound: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.real = {name: getattr(self.instance, name) for name in self.masks}
        if self.instance.pk:
            self.initial |= {name: mask(self.real[name]) for name, mask in self.masks.items()}
            self.initial["seen"] = type(self).fingerprint(self.instance)
        # Somebody saved in between: a mask in the post is the mask of a value that is no more.
        self.stale = self.is_bound and self.data.get("seen") != self.initial.get("seen")

    def kept(self, name: str) -> str:
        """The typed value, or the stored one where the mask was left as it stood."""
        typed, real = self.cleaned_data.get(name) or "", self.real[name]
        if self.instance.pk and real and (typed == self.masks[name](real) or (self.stale and "*" in typed)):
            return str(real)
        if "*" in typed:
            raise ValidationError(_("Write it in full, or leave it exactly as it was."), code="half_masked")
        return typed

    def values(self) -> dict[str, Any]:
        """What the service writes; the form says it."""
        raise NotImplementedError

    def show_conflict(self, stored: models.Model) -> list[tuple[str, str, str]]:
        """Each field somebody else has changed: its name, their value, the typed one. Saving again is then a decision."""
        self.data = self.data.copy()
        self.data["seen"] = type(self).fingerprint(stored)
        for name, mask in self.masks.items():
            if "*" in self.data.get(name, ""):
                self.data[name] = mask(getattr(stored, name))
        typed = self.values() if self.is_valid() else {}  # type: ignore[attr-defined]
        return [
            (str(self.fields[name].label), self._shown(name, getattr(stored, name)), self._shown(name, value))
            for name, value in typed.items()
            if getattr(stored, name) != value
        ]

    def _shown(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return "—"
        if isinstance(value, list):
            return listed(value)
        mask = self.masks.get(name)
        return mask(str(value)) if mask else str(value)
