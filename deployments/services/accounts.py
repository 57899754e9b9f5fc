"""Sign-ins of cadres: opened by the community that has them, closed by it."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from deployments.models import Cadre
from deployments.services import memberships
from portal.accounts import audit
from portal.accounts.models import User
from portal.accounts.models.users import taken
from portal.lib.errors import Refused
from residents.models import Community, Role

# Without what is mistaken for something else on a printed slip: 0 O, 1 l I.
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
LENGTH = 10


@dataclass(frozen=True)
class OneTime:
    """A password for one sign-in, and what is stored of it."""

    password: str
    hashed: str


@dataclass(frozen=True)
class Slip:
    """What is handed over once: nobody can look the password up again."""

    cadre: Cadre
    login: str
    password: str


def open_account(*, cadre_id: int, community: Community, by: User) -> Slip:
    """Give a cadre a sign-in (her mobile number) with a one-time password; an existing one gets a new password."""
    password = _one_time()
    with transaction.atomic():
        slip = _open(_locked([cadre_id])[cadre_id], community, password, by=by)
        memberships.follow(slip.cadre, by=by)
    return slip


def open_accounts(*, cadres: Mapping[int, Community], by: User) -> tuple[list[Slip], list[str]]:
    """Open many, each (by the cadre's key) for its community; returns the slips, and a sentence for each refusal."""
    # A password takes a moment to hash: not while others wait for these rows.
    passwords = {key: _one_time() for key in cadres}
    return _open_all(cadres, passwords, by=by)


@transaction.atomic
def _open_all(cadres: Mapping[int, Community], passwords: Mapping[int, OneTime], *, by: User) -> tuple[list[Slip], list[str]]:
    slips, refusals = [], []
    for cadre in _locked(cadres).values():
        try:
            slips.append(_open(cadre, cadres[cadre.pk], passwords[cadre.pk], by=by))
        except Refused as refusal:
            refusals.append(_("%(name)s: %(why)s") % {"name": cadre.name, "why": refusal})
    memberships.follow(*(slip.cadre for slip in slips), by=by)
    return slips, refusals


@transaction.atomic
def close_account(*, cadre_id: int, community: Community, by: User) -> Cadre:
    """Take the sign-in away at once; open sessions end with it."""
    cadre = _locked([cadre_id])[cadre_id]
    if cadre.user is None or not cadre.user.is_active:
        raise Refused(_("This cadre has no open sign-in."))
    _refuse_foreign(cadre.user)
    cadre.user.is_active = False
    cadre.user.save(update_fields=["is_active"])
    audit.record("cadre.account_closed", cadre, community=community, by=by, after={"user": cadre.user})
    return cadre


def _locked(keys: Iterable[int]) -> dict[int, Cadre]:
    # In the order of their keys: two desks that open the same people never wait for each other.
    rows = Cadre.objects.select_for_update(of=("self",)).select_related("user").filter(pk__in=keys).order_by("pk")
    return {cadre.pk: cadre for cadre in rows}


def _one_time() -> OneTime:
    password = "".join(secrets.choice(ALPHABET) for _i in range(LENGTH))
    return OneTime(password, make_password(password))


def _open(cadre: Cadre, community: Community, one_time: OneTime, *, by: User) -> Slip:
    user = cadre.user or _new_user(cadre)
    _refuse_foreign(user)
    user.password = one_time.hashed
    user.is_active = user.must_change_password = True
    user.save()
    if cadre.user_id is None:
        cadre.user = user
        cadre.save(update_fields=["user"])
    audit.record("cadre.account_opened", cadre, community=community, by=by, after={"user": user})
    return Slip(cadre, user.phone or user.username, one_time.password)


def _new_user(cadre: Cadre) -> User:
    if taken(cadre.phone, cadre.phone):
        raise Refused(_("Somebody already signs in with this mobile number. Correct the number, or ask the operator."))
    return User(username=cadre.phone, phone=cadre.phone, name=cadre.name)


def _refuse_foreign(user: User) -> None:
    # A new password is the key to everything the account may do: it must be a cadre's account and nothing more.
    more = user.pk and user.memberships.live().exclude(role__in=[Role.CADRE, Role.VOLUNTEER]).exists()
    if more or user.is_staff or user.is_superuser or (user.pk and user.supervisions.live().exists()):
        raise Refused(_("This account has further roles. Only the operator may change it."))
