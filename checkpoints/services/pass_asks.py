"""A phone's own scanner asks for a pass: which pass a code names, and how often one address may be wrong."""

from django.utils.functional import Promise

from checkpoints.models import EntryPass
from checkpoints.services import pass_cases, pass_codes
from portal.accounts.services import attempts
from portal.accounts.services.attempts import Limit
from portal.lib.crypto import lookup_hash

# Wrong codes from one address, behind which a whole mast of a mobile network may be; a guesser needs a million million.
WRONG_CODES = Limit(60, 10)


def opened(code: str) -> tuple[EntryPass | None, str | Promise]:
    """The pass that a code names, or what is wrong with the code."""
    try:
        pk = pass_codes.read(code)
    except pass_codes.Unreadable as bad:
        return None, bad.why
    return EntryPass.objects.select_related(*pass_cases.RELATED).filter(pk=pk).first(), pass_codes.FORGED


def may_ask(address: str) -> bool:
    """Whether few enough codes from this address were wrong; a good one is looked up without being counted."""
    return not attempts.reached(_limits(address))


def count_wrong(address: str) -> None:
    """Count a wrong code against the address it comes from."""
    attempts.count(_limits(address))


def _limits(address: str) -> dict[str, Limit]:
    return {lookup_hash(f"pass address {address}"): WRONG_CODES}
