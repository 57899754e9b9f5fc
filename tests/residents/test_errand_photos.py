"""A photo at the door: small, without a place, shown to few; what is no photo is refused."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from residents.models import ErrandState
from residents.services import errand_kinds, errands
from tests import factories


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def errand(cast):
    return factories.ErrandFactory(
        dwelling__entrance__building__compound=cast.hefengyuan, assignee=cast.cadre_user, state=ErrandState.ACCEPTED
    )


def picture(size=(80, 60), kind="JPEG", **more):
    stored = BytesIO()
    Image.new("RGB", size, "red").save(stored, kind, **more)
    return stored.getvalue()


def located():
    """A photo that says where it was taken."""
    exif = Image.Exif()
    exif[0x010E] = "17-3-702"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 35.0, 0.0), 3: "E", 4: (114.0, 17.0, 0.0)})
    return picture(exif=exif)


def url(name, *args):
    return reverse(f"residents:errand_{name}", args=args)


def send(client, errand, content, step="deliver", outcome="handed"):
    upload = SimpleUploadedFile("a.jpg", content, "image/jpeg")
    return client.post(url("step", errand.pk, step), {"outcome": outcome, "photo": upload})


def test_a_photo_is_stored_without_where_it_was_taken(cast, sign_in, errand):
    assert b"17-3-702" in located()
    assert send(sign_in(cast.cadre_user), errand, located()).status_code == 302
    errand.refresh_from_db()
    with Image.open(errand.photo) as stored:
        assert (stored.format, dict(stored.getexif())) == ("JPEG", {})
    assert (errand.state, b"17-3-702" in errand.photo.open().read()) == (ErrandState.DELIVERED, False)


def bomb():
    """A few bytes that claim a picture of 40,000 by 40,000."""
    small = bytearray(picture(kind="PNG"))
    small[16:24] = (40_000).to_bytes(4, "big") * 2
    return bytes(small)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
                b"\xff\xd8\xff" + b"\x00" * 99, picture()[:200], picture(kind="GIF"), b"%PDF-1.4", bomb(),
                b"\x00" * (10 * 2**20 + 1)],
    ids=["empty", "text", "svg", "torn", "cut", "gif", "pdf", "bomb", "large"],
)  # fmt: skip
def test_what_is_no_photo_is_answered_at_its_field(cast, sign_in, errand, content):
    page = send(sign_in(cast.cadre_user), errand, content)
    errand.refresh_from_db()
    assert (page.status_code, list(page.context["form"].errors), errand.state) == (422, ["photo"], ErrandState.ACCEPTED)


@pytest.mark.parametrize(("size", "taken"), [(20 * 2**20, False), (10 * 2**20 + 1, False), (10 * 2**20, True)])
def test_a_photo_of_more_than_ten_megabytes_is_answered_with_what_to_do(cast, sign_in, errand, size, taken):
    """A true photo, made that large by what stands behind the picture."""
    page = send(sign_in(cast.cadre_user), errand, picture().ljust(size, b"\x00"))
    errand.refresh_from_db()
    if taken:
        assert (page.status_code, errand.state, errand.photo.size < 2**20) == (302, ErrandState.DELIVERED, True)
    else:
        said = ["This photo is larger than 10 MB. Choose a smaller one."]
        assert (page.status_code, page.context["form"].errors["photo"], errand.photo.name) == (422, said, "")


def test_a_closed_door_can_be_shown_too(cast, sign_in, errand):
    assert send(sign_in(cast.cadre_user), errand, picture(), "fail", "no_answer").status_code == 302
    errand.refresh_from_db()
    assert (errand.state, bool(errand.photo)) == (ErrandState.REQUESTED, True)


def test_the_photo_is_for_who_did_it_and_for_the_desk(cast, sign_in, errand):
    assert sign_in(cast.worker).get(url("photo", errand.pk)).status_code == 404
    send(sign_in(cast.cadre_user), errand, picture())
    colleague = factories.MembershipFactory(community=cast.qinghe, role="cadre").user
    everybody = (cast.cadre_user, cast.worker, colleague, cast.other_secretary)
    assert [sign_in(who).get(url("photo", errand.pk)).status_code for who in everybody] == [200, 200, 404, 404]


def test_a_way_to_the_hospital_ends_as_a_closed_loop(cast, sign_in, errand):
    loop = errand_kinds.AT_THE_END["medical_trip"]
    errand.kind = factories.ErrandKindFactory(code="medical_trip", asks_when_done=loop)
    errand.details = {"hospital": "中心医院"}
    errand.save(update_fields=["kind", "details"])
    said = {"outcome": "handed", "detail_driver": "李师傅 鄂A00000", "detail_back_at": "11:40", "detail_shop": "x"}
    assert sign_in(cast.cadre_user).post(url("step", errand.pk, "deliver"), said).status_code == 302
    errand.refresh_from_db()
    assert errand.details == {"hospital": "中心医院", "driver": "李师傅 鄂A00000", "back_at": "11:40"}
    errands.reopen(errand_id=errand.pk, reason="x", by=cast.worker)
