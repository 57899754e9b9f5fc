"""Figures and sheets of homes, quarantine and rounds, beside a count in plain Python from what was written down."""

import datetime as dt
import io
from collections import Counter
from collections.abc import Iterator

import pytest
import time_machine
from django.urls import reverse
from django.utils.translation import override
from python_calamine import CalamineWorkbook

from portal.jobs import services as jobs
from portal.reports.counting import count
from portal.reports.exports.headings import DAILY, DISINFECTION, TEMPERATURES
from portal.reports.exports.jobs import ask
from portal.reports.figures import FIGURES
from portal.reports.services import rollups
from residents.models import Community, QuarantineCase
from residents.services import ledgers
from residents.services.quarantine_sheet import HEADINGS as SHEET_FIVE
from tests import databases
from tests.people import Cast, make_cast
from tests.portal.quarters import DAY, NOW, Quarter, ago, both

BLOCKS = ("homes", "quarantine", "rounds")
AWAY = ("site", "clinic", "hospital")
MONITORING = ("home_monitoring", "self_monitoring")
MOODS = {"calm": "平稳", "low": "低落", "anxious": "焦虑", "angry": "愤怒"}
WORDS = {
    "central": "集中隔离", "home_quarantine": "居家隔离", "home_monitoring": "居家健康监测", "self_monitoring": "自我健康监测",
}  # fmt: skip


@pytest.fixture(scope="module")
def written_down(django_db_setup, django_db_blocker) -> Iterator[tuple[Cast, list[Quarter]]]:
    """Written once: the dice fall the same for every test, and to write their rows took longer than to count them."""
    with databases.shared(django_db_blocker):
        with time_machine.travel(NOW, tick=False), override("en"):
            cast = make_cast()
            Community.objects.update(active_from=ago(3))
            type(cast.secondment).objects.update(starts_on=ago(100))
            quarters = both(cast)
        yield cast, quarters


@pytest.fixture
def cast(written_down, django_db_blocker) -> Iterator[Cast]:
    with databases.undone(django_db_blocker), time_machine.travel(NOW, tick=False):
        yield written_down[0]


@pytest.fixture
def quarters(cast, written_down) -> list[Quarter]:
    return written_down[1]


# --- By hand ----------------------------------------------------------------------------------------------------------


def homes(quarter: Quarter) -> dict[str, int]:
    there = [p for p in quarter.people if p["lives"] and p["came"] <= DAY and not (p["left"] and p["left"] <= DAY)]
    came = {
        id(c["person"]) for c in quarter.changes
        if c["on"] == DAY and (c["kind"] == "returned" or (c["kind"] == "moved_in" and c["from"]))
    }  # fmt: skip
    return {"homes": len(quarter.homes), "living_in": len(there), "returnees": len(came)}


def whereabouts(case: dict) -> tuple[bool, str]:
    """Whether the last arrival led away from home, and the stage of the day."""
    arrivals = sorted((arrived, to) for to, _left, arrived in case["moves"] if arrived and arrived <= NOW)
    stage = next((kind for kind, first, last in case["stages"] if first <= DAY <= last), "")
    return bool(arrivals) and arrivals[-1][1] in AWAY, stage


def quarantine(quarter: Quarter) -> Counter:
    found: Counter = Counter()
    for case in (c for c in quarter.cases if c["started"] and c["started"] <= NOW):
        away, stage = whereabouts(case)
        if not (case["ended"] and case["ended"] <= DAY):
            found["at_sites" if away else "monitored" if stage in MONITORING else "quarantined"] += 1
            found[f"class_{case['class']}"] += 1
        found["quarantined_new"] += case["started"].date() == DAY
        found["released"] += case["state"] == "released" and case["ended"] == DAY
        found["released_so_far"] += case["state"] == "released" and case["ended"] <= DAY
    found["transferred"] = sum(
        left.astimezone(NOW.tzinfo).date() == DAY and to != "home"
        for case in quarter.cases for to, left, _arrived in case["moves"] if left
    )  # fmt: skip
    return found


