"""One passage as somebody wrote it: what is understood, what is asked back."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from checkpoints.services import written
from checkpoints.services.written_fields import Invalid

LIMIT = Decimal("37.3")


def row(**changed):
    whole = {
        "id": str(uuid4()),
        "happened_at": timezone.now().isoformat(),
        "direction": "in",
        "home": "17-3-702",
        "name": "王建国",
    }
    return {name: value for name, value in {**whole, **changed}.items() if value != "-"}


def read(**changed):
    return written.read(row(**changed), fever_limit=LIMIT, now=timezone.now())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("36.5", "36.5"),
        (36.5, "36.5"),
        (36, "36.0"),
        ("36,5", "36.5"),
        ("３６．５", "36.5"),
        (" 36.5 ℃", "36.5"),
        ("36.5度", "36.5"),
        ("36。5", "36.5"),
        ("36.50", "36.5"),
        ("34.0", "34.0"),
        ("43", "43.0"),
    ],
)
def test_a_temperature_is_understood_as_people_write_it(said, meant):
    assert read(temperature=said).temperature == Decimal(meant)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("366", "Did you mean 36.6?"),
        ("365", "Did you mean 36.5?"),
        (366, "Did you mean 36.6?"),
        ("3.65", "Did you mean 36.5?"),
        (97.7, "Did you mean 36.5?"),
        ("36.55", "One decimal is enough: 36.6?"),
        ("37.29", "One decimal is enough: 37.3?"),
        ("-5", "between 34.0 and 43.0"),
        ("33.9", "between 34.0 and 43.0"),
        ("43.1", "between 34.0 and 43.0"),
        ("1e400", "between 34.0 and 43.0"),
        (float("nan"), "between 34.0 and 43.0"),
        (float("inf"), "between 34.0 and 43.0"),
        ("warm", "between 34.0 and 43.0"),
        (True, "number such as 36.5"),
        ([36.5], "number such as 36.5"),
        ({"t": 36.5}, "number such as 36.5"),
    ],
)
def test_a_temperature_that_cannot_be_is_asked_back(said, words):
    with pytest.raises(Invalid, match=words.replace("?", r"\?")) as bad:
        read(temperature=said)
    assert bad.value.field == "temperature"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("17-3-702", "17-3-702"),
        ("17号楼3单元702", "17-3-702"),
        ("17栋3单元702室", "17-3-702"),
        ("17 栋 3 单元 702", "17-3-702"),
        ("１７－３－７０２", "17-3-702"),
        ("17—3—702", "17-3-702"),
        ("17/3/702", "17-3-702"),
        ("17 3 702", "17-3-702"),
        ("17幢702", "17-702"),
        ("17-702", "17-702"),
        ("a3栋2单元1201", "A3-2-1201"),
        ("北巷楼 东头", "北巷楼 东头"),
        ("12弄5号301", "12弄5号301"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_home_is_written_one_way_or_kept_as_it_was_said(said, meant):
    assert read(home=said).home == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("鄂A12345", "鄂A12345"),
        ("鄂a·7k123", "鄂A7K123"),
        ("鄂A D12345", "鄂AD12345"),
        ("鄂A12345F", "鄂A12345F"),
        ("鄂A1234挂", "鄂A1234挂"),
        ("粤Z1234港", "粤Z1234港"),
        ("鄂A1234警", "鄂A1234警"),
        ("WJ鄂12345", "WJ鄂12345"),
        ("使123456", "使123456"),
        ("无牌", "无牌"),
        ("鄂Ａ１２３４５", "鄂A12345"),
    ],
)
def test_a_plate_is_understood_in_every_chinese_shape(said, meant):
    assert read(person="driver", plate_no=said).plate_no == meant


@pytest.mark.parametrize("said", ["12345", "鄂12345", "鄂A123", "鄂A1234567", "ABC123", "<b>", "鄂A12345; --"])
def test_a_plate_of_no_shape_is_refused(said):
    with pytest.raises(Invalid) as bad:
        read(person="driver", plate_no=said)
    assert bad.value.field == "plate_no"


def test_the_letter_o_on_a_plate_is_asked_back():
    with pytest.raises(Invalid, match="Did you mean 鄂A0K123"):
        read(person="driver", plate_no="鄂AOK123")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "-"),
        ("id", 7),
        ("id", "not-a-number"),
        ("id", "0" * 5000),
        ("happened_at", "-"),
        ("happened_at", 1649550000),
        ("happened_at", "2022-04-10T08:30:00"),
        ("happened_at", "yesterday"),
        ("happened_at", "2022-02-30T08:30:00+08:00"),
        ("happened_at", "0001-01-01T00:00:00+14:00"),
        ("happened_at", "2999-01-01T00:00:00+08:00"),
        ("direction", "-"),
        ("direction", "up"),
        ("direction", ["in"]),
        ("direction", {}),
        ("person", "ghost"),
        ("home", 17),
        ("home", "x" * 61),
        ("home", "17\x003"),
        ("name", "\ud800"),
        ("name", "王\u202e建国"),
        ("name", "王" * 100_000),
        ("name", ["王"]),
        ("phone", "123"),
        ("phone", "29900001234"),
        ("health_code", "blue"),
        ("mask", "yes"),
        ("mask", 1),
        ("passengers", -1),
        ("passengers", 61),
        ("passengers", 1.5),
        ("passengers", True),
        ("passengers", 10**30),
        ("result", "flew"),
        ("reason", "x" * 61),
    ],
)
def test_bad_input_names_its_field(field, value):
    with pytest.raises(Invalid) as bad:
        read(**{field: value})
    assert bad.value.field == field
    assert bad.value.why


@pytest.mark.parametrize("value", [None, 7, "text", [], [["id", 1]]])
def test_a_row_that_is_no_row_is_refused(value):
    with pytest.raises(Invalid):
        written.read(value, fever_limit=LIMIT, now=timezone.now())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"person": "visitor", "home": "", "reason": "探亲"}, "home"),
        ({"person": "visitor"}, "reason"),
        ({"person": "driver"}, "plate_no"),
        ({"home": "", "name": ""}, "home"),
        ({"result": "turned_back"}, "result_note"),
    ],
)
def test_each_kind_needs_its_own(values, field):
    with pytest.raises(Invalid) as bad:
        read(**values)
    assert bad.value.field == field


@pytest.mark.parametrize(
    ("values", "result"),
    [
        ({"temperature": "37.2"}, "passed"),
        ({"temperature": "37.3"}, "held"),
        ({"temperature": "39", "result": "passed"}, "held"),
        ({"temperature": "39", "result": "turned_back", "result_note": "发热访客"}, "turned_back"),
        ({"result": "held"}, "held"),
    ],
)
def test_fever_is_never_let_pass(values, result):
    assert read(**values).result == result


def test_emoji_rare_characters_and_markup_are_kept_as_written():
    assert read(name="𠮷野家 😀 <b>{{x}}").name == "𠮷野家 😀 <b>{{x}}"


def test_a_clock_ahead_by_less_than_five_minutes_is_accepted():
    ahead = timezone.now() + dt.timedelta(minutes=4)

    assert read(happened_at=ahead.isoformat()).happened_at == ahead


def test_phones_are_written_one_way():
    assert read(phone="+86 199-0000 1234").phone == "19900001234"
    assert read(phone="027-8888 1234").phone == "02788881234"
