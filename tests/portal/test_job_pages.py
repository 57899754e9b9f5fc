"""The pages of jobs: who sees them, what they offer."""

import datetime as dt
import io

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from deployments.models import Cadre
from portal.jobs import registry, services
from portal.jobs.access import Lines
from portal.jobs.models import Job
from portal.jobs.registry import Kind
from portal.lib import sheets
from residents.models import Membership, Role
from tests.deployments.test_rosters import row, sheet
from tests.sheets import id_number, rows_of, upload, xlsx

UPLOAD = "/deployments/rosters/import/"


@pytest.fixture
def job(cast) -> Job:
    """A roster with one good and one bad row, previewed for the secretary."""
    asked = services.ask(
        kind="import_cadres",
        community=cast.qinghe,
        upload=upload(sheet(row(1), row(2, 姓名="<b>坏</b>", 联系电话="1"))),
        by=cast.secretary,
    )
    services.run(asked.pk)
    asked.refresh_from_db()
    return asked


def page(job: Job, name: str = "job_detail") -> str:
    return reverse(f"jobs:{name}", args=[job.pk])


def test_upload_preview_and_apply_without_script(cast, sign_in):
    client = sign_in(cast.secretary)
    assert client.get(UPLOAD).status_code == 200
    answer = client.post(UPLOAD, {"community": cast.qinghe.pk, "file": upload(sheet(row(1)))}, follow=True)
    assert answer.redirect_chain == [(page(Job.objects.get()), 302)]
    assert answer.context["counts"][0] == ("create", 1)

    client.post(page(Job.objects.get(), "job_apply"))
    assert (Job.objects.get().state, Cadre.objects.filter(phone="19900010001").count()) == ("done", 1)
    assert client.get(page(Job.objects.get())).status_code == 200


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.xlsx", b"", "The file is empty (0 bytes). Save it again and send it once more."),
        (
            "a.xls",
            b"<html><table>",
            "This is a web page saved under the name of a table. Open it in Excel or WPS and save it as .xlsx.",
        ),
        (
            "../../etc/passwd",
            b"a,b\r\n",
            "No row with headings was found in the first 30 rows. Needed are: 姓名, 派出单位, 联系电话, 下沉社区, 报到时间.",
        ),
    ],
)
def test_a_bad_file_is_explained_at_the_field(cast, sign_in, name, data, sentence):
    answer = sign_in(cast.secretary).post(UPLOAD, {"community": cast.qinghe.pk, "file": upload(data, name)})
    assert (answer.status_code, answer.context["form"].errors["file"], Job.objects.count()) == (200, [sentence], 0)


@pytest.mark.parametrize("community", ["", "x", "999999", "\x00", "other"])
def test_a_community_of_others_cannot_be_chosen(cast, sign_in, community):
    chosen = cast.yushu.pk if community == "other" else community
    answer = sign_in(cast.secretary).post(UPLOAD, {"community": chosen, "file": upload(sheet(row(1)))})
    errors = answer.context["form"].errors
    assert (answer.status_code, list(errors)) == (200, ["community"])
    # Said aloud, though the field itself is not shown where there is no choice.
    assert f"Community: {escape(errors['community'][0])}" in answer.content.decode()


def test_only_the_right_in_the_community_opens_a_job(cast, sign_in, job):
    assert sign_in(cast.secretary).get(page(job)).status_code == 200
    for user in (cast.other_secretary, cast.worker, cast.cadre_user, cast.officer, cast.operator):
        for name in ("job_detail", "job_result", "job_refused"):
            assert sign_in(user).get(page(job, name)).status_code == 404
        for name in ("job_apply", "job_cancel"):
            assert sign_in(user).post(page(job, name)).status_code == 404
    job.refresh_from_db()
    assert job.state == "previewed"


def test_a_role_that_ended_opens_nothing_any_more(cast, sign_in, job):
    Membership.objects.filter(user=cast.secretary).update(role=Role.VOLUNTEER)
    assert sign_in(cast.secretary).get(page(job)).status_code == 404


