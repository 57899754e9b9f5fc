"""Whatever is typed, into whatever field of whatever page: no trace, no 500, nothing echoed as it was written."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from tests.guards.clients import ZEAL, Plain, handler
from tests.guards.hostile import Form, forms_of
from tests.guards.matrix import MATRIX, World
from tests.people import session_of

# What lists are asked by, whether or not a page has a form for it.
ASKED = (
    "page",
    "after",
    "sort",
    "q",
    "day",
    "date",
    "state",
    "compound",
    "building",
    "layer",
    "cursor",
    "next",
    "week",
    "format",
)
# Leaves the session, the language or the second step: nothing is left to try afterwards.
LEFT_OUT = {"account_logout", "set_language"}
TURNS = range(3)
# Rows asked one by one are for the pages' own tests to find; here every field may name another.
HANDLER = handler(without=ZEAL)
PAGES = sorted(name for name, row in MATRIX.items() if row.get != 405 and name not in LEFT_OUT)


def who_may(name: str) -> str:
    """One of those who may open the page; the secretary where she may."""
    may = set(MATRIX[name].may)
    return next((who for who in ("secretary", "cadre_user", "officer", "supervisor") if who in may), min(may))


def send(client: Plain, page: str, form: Form, turn: int) -> tuple[int, str]:
    """Send the form; the status and what came back."""
    address = form.action or page
    # Half a character cannot be written in UTF-8, but it can be sent.
    body = urlencode(form.filled(turn), errors="surrogatepass")
    if form.method == "post":
        answer = client.post(address, body, content_type="application/x-www-form-urlencoded")
    else:
        answer = client.get(address, query_params=None, QUERY_STRING=body)
    return answer.status_code, "" if answer.streaming else answer.content.decode(errors="replace")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_answers_whatever_is_typed(cast, name):
    row = MATRIX[name]
    page = reverse(name, kwargs=row.kwargs(World(cast)) if row.kwargs else None)
    client = Plain(HANDLER, session_of(getattr(cast, who_may(name))))
    opened = client.get(page)
    html = "" if opened.streaming else opened.content.decode(errors="replace")
    # The menu's search, the languages and the way out stand on every page.
    forms = [form for form in forms_of(html) if form.action.startswith(page) or not form.action or form.method == "post"]
    forms = [form for form in forms if not form.action.startswith(("/accounts/logout", "/language/"))]

    wrong = {}
    for turn in TURNS:
        for form in [Form(page, "get", dict.fromkeys(ASKED, "")), *forms]:
            status, body = send(client, page, form, turn)
            if status >= 500 or "<script>alert(1)" in body:
                wrong[form.method, form.action or page, turn] = status
    assert wrong == {}