def rounds(quarter: Quarter) -> Counter:
    found: Counter = Counter({"notices": 0})
    for row in (r for r in quarter.rounds if r["day"] == DAY and r["starts"] <= NOW):
        found["rounds_done"] += row["closed"] is not None
        found["rounds_missed"] += row["due"] <= NOW and row["closed"] is None
        found["patrols"] += row["kind"] == "patrol" and row["closed"] is not None
    done = [s for s in quarter.stops if s["state"] == "done" and s["done"] <= NOW]
    today = [s for s in done if s["round"]["day"] == DAY]
    swept = [(id(s["target"]["home"]), s["round"]["day"]) for s in done if s["kind"] == "sweep"]
    kinds = Counter(s["kind"] for s in today)
    sums = {kind: sum(s["quantity"] or 0 for s in today if s["kind"] == kind) for kind in kinds}
    found |= {
        "swept_today": len({home for home, day in swept if day == DAY}), "swept_so_far": len({home for home, _day in swept}),
        "disinfections": kinds["disinfection"], "disinfected_m2": sums["disinfection"], "persuaded": sums["patrol"],
        "disinfecting": 1, "kits": sums["antigen"], "care_calls": kinds["wellbeing_call"],
        "door_services": kinds["rubbish"] + kinds["vegetables"],
        "letters": kinds["letter"],
    }  # fmt: skip
    return found


def by_hand(quarter: Quarter) -> dict[str, int]:
    found = {**homes(quarter), **quarantine(quarter), **rounds(quarter)}
    return {figure.key: found.get(figure.key, 0) for figure in FIGURES if figure.block in BLOCKS}


# --- Figures ----------------------------------------------------------------------------------------------------------


def test_every_figure_equals_the_count_by_hand(quarters):
    numbers = count(day=DAY, as_of=NOW, communities=Community.objects.all())

    for quarter in quarters:
        expected = by_hand(quarter)
        counted = numbers[quarter.community.pk]
        assert {key: counted[key] for key in expected} == expected
    # The dice have left no figure without anything to count.
    found = sum((Counter(by_hand(quarter)) for quarter in quarters), Counter())
    assert {figure.key for figure in FIGURES if figure.block in BLOCKS} - found.keys() == {"notices"}


def test_every_cell_of_the_daily_form_equals_the_count_by_hand(quarters, cast):
    rollups.roll_up(day=DAY, communities=Community.objects.all(), by=None)
    printed = {figure.heading: figure.key for figure in FIGURES if figure.heading and figure.block in BLOCKS}

    (row,) = sheet("daily", cast.secretary, quarters[0])[:1]

    expected = by_hand(quarters[0])
    cells = dict(zip(DAILY, row, strict=True))
    assert {heading: cells[heading] for heading in printed} == {h: expected[key] for h, key in printed.items()}
    assert {"住户总数", "在住人数", "今日返(来)人员", "居家隔离现有", "今日转运", "消杀面积(㎡)", "巡逻次数"} <= printed.keys()


# --- Sheets -----------------------------------------------------------------------------------------------------------


def sheet(table, by, quarter, **facts) -> list[list]:
    """The rows of a sheet that was asked for, below its headings."""
    facts = {"first": DAY, "last": DAY, "table": table, "form": "xlsx", **facts}
    job = ask(community=quarter.community, by=by, **facts)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.outcome
    rows = CalamineWorkbook.from_filelike(job.result.open("rb")).get_sheet_by_index(0).to_python()[3:]
    return [row for row in rows if isinstance(row[0], float)]


def opened(answer) -> list[list]:
    """The rows of a sheet that a page has sent, from its headings on."""
    assert answer.status_code == 200, answer
    head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer))).get_sheet_by_index(0).to_python()[2:]
    return [head, *(row for row in rows if isinstance(row[0], float))]


def door(home: dict) -> list[str]:
    return [home["building"], home["entrance"], home["room"]]


def in_place_order(rows: list[dict], home) -> list[dict]:
    """Building, entrance, floor, room; 10 follows 2. Rows of one home stay as they were written down."""
    return sorted(rows, key=lambda row: (int(home(row)["building"]), int(home(row)["entrance"]), home(row)["room"]))


def age(born) -> int:
    return DAY.year - born.year - ((DAY.month, DAY.day) < (born.month, born.day))