def test_refused_rows_come_back_as_a_sheet_with_reasons(cast, sign_in, job):
    answer = sign_in(cast.secretary).get(page(job, "job_refused"))
    found = [[sheets.text(cell) for cell in line.cells] for line in sheets.tables(io.BytesIO(answer.getvalue()))[0].rows()]
    assert [line[:5] for line in found[2:]] == [
        ["Reason", "序号", "姓 名", "性别", "联系电话"],
        ["联系电话 “1” has 1 digits; a mobile number has 11.", "2", "<b>坏</b>", "男", "1"],
    ]
    titles = ["XX区下沉干部花名册(第二批)", "填报单位:区税务局 填报日期:2022年3月25日"]
    assert [list(filter(None, line)) for line in found[:2]] == [[title] for title in titles]


def previewed(cast, data: bytes) -> Job:
    job = services.ask(kind="import_cadres", community=cast.qinghe, upload=upload(data), by=cast.secretary)
    services.run(job.pk)
    job.refresh_from_db()
    return job


def test_refused_rows_that_are_mended_and_sent_again_are_of_the_year_of_their_title(cast, sign_in):
    job = previewed(cast, sheet(row(1, 联系电话="1", 报到时间="3月26日", 计划结束时间="31.13")))
    returned = sheets.tables(io.BytesIO(sign_in(cast.secretary).get(page(job, "job_refused")).getvalue()))[0]
    mended = [[sheets.text(cell) for cell in line.cells] for line in returned.rows()]
    at = mended[2].index("联系电话")
    mended[3][at], mended[3][mended[2].index("计划结束时间")] = "19900010001", "4月20日"

    job = previewed(cast, xlsx(mended))
    services.apply(job_id=job.pk, by=cast.secretary)
    services.run(job.pk)

    sent = Cadre.objects.get(phone="19900010001").secondments.get()
    assert (sent.starts_on, sent.ends_on) == (dt.date(2022, 3, 26), dt.date(2022, 4, 20))


def test_a_number_that_is_refused_is_masked_on_the_page_unreadable_on_the_disk_and_whole_on_its_way_back(cast, sign_in):
    wrong = "990101198705246461"
    job = previewed(cast, sheet(row(1), row(2, 身份证号=wrong)))
    client = sign_in(cast.secretary)

    kept = job.lines.open("rb").read()
    assert [bytes(words, "utf-8") in kept for words in (wrong, wrong[2:-3], id_number(1), "19900010002", "create")] == [
        False, False, False, False, True,
    ]  # fmt: skip
    shown = client.get(page(job)).content.decode()
    assert (wrong in shown, "身份证号 “99*************461” has a wrong check digit" in shown) == (False, True)
    assert wrong in rows_of(client.get(page(job, "job_refused")))[3]


def test_a_preview_with_nothing_to_write_does_not_wait_for_a_yes(cast, sign_in, job):
    idle = previewed(cast, sheet(row(1, 姓名="")))
    shown = sign_in(cast.secretary).get(reverse("jobs:job_list")).context["page"]
    assert [(one.pk, str(one.state_shown)) for one in shown] == [
        (idle.pk, "nothing to write"),
        (job.pk, "waiting for your yes"),
    ]


def test_lines_of_a_preview_made_before_they_were_sealed_are_read(cast, sign_in, job):
    job.lines.save("lines.jsonl", ContentFile(b'{"n": 3, "does": "skip", "title": "old", "says": ["as it was"]}\n'))
    assert [line["says"] for line in Lines(job)[0:9]] == [["as it was"]]


def test_nothing_of_the_file_is_markup_on_the_page(cast, sign_in, job):
    assert "<b>坏</b>" not in sign_in(cast.secretary).get(page(job)).content.decode()


@pytest.mark.parametrize("query", ["?does=refuse", "?does=nonsense&page=x", "?page=999", "?page=-1&does=%00"])
def test_any_filter_is_answered(cast, sign_in, job, query):
    assert sign_in(cast.secretary).get(page(job) + query).status_code == 200


def test_a_bar_asks_again_until_the_job_is_over(cast, sign_in, job):
    asks = {"HX-Request": "true", "HX-Target": "job-progress"}
    client = sign_in(cast.secretary)
    assert client.get(page(job), headers=asks).headers["HX-Refresh"] == "true"

    Job.objects.update(state="running", done=1, total=4)
    answer = client.get(page(job), headers=asks)
    assert ("HX-Refresh" in answer.headers, "<html" in answer.content.decode()) == (False, False)
    assert 'value="25"' in answer.content.decode()


