"""ID numbers."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import id_numbers

FIRST = st.builds(
    lambda area, born, serial: f"{area:06}{born:%Y%m%d}{serial:03}",
    st.integers(0, 999_999),
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)),
    st.integers(0, 999),
)


@pytest.mark.parametrize("number", ["11010519491231002X", "990101199001010019"])
def test_known_numbers_are_valid(number):
    assert id_numbers.fault(number) == ""


@given(FIRST)
def test_one_last_character_fits_and_the_others_do_not(first):
    right = [last for last in id_numbers.CHECKS if id_numbers.is_valid(first + last)]
    assert right == [id_numbers.check_digit(first)]


@given(FIRST, st.integers(0, 16), st.integers(1, 9))
def test_a_mistyped_digit_is_noticed(first, at, by):
    number = first + id_numbers.check_digit(first)
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert not id_numbers.is_valid(wrong)


@given(st.text(max_size=20))
def test_any_text_gets_an_answer(text):
    assert isinstance(id_numbers.fault(text), str)


def test_a_number_tells_birthday_and_sex():
    assert id_numbers.born_on("11010519491231002X") == dt.date(1949, 12, 31)
    assert id_numbers.is_male("11010519491231002X") is False
    assert id_numbers.born_on("E12345678") is None
