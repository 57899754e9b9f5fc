"""The demo's ledgers: one community keeps the seven, the others have still to begin."""

from portal.accounts.models import User
from residents.models import Community
from residents.services import ledgers


def build(community: Community, *, secretary: User) -> None:
    """Put down the set of a community."""
    ledgers.start(community=community, by=secretary)