def test_cancelled_is_over(cast, sign_in, job):
    client = sign_in(cast.secretary)
    client.post(page(job, "job_cancel"))
    client.post(page(job, "job_apply"))
    job.refresh_from_db()
    assert (job.state, Cadre.objects.filter(phone="19900010001").exists()) == ("cancelled", False)


def test_the_list_takes_the_same_statements_for_one_and_three(cast, sign_in, queries, job):
    client = sign_in(cast.secretary)
    client.get("/jobs/")

    def count() -> int:
        with queries() as seen:
            client.get("/jobs/")
        return len(seen)

    one = count()
    for _ in range(2):
        services.ask(kind="import_cadres", community=cast.qinghe, upload=upload(b"x"), by=cast.secretary)
    assert count() == one


def test_the_blank_form_is_what_the_import_reads(cast, sign_in):
    answer = sign_in(cast.secretary).get("/deployments/rosters/form/")
    rows = [[sheets.text(cell) for cell in line.cells] for line in sheets.tables(io.BytesIO(answer.getvalue()))[0].rows()]
    assert (rows[0][:5], rows[1][2]) == (["序号", "姓名*", "性别", "出生年月", "年龄"], "男/女")
    assert len(rows[0]) == 25


def test_a_roster_that_is_written_leads_to_what_comes_next(cast, sign_in):
    job = Job.objects.create(kind="import_cadres", community=cast.qinghe, by=cast.secretary, state=Job.State.DONE)

    page = sign_in(cast.secretary).get(f"/jobs/{job.pk}/").content.decode()

    assert "/deployments/secondments/?state=approved" in page
    assert "/deployments/cadres/?account=no" in page


def test_a_second_reader_reads_notices_and_reasons_in_the_own_language(cast, sign_in):
    with translation.override("zh-hans"):
        asked = services.ask(
            kind="import_cadres",
            community=cast.qinghe,
            upload=upload(sheet(row(1, 派出单位="新单位"), row(2, 联系电话="1"))),
            by=cast.secretary,
        )
        services.run(asked.pk)
    answer = sign_in(cast.secretary).get(page(asked), headers={"Accept-Language": "en"})
    told = answer.context["notices"][0], answer.context["page"][1]["says"]

    assert told == (
        "The sending unit 新单位 is new and will be created.",
        ["联系电话 “1” has 1 digits; a mobile number has 11."],
    )
    asked.refresh_from_db()
    with translation.override("zh-hans"):
        assert Lines(asked, "refuse")[0:1][0]["says"] != told[1]


def test_a_failure_is_told_in_the_readers_language(cast, sign_in, monkeypatch):
    def run(work):
        raise ValueError

    found = {"test": Kind(label="a test", run=run, may=lambda user, job: True)}
    monkeypatch.setattr(registry, "kinds", lambda: found)
    monkeypatch.setattr(services, "kinds", lambda: found)
    with translation.override("zh-hans"):
        asked = services.ask(kind="test", by=cast.secretary)
        services.run(asked.pk)
    answer = sign_in(cast.secretary).get(page(asked), headers={"Accept-Language": "en"})
    assert answer.context["error"].startswith("Something went wrong on our side")


def test_what_was_written_is_not_announced_any_more(cast, sign_in, job):
    services.apply(job_id=job.pk, by=cast.secretary)
    services.run(job.pk)
    again = services.ask(
        kind="import_cadres", community=cast.qinghe, upload=upload(sheet(row(3, 派出单位="新单位"))), by=cast.secretary
    )
    client = sign_in(cast.secretary)
    services.run(again.pk)
    assert client.get(page(again)).context["notices"][0] == "The sending unit 新单位 is new and will be created."
    services.apply(job_id=again.pk, by=cast.secretary)
    services.run(again.pk)
    assert client.get(page(again)).context["notices"][0] == "The sending unit 新单位 is new: created."


def test_rows_to_look_at_stand_before_those_that_stay(cast, sign_in, job):
    services.apply(job_id=job.pk, by=cast.secretary)
    services.run(job.pk)
    again = services.ask(
        kind="import_cadres",
        community=cast.qinghe,
        upload=upload(sheet(row(1), row(2, 联系电话="1"), row(3), ["合计"])),
        by=cast.secretary,
    )
    services.run(again.pk)
    rows = sign_in(cast.secretary).get(page(again)).context["page"]
    assert [line["does"] for line in rows] == ["refuse", "create", "skip", "same"]
