"""Tags and filters of the templates."""

import datetime as dt

import pytest
from django.core.paginator import Paginator
from django.template import RequestContext, Template
from django.test import RequestFactory
from django.utils import translation

from portal.lib.dates import moment


def drawn(text: str, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    return Template(text).render(RequestContext(request, context)).strip()


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("{{ v|mask_name }}", "王建国", "王**"),
        ("{{ v|mask_phone }}", "19900001234", "199****1234"),
        ("{{ v|mask_id }}", "990101199001011234", "99*************234"),
        ("{{ v|mask_plate }}", "鄂A7K123", "鄂A7K***"),
        ("{{ v|mask_plate }}", "无牌", "no plate"),
        ("{{ v|mask_name }}", None, ""),
        ("{{ v|number }}", 1234567, "1,234,567"),
        ("{{ v|number }}", 0, "0"),
        ("{{ v|number }}", None, "—"),
        ("{{ v|temperature }}", 36.5, "36.5 ℃"),
        ("{{ v|temperature }}", None, "—"),
        ("{{ v|end_hour }}", moment(dt.date(2022, 4, 10), dt.time(17, 30)), "17:30"),
        ("{{ v|end_hour }}", moment(dt.date(2022, 4, 11), dt.time.min), "24:00"),
        ("{{ v|hours }}", 450, "7.5"),
        ("{{ v|hours }}", 480, "8"),
        ("{{ v|hours }}", 0, "0"),
        ("{{ v|tint }}", 9, "p-tint-1"),
    ],
)
def test_filters(text, value, shown):
    assert drawn(text, v=value) == shown


@pytest.mark.parametrize(("language", "shown"), [("en", "2 hours 5 minutes"), ("zh-hans", "2 小时 5 分钟")])
def test_how_long_something_lasts_has_no_marks_between(language, shown):
    came = moment(dt.date(2022, 4, 10), dt.time(8))
    with translation.override(language):
        assert drawn("{{ v|lasting:until }}", v=came, until=came + dt.timedelta(minutes=125)).replace("\xa0", " ") == shown


@pytest.mark.parametrize(("language", "day", "names"), [("en", "2022-04-05", "甲, 乙"), ("zh-hans", "2022年4月5日", "甲、乙")])
def test_a_day_on_paper_and_the_names_of_a_list_are_written_as_in_the_language(language, day, names):
    with translation.override(language):
        assert drawn("{{ v|paper_day }}{{ none|paper_day }}", v=dt.date(2022, 4, 5), none=None) == day
        assert drawn("{{ v|listed }}{{ none|listed }}", v=["甲", "乙"], none=None) == names


def test_a_name_in_an_avatar_is_escaped():
    assert drawn("{% avatar v 1 %}", v="<b>") == '<span class="p-avatar p-tint-1" aria-hidden="true">&lt;</span>'


def test_a_heading_sorts_upwards_then_downwards_and_keeps_the_filter():
    text = '{% sort "name" "Name" %}'

    assert 'href="?state=on&amp;sort=name"' in drawn(text, "/?state=on&page=3")
    assert 'href="?state=on&amp;sort=-name"' in drawn(text, "/?state=on&sort=name")
    assert 'aria-sort="ascending"' in drawn(text, "/?sort=name")
    assert 'aria-sort="descending"' in drawn(text, "/?sort=-name")


def test_the_pages_of_a_list_keep_the_filter():
    page = Paginator(range(500), 50).get_page(4)
    html = drawn('{% include "parts/pagination.html" %}', "/?state=on&page=4", page=page)

    assert 'href="?state=on&amp;page=3"' in html
    assert '<span aria-current="page">4</span>' in html
    assert "500 rows" in html
