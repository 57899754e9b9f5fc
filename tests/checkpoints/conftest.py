"""What the tests of posts and gates share."""

import pytest

from residents.models import Dwelling
from tests import factories


@pytest.fixture
def home(cast) -> Dwelling:
    """17-3-702 of 荷风苑."""
    entrance = factories.EntranceFactory(number="3", building__number="17", building__compound=cast.hefengyuan)
    return factories.DwellingFactory(entrance=entrance, floor=7, room_no="702")
