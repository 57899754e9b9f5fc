"""A resident brings something up without an account, by the sheet at the door, and follows it by a private link."""

import datetime as dt
import uuid

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.services import attempts
from portal.accounts.services.attempts import Limit
from portal.lib.crypto import lookup_hash
from portal.lib.errors import Refused
from residents.models import Errand, Matter
from residents.models.matters import INWARD
from residents.services import matters
from residents.services.ask_sheets import Sheet
from residents.services.errand_homes import find_home, find_room
from residents.services.tasks import Place

SIGNER = signing.Signer(salt="residents.matters", sep=".")
# A private link can be read for so many days after the matter has ended.
READABLE = dt.timedelta(days=14)
# So many words of the resident afterwards.
MOST = 10
# A whole stairwell behind one sheet, a whole mast behind one address of a mobile network: so many in so many minutes.
PER_SHEET, PER_ADDRESS, PER_PHONE, PER_PAGE = Limit(60, 10), Limit(120, 10), Limit(8, 60), Limit(30, 10)


def link(matter: Matter) -> str:
    """The token of the private page."""
    return SIGNER.sign(str(matter.pk))


def opened(token: str) -> Matter | None:
    """The matter of a token; None where it was never given out, or is over for long. Disputes have no page."""
    try:
        pk = SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    matter = Matter.objects.with_places().select_related("community").filter(pk=pk).first()
    over = matter and matter.ended_at and matter.ended_at < timezone.now() - READABLE
    return None if matter is None or matter.is_inward or over else matter


def within_limits(*, address: str, sheet: Sheet | None = None, phone: str = "", matter: Matter | None = None) -> bool:
    """Count one request against the sheet and the phone, or the private page, and against the address it comes from."""
    limits = {lookup_hash(f"matter address {address}"): PER_ADDRESS}
    if sheet:
        limits |= {lookup_hash(f"matter sheet {sheet.key}"): PER_SHEET, lookup_hash(f"matter phone {phone}"): PER_PHONE}
    if matter:
        limits[lookup_hash(f"matter link {matter.pk}")] = PER_PAGE
    return bool(attempts.count(limits))


def report(
    *, sheet: Sheet, key: uuid.UUID, home: str, name: str, phone: str, kind: str, what: str, errand: Errand | None = None
) -> Matter:
    """Store what a resident brings up. The same words sent again find the same matter."""
    at = sheet.entrance
    dwelling = find_room(home, at) if at else find_home(home, compound=sheet.compound, community=sheet.community)
    place = Place(
        sheet.community, sheet.compound, at.building if at else None, dwelling, "" if dwelling else home
    )  # fmt: skip
    said = "\n".join([sheet.key, home, phone, kind, what])
    return matters.report(
        key=uuid.uuid5(key, said), place=place, kind=kind, what=what, name=name, phone=phone, errand=errand, by=None
    )  # fmt: skip


def sheet_of(errand: Errand) -> Sheet | None:
    """Whoever waits for an errand may bring something up by its private link, where its stairwell is known."""
    return Sheet(errand.entrance.building.compound, errand.entrance) if errand.entrance else None


def of_errand(errand: Errand) -> list[tuple[Matter, str]]:
    """What was brought up by an errand's private link, and the page of each."""
    return [(matter, link(matter)) for matter in errand.matters.exclude(kind__in=INWARD).order_by("id")]


def add(*, matter: Matter, text: str) -> None:
    """The resident says more; what is ended is opened again by it."""
    if not text:
        raise Refused(_("Write down what you want to say."))
    if matter.steps.filter(by=None).count() >= MOST:
        raise Refused(_("That is a lot already. Please ring the community."))
    if matter.is_open:
        matter.steps.create(text=text[:300], for_resident=True)
    else:
        matters.reopen(matter_id=matter.pk, reason=text, by=None)