def test_the_base_list_cell_by_cell(quarters, cast):
    quarter = quarters[0]
    job = jobs.ask(kind="export_residents", community=cast.qinghe, params={"asked": {}}, by=cast.secretary)
    jobs.run(job.pk)
    job.refresh_from_db()

    head, _notes, *rows = CalamineWorkbook.from_filelike(job.result.open("rb")).get_sheet_by_index(0).to_python()

    sex = {"male": "男", "female": "女"}
    lists = {id(p): [c for c in quarter.care if c["person"] is p and on_a_list(c)] for p in quarter.people}
    there = in_place_order([p for p in quarter.people if not p["left"]], lambda p: p["home"])
    expected = [
        {"序号": n, "小区*": "荷风苑", "楼栋*": int(p["home"]["building"]), "单元*": int(p["home"]["entrance"]),
         "楼层": p["home"]["floor"], "房号*": p["home"]["room"], "姓名*": p["name"], "性别": sex[p["sex"]],
         "证件类型": "居民身份证", "证件号码": p["id"], "出生日期": str(p["born"]), "年龄": age(p["born"]),
         "联系电话*": p["phone"], "人员类别": "常住", "是否在住": "是" if p["lives"] else "否",
         "特殊群体类别": ";".join(c["word"] for c in lists[id(p)])}
        for n, p in enumerate(there, 1)
    ]  # fmt: skip
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    assert [{name: cell[name] for name in want} for cell, want in zip(cells, expected, strict=True)] == expected
    assert all(any(row[name] for row in expected) for name in expected[0])


def on_a_list(care: dict) -> bool:
    return care["since"] <= DAY and not (care["until"] and care["until"] < DAY)


def sheet_five(case: dict, number: int) -> dict:
    person, checks = case["person"], {slot: case["checks"].get((DAY, slot)) for slot in ("am", "pm")}
    taken = [check for check in checks.values() if check]
    seen = [there for _warm, _ill, there in taken if there != "unchecked"]
    stages = [s for s in case["stages"] if s[1] <= DAY <= s[2]] or case["stages"][-1:]
    housemates = sum(p["lives"] and not p["left"] for p in person["home"]["people"])
    tests = [(f"{due:%m-%d}", result) for due, result in case["tests"] if result != "dropped"]
    felt = [call for call in case["calls"] if call["reached"]] + case["felt"]
    told = [one for one in felt if one["day"] <= DAY and one["mood"]]
    moods = [one["mood"] for one in sorted(told, key=lambda one: (one["day"], one["hour"]))]
    return {
        "序号": number, "小区*": case["compound"], **dict(zip(("楼栋", "单元", "房号*"), door(person["home"]), strict=True)),
        "姓名*": person["name"], "性别": {"male": "男", "female": "女"}[person["sex"]], "年龄": age(person["born"]),
        "身份证号": person["id"], "联系电话*": person["phone"], "管控类别(居家隔离/居家健康监测)*": WORDS[stages[0][0]],
        "来源地/密接类型": "、".join(filter(None, [case["source"], case["word"]])), "开始时间*": str(case["first"]),
        "应解除时间*": str(case["last"]), "实际解除时间": str(case["ended"] or ""), "同住人数": housemates,
        "是否单独居住": "是" if housemates <= 1 else "否", "告知书编号": case["notice"],
        "承诺书是否签订": "是" if case["committed"] else "否",
        **{head: float(checks[slot][0]) if checks[slot] else "" for head, slot in (("上午体温", "am"), ("下午体温", "pm"))},
        "今日症状": ("发热" if any(ill for _warm, ill, _there in taken) else "无") if taken else "",
        "是否居家在位": "" if not seen else "否" if "no" in seen else "是", "核酸应检日期": "、".join(d for d, _r in tests),
        "社区医生": "何医生 19900000009", "生活需求": case["needs"], "心理状况": MOODS[moods[-1]] if moods else "",
        "解除通知单编号": case["release"],
    }  # fmt: skip


