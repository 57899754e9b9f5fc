"""The door, in a real browser."""

import pytest

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize(("language", "word"), [("zh-CN", "登录"), ("en", "Sign in")])
def test_the_door_opens_at_both_sizes_in_both_languages(open_as, size, language, word):
    page = open_as(size=size, language=language)

    page.goto("/accounts/login/")

    assert word.lower() in page.inner_text("body").lower()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
