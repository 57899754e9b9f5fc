"""The people on the roster: taken up once, kept right, shown in full only for a reason."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deployments.models import Cadre, Secondment
from deployments.services import memberships, secondments
from deployments.services.secondments import Terms
from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.models.users import taken
from portal.lib.constraints import explained
from portal.lib.crypto import lookup_hash
from portal.lib.errors import Refused
from residents.models import Community

# What a person may write; account and hash follow from other moves.
FIELDS = (
    "kind",
    "unit",
    "name",
    "sex",
    "born_on",
    "ethnicity",
    "political_status",
    "position",
    "phone",
    "id_number",
    "address",
    "home_community",
    "skills",
    "health_note",
    "vaccine_doses",
    "branch_role",
    "note",
)
# By the roster and by the form alike.
MOST_SKILLS, SKILL_LENGTH = 12, 20
# Shown masked; one at a time in full, with a reason.
SENSITIVE = ("phone", "id_number", "address", "health_note")


class ChangedMeanwhile(Refused):
    """Somebody saved the cadre after this person had opened her."""

    def __init__(self, cadre: Cadre) -> None:
        super().__init__(_("Somebody has changed this cadre since you opened the page. Compare the values, then save again."))
        self.cadre = cadre


def fingerprint(cadre: Cadre) -> str:
    """A word that changes whenever a value changes, and tells none of them."""
    values = [str(getattr(cadre, field.attname)) for field in cadre._meta.fields if field.name in FIELDS]
    return lookup_hash(json.dumps(values))[:32]


def known(*, name: str, phone: str, id_number: str = "") -> Cadre | None:
    """The person if she is already in the portal, in whichever community: same ID number, or same name and phone."""
    if id_number and (found := Cadre.objects.filter(id_hash=lookup_hash(id_number)).first()):
        return found
    return Cadre.objects.filter(name=name, phone=phone).order_by("id").first()


@transaction.atomic
def register(*, values: Mapping[str, Any], terms: Terms, by: User) -> tuple[Secondment, list[str]]:
    """Take up a person and where she was sent; whoever is already known keeps her record and is only sent.

    Returns the secondment, and the fields of a known person that were written otherwise and not taken over.
    """
    cadre = known(name=values["name"], phone=values["phone"], id_number=values.get("id_number", ""))
    left: list[str] = []
    if cadre is None:
        with explained(Cadre):
            cadre = Cadre.objects.create(**_hashed(values))
        audit.record("cadre.created", cadre, community=terms.community, by=by, after=values)
    else:
        _refuse_another(cadre, values)
        left = list(audit.changed(cadre, {name: value for name, value in values.items() if value not in (None, "", [])})[1])
    return secondments.appoint(cadre=cadre, terms=terms, by=by), left


@transaction.atomic
def update(*, cadre_id: int, values: Mapping[str, Any], seen: str, community: Community, by: User) -> Cadre:
    """Change a person's values; `seen` is the fingerprint of what the form showed."""
    cadre = Cadre.objects.select_for_update().get(pk=cadre_id)
    if seen != fingerprint(cadre):
        raise ChangedMeanwhile(cadre)
    before, after = audit.changed(cadre, {name: values[name] for name in FIELDS if name in values})
    if not after:
        return cadre
    _refuse_duplicate(cadre, after)
    for name, value in _hashed(after).items():
        setattr(cadre, name, value)
    with explained(Cadre):
        cadre.save(update_fields=list(_hashed(after)))
    _sign_in_follows(cadre, before)
    audit.record("cadre.changed", cadre, community=community, by=by, before=before, after=after)
    memberships.follow(cadre, by=by)
    return cadre


@transaction.atomic
def reveal(*, cadre: Cadre, field: str, reason: str, community: Community, by: User) -> str:
    """Show one value in full, once; the trail says to whom and why."""
    if field not in SENSITIVE:
        raise Refused(_("This value is not kept masked."))
    if not (reason := reason.strip()):
        raise Refused(_("Write why you need to see it."))
    audit.record("cadre.revealed", cadre, community=community, by=by, after={"field": field, "reason": reason})
    return str(getattr(cadre, field))


def _hashed(values: Mapping[str, Any]) -> dict[str, Any]:
    if "id_number" not in values:
        return dict(values)
    number = values["id_number"]
    return {**values, "id_hash": lookup_hash(number) if number else None}


def _refuse_another(cadre: Cadre, values: Mapping[str, Any]) -> None:
    """As a roster does: a number of somebody else, or somebody with another number, is not silently taken for her."""
    number = values.get("id_number")
    if number and cadre.id_hash and cadre.id_hash != lookup_hash(number):
        raise Refused(_("This person is known with another ID number. Ask the sending unit which is right."))
    if (cadre.name, cadre.phone) != (values["name"], values["phone"]):
        raise Refused(
            _("This ID number is known with another name or phone. Look at the card again; if the number is right, import a "
              "roster with this one row: it shows what would change.")
        )  # fmt: skip


def _refuse_duplicate(cadre: Cadre, values: Mapping[str, Any]) -> None:
    number = values.get("id_number")
    if number and Cadre.objects.filter(id_hash=lookup_hash(number)).exclude(pk=cadre.pk).exists():
        raise Refused(_("Another person on the roster has this ID number. Look at the card again."))


def _sign_in_follows(cadre: Cadre, before: Mapping[str, Any]) -> None:
    # Whoever signs in by her number goes on doing so when it changes; the old one, soon perhaps another's, lets nobody in.
    user = cadre.user
    if user is None or "phone" not in before or user.phone != before["phone"]:
        return
    if taken(cadre.phone, cadre.phone, but=user.pk):
        raise Refused(_("Somebody already signs in with this mobile number. Correct the number, or ask the operator."))
    if user.username == user.phone:
        user.username = cadre.phone
    user.phone = cadre.phone
    user.save(update_fields=["username", "phone"])
