"""What Django asks before it migrates: whether the keys are those the database was written with."""

from collections.abc import Iterator, Sequence
from typing import Any

from cryptography.fernet import InvalidToken
from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, models
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from portal.lib.crypto import EncryptedField, box, lookup_hash


@register(Tags.database)
def keys_fit(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A database restored beside other keys is refused before anything is written to it."""
    if not databases:
        return []
    try:
        return _field_keys() or _lookup_key()
    except DatabaseError:
        # Not migrated yet: nothing is encrypted in it.
        return []


def _field_keys() -> list[CheckMessage]:
    for field in _encrypted():
        for cipher in _samples(field):
            try:
                box().decrypt(cipher.encode())
            except InvalidToken:
                said = _("What is encrypted in %(table)s was written with a key that is not among FIELD_KEYS.")
                hint = _("Put the key that was kept apart from the backup into FIELD_KEYS; several stand behind each other.")
                return [Error(said % {"table": field.model._meta.label}, hint=hint, id="portal.E001")]
    return []


def _lookup_key() -> list[CheckMessage]:
    for model in {field.model for field in _encrypted() if hasattr(field.model, "id_hash")}:
        row = model._default_manager.filter(id_hash__gt="").order_by("-pk").values("id_number", "id_hash").first()
        if row and row["id_hash"] != lookup_hash(row["id_number"]):
            said = _("ID numbers in %(table)s cannot be found with this LOOKUP_KEY: the database was written with another.")
            hint = _("Put back the LOOKUP_KEY that was kept apart from the backup.")
            return [Error(said % {"table": model._meta.label}, hint=hint, id="portal.E002")]
    return []


def _encrypted() -> Iterator[EncryptedField]:
    for model in apps.get_models():
        yield from (field for field in model._meta.concrete_fields if isinstance(field, EncryptedField))


def _samples(field: EncryptedField) -> list[str]:
    """The oldest and the newest value, as they are stored: a new key in front leaves the oldest to an old one."""
    rows = field.model._default_manager.annotate(cipher=Cast(field.name, models.TextField())).exclude(cipher="")
    return [row for end in ("pk", "-pk") if (row := rows.order_by(end).values_list("cipher", flat=True).first())]
