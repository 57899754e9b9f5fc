"""Which home and person of the ledger a passage is about, where what was written names them."""

from checkpoints.models import Passage, Post
from residents.models import Resident
from residents.services import search


def of(post: Post, person: str, home: str, name: str) -> dict[str, int | None]:
    """The columns of one passage; passage_rows does the same for many at once."""
    found = search.home_of(post.compound.community, home, compound=post.compound) if search.parts(home) else None
    people = []
    if found and person == Passage.Person.RESIDENT:
        people = list(Resident.objects.registered().filter(dwelling=found, name=name)[:2])
    return {"dwelling_id": found.pk if found else None, "resident_id": people[0].pk if len(people) == 1 else None}
