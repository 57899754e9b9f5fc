"""The home answers for itself: a private page, sent by message, on which whoever lives there says yes or no to a visitor.

The link is signed for one person of the home and one visit. It ends after some hours, with the visit, and when the person
moves out; it shows who wants in only until it was answered.
"""

import datetime as dt
from dataclasses import dataclass

from django.core import signing
from django.utils import timezone

from checkpoints.models import Visit
from checkpoints.services import visits
from portal.accounts.services import attempts
from portal.accounts.services.attempts import Limit
from portal.lib.crypto import lookup_hash
from residents.models import Community, Resident

SIGNER = signing.TimestampSigner(salt="checkpoints.visits", sep=".")
# Somebody stands at the gate and waits; a link that lies about longer is asked anew.
GOOD_FOR = dt.timedelta(hours=12)
# A whole mast of a mobile network stands behind one address: so many in so many minutes.
PER_LINK, PER_ADDRESS = Limit(20, 10), Limit(120, 10)


class Expired(Exception):  # noqa: N818 - it is an answer, not an error
    """A link that was good once; `community` is whom to ring instead."""

    def __init__(self, community: Community) -> None:
        super().__init__()
        self.community = community


@dataclass(frozen=True)
class Question:
    """Who asks whom: the visit, and who of the home has the link."""

    visit: Visit
    host: Resident


def link(visit: Visit, host: Resident) -> str:
    """The token of the page for one person of the home."""
    return SIGNER.sign(f"{visit.pk}-{host.pk}")


def opened(token: str) -> Question | None:
    """What a token asks; None where it was never given out. Raises Expired where it was."""
    try:
        visit_id, _dash, host_id = SIGNER.unsign(token).partition("-")
    except signing.BadSignature:
        return None
    visit = Visit.objects.select_related("community", "compound").filter(pk=visit_id).first()
    if visit is None:
        return None
    host = Resident.objects.registered().filter(pk=host_id, dwelling=visit.dwelling_id).first()
    if host is None or visit.until < timezone.localdate() or _is_old(token):
        raise Expired(visit.community)
    return Question(visit, host)


def _is_old(token: str) -> bool:
    try:
        SIGNER.unsign(token, max_age=GOOD_FOR)
    except signing.SignatureExpired:
        return True
    return False


def within_limits(*, visit: Visit, address: str) -> bool:
    """Count one press against the visit and the address it comes from."""
    limits = {lookup_hash(f"visit link {visit.pk}"): PER_LINK, lookup_hash(f"visit address {address}"): PER_ADDRESS}
    return bool(attempts.count(limits))


def answer(question: Question, *, answer: str) -> Visit:
    """The home says yes or no; a yes may still become a no."""
    return visits.answer(
        visit_id=question.visit.pk, answer=answer, how=Visit.How.LINK, host=question.host.name[:40], by=None
    )  # fmt: skip
