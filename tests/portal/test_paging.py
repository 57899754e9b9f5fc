"""Pages of a list: as many as somebody turns, and no more than a database likes."""

from django.template.loader import render_to_string
from django.test import RequestFactory

from portal.accounts.models import User
from portal.lib import paging
from tests.factories import UserFactory


def pages(query: str):
    return paging.paged(RequestFactory().get(f"/?{query}"), User.objects.order_by("id"), 2)


def test_nonsense_is_the_first_page_and_too_far_is_the_last(db):
    UserFactory.create_batch(5)

    assert [pages(f"page={asked}").number for asked in ("", "x", "2", "99", "-1")] == [1, 1, 2, 3, 3]
    assert pages("").paginator.more is False


def test_rows_beyond_the_most_are_not_counted_and_not_skipped(db, monkeypatch):
    monkeypatch.setattr(paging, "MOST", 4)
    UserFactory.create_batch(6)

    last = pages("page=99")

    assert (last.number, len(last), last.paginator.count, last.paginator.more) == (2, 2, 4, True)


def test_a_list_on_paper_says_which_part_of_it_this_is(db):
    UserFactory.create_batch(5)
    request = RequestFactory().get("/")

    said = [
        " ".join(render_to_string("parts/pagination.html", {"page": page}, request).split())
        for page in (pages("page=2"), paging.paged(request, User.objects.order_by("id"), 9))
    ]

    assert [text[text.index('<p class="p-print">') :] for text in said] == [
        '<p class="p-print"> 5 rows · 2/3 </p>',
        '<p class="p-print"> 5 rows </p>',
    ]
