"""Every address, opened by everybody, by GET and by POST."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import translation

from tests import databases
from tests.guards.clients import Plain, handler
from tests.guards.matrix import ELSEWHERE, EVERYBODY, MATRIX, Row, World
from tests.guards.urls import ours
from tests.people import Cast, make_cast, session_of

METHODS = ("get", "post")
HANDLER = handler()


def accepted(answer: int | set[int]) -> set[int]:
    return {answer} if isinstance(answer, int) else answer


def expected(row: Row, who: str, method: str) -> set[int]:
    answer = accepted(getattr(row, method))
    if answer == {405}:
        return answer
    if (who, method) in row.but:
        return accepted(row.but[who, method])
    if who not in row.may:
        return {403}
    if row.kwargs and who in ELSEWHERE and not row.public:
        return accepted(row.of_others)
    return answer


def test_every_address_has_a_row():
    assert set(MATRIX) == set(ours())


@pytest.fixture(scope="module")
def signed_in(django_db_setup, django_db_blocker) -> Iterator[tuple[Cast, dict[str, str]]]:
    """The cast and the session of each: to begin one for each address took longer than asking them."""
    with databases.shared(django_db_blocker), translation.override("en"):
        cast = make_cast()
        yield cast, {who: session_of(getattr(cast, who)) for who in sorted(EVERYBODY)}


@pytest.fixture
def asked(signed_in, django_db_blocker) -> Iterator[tuple[Cast, dict[str, Plain]]]:
    """The cast, and a client for each and for a stranger; what one address does is undone before the next."""
    cast, sessions = signed_in
    clients = {who: Plain(HANDLER, session) for who, session in sessions.items()} | {"stranger": Plain(HANDLER)}
    with databases.undone(django_db_blocker):
        yield cast, clients


@pytest.mark.parametrize("name", sorted(MATRIX))
@pytest.mark.parametrize("method", METHODS)
def test_everybody_is_answered_as_the_matrix_says(asked, name, method):
    cast, clients = asked
    row = MATRIX[name]
    url = reverse(name, kwargs=row.kwargs(World(cast)) if row.kwargs else None)
    answer = accepted(getattr(row, method))
    # Whether a wrong method or a missing sign-in is noticed first is all the same.
    stranger = answer if row.public else {row.stranger} | (answer & {405})

    answers = {who: getattr(clients[who], method)(url).status_code for who in [*sorted(EVERYBODY), "stranger"]}

    wrong = {
        who: status
        for who, status in answers.items()
        if status not in (stranger if who == "stranger" else expected(row, who, method))
    }
    assert wrong == {}


def test_the_admin_is_for_the_operator_alone(cast, sign_in, client):
    answers = {who: sign_in(getattr(cast, who)).get("/admin/").status_code for who in sorted(EVERYBODY)}

    assert answers == {who: 200 if who == "operator" else 302 for who in EVERYBODY}
    assert client.get("/admin/").status_code == 302
