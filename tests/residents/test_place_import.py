"""The list of a city: loaded in seconds, twice without change, bad rows refused by line."""

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.models import Event
from residents.models import Community, District, Subdistrict
from residents.services import place_import

HEAD = "code,district,subdistrict,community\n"
GOOD = [
    "990102002003,东区,大智街道,保成社区",
    "990102002004,东区,大智街道,泰宁社区",
    "990102003001,东区,一元街道,保成社区",
    "990103001001,西区,唐家墩街道,西桥社区",
]


def sheet(tmp_path, lines, encoding="utf-8"):
    path = tmp_path / "places.csv"
    path.write_bytes((HEAD + "\n".join(lines)).encode(encoding))
    return path


def tree():
    rows = Community.objects.order_by("code").values_list("code", "subdistrict__district__name", "subdistrict__name", "name")
    return [",".join(row) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_becomes_a_tree(db, tmp_path, capsys, encoding):
    call_command("import_places", sheet(tmp_path, GOOD, encoding))

    assert tree() == GOOD
    assert list(District.objects.values_list("code", flat=True)) == ["990102", "990103"]
    assert list(Subdistrict.objects.values_list("code", flat=True)) == ["990102002", "990102003", "990103001"]
    assert capsys.readouterr().out == (
        "4 created, 0 renamed, 0 unchanged, 0 refused\n"
        'Next, at /admin/: put in "On duty since" of each community that takes part, and give its secretary a role.\n'
    )


def test_twice_is_like_once_and_a_new_name_keeps_the_key(db, tmp_path, capsys):
    path = sheet(tmp_path, GOOD)
    call_command("import_places", path)
    keys = dict(Community.objects.values_list("code", "pk"))
    call_command("import_places", path)
    call_command("import_places", sheet(tmp_path, [GOOD[0].replace("保成社区", "新保成社区"), *GOOD[1:]]))

    assert dict(Community.objects.values_list("code", "pk")) == keys
    assert Community.objects.get(code="990102002003").name == "新保成社区"
    lines = [line for line in capsys.readouterr().out.splitlines() if "created" in line]
    assert lines[1:] == [
        "0 created, 0 renamed, 4 unchanged, 0 refused",
        "0 created, 1 renamed, 3 unchanged, 0 refused",
    ]


def test_a_list_leaves_lines_where_something_changed(cast, tmp_path):
    said = Event.objects.order_by("id").values_list("kind", "by", "community", "before", "after")
    call_command("import_places", sheet(tmp_path, GOOD), by=cast.operator.username)
    by = cast.operator.pk
    assert list(said) == [
        *(("district.created", by, None, {}, {"name": name}) for name in ("东区", "西区")),
        *(("subdistrict.created", by, None, {}, {"name": name}) for name in ("大智街道", "一元街道", "唐家墩街道")),
        *(("subdistrict.communities_added", by, None, {}, {"count": count}) for count in (2, 1, 1)),
    ]

    made = len(said)
    call_command("import_places", sheet(tmp_path, GOOD))
    assert len(said.all()) == made
    renamed = Community.objects.get(code="990102002003")
    lines = [GOOD[0].replace("保成社区", "新保成社区"), *(line.replace("西区", "新西区") for line in GOOD[1:])]
    call_command("import_places", sheet(tmp_path, lines))
    assert list(said.all())[made:] == [
        ("district.changed", None, None, {"name": "西区"}, {"name": "新西区"}),
        ("community.changed", None, renamed.pk, {"name": "保成社区"}, {"name": "新保成社区"}),
    ]


def test_nobody_else_imports_in_somebodys_name(db, tmp_path):
    with pytest.raises(CommandError, match="no account nobody"):
        call_command("import_places", sheet(tmp_path, GOOD), by="nobody")
    assert Community.objects.count() == 0


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("9901020020,东区,大智街道,短码社区", "not a code of 12 digits"),
        ("4.2E+11,东区,大智街道,科学社区", "not a code of 12 digits"),
        ("９９０１０２００２００５,东区,大智街道,全角社区", "not a code of 12 digits"),
        ("990102002005,东区,大智街道,", "name in column community is missing"),
        ("990102002005,东区", "name in column subdistrict is missing"),
        ("990102002005,东区,大智街道," + "长" * 61, "more than 60"),
        ("990102002005,南区,大智街道,别区社区", "Code 990102 was “东区”"),
        ("990102002003,东区,大智街道,另名社区", "Code 990102002003 was “保成社区”"),
        ("990102002003,东区,大智街道,保成社区", "earlier row"),
    ],
)
def test_a_bad_row_is_refused_by_its_line_and_the_others_are_taken(db, tmp_path, capsys, line, why):
    call_command("import_places", sheet(tmp_path, [*GOOD, line]))

    error = capsys.readouterr().err
    assert error.startswith("line 6: ")
    assert why in error
    assert tree() == GOOD


@pytest.mark.parametrize("raw", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00\x81", b"PK\x03\x04" + bytes(range(256))])
def test_what_is_no_list_is_refused_in_words(db, tmp_path, raw):
    path = tmp_path / "x.csv"
    path.write_bytes(raw)

    with pytest.raises(CommandError):
        call_command("import_places", path)
    assert Community.objects.count() == 0


def test_a_missing_file_is_said(db, tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_places", tmp_path / "nothing.csv")


def test_a_hundred_times_the_rows_cost_no_more_statements(db, queries):
    def rows(count, city):
        return [
            {"code": f"99{city:04d}{n // 100:03d}{n % 100:03d}", "district": "区", "subdistrict": "街", "community": f"社区{n}"}
            for n in range(count)
        ]

    with queries() as few:
        place_import.load(rows=rows(3, 1), by=None)
    with queries() as many:
        place_import.load(rows=rows(300, 2), by=None)

    # SQLite splits an insert at 999 values; PostgreSQL does not.
    assert len(many) <= len(few) + 2
