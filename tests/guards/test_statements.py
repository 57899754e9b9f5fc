"""A page asks the database a few times, whatever it shows: the pages of the menu, for everybody who is led to them."""

import pytest

from portal import nav
from tests.guards.matrix import World

MOST = 12


@pytest.fixture
def world(cast) -> World:
    """The cast, and one row of each kind."""
    world = World(cast)
    for name in ("report", "handover", "correction", "passage", "leave", "responsibility", "building", "job", "message"):
        getattr(world, name)
    return world


@pytest.mark.parametrize("who", ["secretary", "worker", "cadre_user", "supervisor", "officer", "district_officer"])
def test_no_page_of_the_menu_asks_too_much(world, sign_in, queries, who):
    client = sign_in(getattr(world.cast, who))
    entries = client.get("/", follow=True).context["frame"]["entries"]

    asked = {}
    for entry in entries:
        with queries() as seen:
            answer = client.get(entry.address)
        assert answer.status_code in {200, 302}
        asked[entry.address] = len(seen)

    assert nav.address_of("home") in asked or who in {"cadre_user", "supervisor"}
    assert {address: count for address, count in asked.items() if count > MOST} == {}
