"""`make bench` says of everything whether it was met, also of what could not be measured."""

import pytest
from django.db import connection

from tests.bench import exports, rollup


@pytest.mark.skipif(connection.vendor == "postgresql", reason="there it is measured")
def test_what_only_postgresql_can_tell_is_not_met_elsewhere():
    lines = [*rollup.run(), exports.compared("")]

    assert [(line.what, line.reached, line.met) for line in lines] == [
        ("roll-up of a day against SQL by hand", "not measured", False),
        ("exports: gate register as CSV", "not measured", False),
    ]