def test_sheet_five_cell_by_cell(quarters, cast, sign_in):
    with override("zh-hans"):
        words = {value: str(label) for value, label in QuarantineCase._meta.get_field("contact_class").choices}
    running = [c | {"compound": "荷风苑", "word": words[c["class"]]} for c in quarters[0].cases if not c["ended"]]

    head, *rows = opened(sign_in(cast.secretary).post(reverse("residents:quarantine_export")))

    assert tuple(head) == SHEET_FIVE
    expected = [sheet_five(c, n) for n, c in enumerate(in_place_order(running, lambda c: c["person"]["home"]), 1)]
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    assert [{name: cell[name] for name in want} for cell, want in zip(cells, expected, strict=True)] == expected
    assert len(expected) > 15
    assert {row["心理状况"] for row in expected} == {"", *MOODS.values()}


def test_the_temperature_register_of_quarantine_cell_by_cell(quarters, cast, sign_in):
    running = [c for c in quarters[0].cases if not c["ended"]]

    head, *rows = opened(sign_in(cast.secretary).post(reverse("residents:quarantine_temperatures")))

    days = [ago(n) for n in range(13, -1, -1)]
    assert head == ["序号", "姓名", "房号", *(f"{day:%m-%d} {half}" for day in days for half in ("上午", "下午"))]
    expected = [
        [n, c["person"]["name"], "-".join(door(c["person"]["home"])),
         *(float(c["checks"][day, slot][0]) if (day, slot) in c["checks"] else "" for day in days for slot in ("am", "pm"))]
        for n, c in enumerate(in_place_order(running, lambda c: c["person"]["home"]), 1)
    ]  # fmt: skip
    assert rows == expected
    assert any(cell for row in expected for cell in row[3:])


def test_the_special_care_ledger_cell_by_cell(quarters, cast, sign_in):
    ledgers.start(community=cast.qinghe, by=cast.secretary)
    ledger = cast.qinghe.ledgers.get(code="3")
    live = [c for c in quarters[0].care if on_a_list(c) and not c["person"]["left"]]

    head, *rows = opened(sign_in(cast.secretary).post(reverse("residents:ledger_export", args=[ledger.pk])))

    expected = [
        {"序号": n, "小区": "荷风苑", **dict(zip(("楼栋", "单元", "房号"), door(c["person"]["home"]), strict=True)),
         "姓名": c["person"]["name"], "年龄": age(c["person"]["born"]), "类别": c["word"], "病情/需求": c["need"],
         "用药": c["drug"], "监护人/紧急联系人": c["contact"], "联系人电话": c["contact_phone"]}
        for n, c in enumerate(in_place_order(live, lambda c: c["person"]["home"]), 1)
    ]  # fmt: skip
    cells = [dict(zip(head, row, strict=True)) for row in rows]
    assert [{name: cell[name] for name in want} for cell, want in zip(cells, expected, strict=True)] == expected
    assert len(expected) > 5


def ended(quarter: Quarter, kind: str) -> list[dict]:
    rows = [s for s in quarter.stops if s["kind"] == kind and s["round"]["day"] == DAY and s["state"] != "open"]
    return sorted(rows, key=lambda s: s["done"])


def test_the_temperature_register_of_rounds_cell_by_cell(quarters, cast):
    rows = sheet("temperatures", cast.secretary, quarters[0])

    expected = [
        [n, str(DAY), f"{s['done']:%H:%M}", "荷风苑", "-".join(door(s["target"]["home"])), "居****",
         s["answers"].get("temperature", ""), ("乏力" if s["answers"]["symptom"] else "无") if s["answers"] else "",
         "已测量" if s["answers"] else "其他原因", "周敏", ""]
        for n, s in enumerate(ended(quarters[0], "temperature"), 1)
    ]  # fmt: skip
    assert rows == expected
    assert len(TEMPERATURES) == len(expected[0])


def test_the_disinfection_log_cell_by_cell(quarters, cast):
    rows = sheet("disinfection", cast.secretary, quarters[0])

    done = [s for s in ended(quarters[0], "disinfection") if s["state"] == "done"]
    half_an_hour = dt.timedelta(minutes=30)
    expected = [
        [n, str(DAY), f"{s['done']:%H:%M}", f"{s['done'] + half_an_hour:%H:%M}", s["target"]["place"], s["quantity"],
         "含氯", 500, "擦拭", 30, "周敏", "周敏", "电梯、长湖消杀公司"]
        for n, s in enumerate(done, 1)
    ]  # fmt: skip
    assert rows == expected
    assert len(DISINFECTION) == len(expected[0])
