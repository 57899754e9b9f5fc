"""Passes at the gate in a browser: the answer without network, and a code read through the camera or from a photo."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
import segno
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from checkpoints.models import EntryPass, Passage, PassUse, Shift
from checkpoints.services import pass_codes
from portal.lib.dates import moment
from tests import factories
from tests.journeys.phones import ONLINE, READY, SOON, Phone, gate_listens, until
from tests.journeys.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = dt.timedelta(hours=1)
SIDE = 480


@pytest.fixture
def shift(cast) -> Shift:
    """A shift of this hour at the gate of a compound where each household goes out once a day; 马骏 stands there."""
    now = timezone.now()
    shift = factories.ShiftFactory(post__compound=cast.hefengyuan, starts_at=now - HOUR, ends_at=now + 4 * HOUR)
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre)
    factories.PassPolicyFactory(community=cast.qinghe)
    return shift


def ago(minutes: int) -> dt.datetime:
    """So many minutes ago, but of today: within a few minutes after midnight nearer, in the same order."""
    now = timezone.now()
    today = now - moment(timezone.localdate(now), dt.time.min)
    return now - min(dt.timedelta(minutes=minutes), today * minutes / 10)


@pytest.fixture
def cards(cast) -> dict[str, EntryPass]:
    """By room: a pass with its trip, one whose trip is spent, and a neighbour's."""
    building = factories.BuildingFactory(compound=cast.hefengyuan, number="17")
    entrance = factories.EntranceFactory(building=building, number="3")
    homes = {room: factories.DwellingFactory(entrance=entrance, room_no=room) for room in ("701", "702", "703")}
    found = {room: factories.EntryPassFactory(dwelling=home) for room, home in homes.items() if room != "703"}
    factories.PassUseFactory(entry_pass=found["702"], direction="out", happened_at=ago(4))
    factories.PassUseFactory(entry_pass=found["702"], direction="in", happened_at=ago(2))
    return found


def open_gate(page: Page, shift: Shift) -> None:
    page.goto(f"/checkpoints/gate/{shift.pk}/")
    gate_listens(page)


def home(page: Page, room: str, *said: str) -> None:
    """Write a home; the answer says so."""
    page.locator("#gate-form [name=home]").fill(f"17-3-{room}")
    for text in said:
        expect(page.locator("#gate-pass")).to_contain_text(text)


def out(page: Page, *, refused: bool = False) -> None:
    page.locator(".p-bar [value=out]").click()
    alert = page.locator("#gate-pass [role=alert]")
    expect(alert).to_be_visible() if refused else expect(alert).to_be_hidden()


def another_gate_lets_out(page: Page, card: EntryPass) -> None:
    """Somebody who should be back by now: news that this phone hears of while somebody writes."""
    factories.PassUseFactory(entry_pass=card, direction="out", happened_at=timezone.now() - HOUR)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#gate-late")).to_contain_text(f"{card.dwelling}")


def stored(page: Page, count: int) -> None:
    expect(page.locator("#gate-rows [data-is=stored]")).to_have_count(count)


def lose_the_first_answer(page: Page, wire: Wire, shift: Shift) -> None:
    """The network is back, but the portal's first answer never arrives: the passages are sent again."""
    wire.cut, wire.swallow = False, True
    while not Passage.objects.filter(shift=shift).exists():
        page.evaluate(ONLINE)
        page.wait_for_timeout(500)
    wire.swallow = False
    page.evaluate(ONLINE)
    expect(page.locator("#gate-net")).to_be_hidden(timeout=SOON)


def test_without_network_a_pass_without_trips_is_refused_in_words_and_one_with_trips_is_used_once(
    cast, shift, cards, phone, wire
):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)

    wire.cut = True
    open_gate(page, shift)
    home(page, "702", "May not pass", "Trips are used up: 1 in 1 day(s).", "Next possible")
    out(page, refused=True)
    home(page, "703", "There is no pass.")
    home(page, "701", "May pass")
    out(page)
    home(page, "701", "Trips are used up")
    open_gate(page, shift)
    expect(page.locator("#gate-net")).to_contain_text("1 waiting")
    home(page, "701", "Trips are used up")
    assert not PassUse.objects.filter(entry_pass=cards["701"]).exists()

    lose_the_first_answer(page, wire, shift)

    use = PassUse.objects.get(passage__shift=shift)
    assert (use.entry_pass, use.direction, use.found, use.recorded_by) == (cards["701"], "out", "", cast.cadre_user)


def test_who_leads_lets_go_against_the_rule_with_a_reason_and_the_return_is_logged_with_the_pass(cast, shift, cards, phone):
    shift.crew.update(is_lead=True)
    shift.post.compound.community.pass_policies.update(max_minutes=30)
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)

    home(page, "702", "May not pass")
    out(page, refused=True)
    page.locator("#gate-pass-override").fill("to the hospital")
    another_gate_lets_out(page, cards["701"])
    expect(page.locator("#gate-pass-override")).to_have_value("to the hospital")
    out(page)
    stored(page, 1)
    home(page, "702")
    page.locator(".p-bar [value=in]").click()
    stored(page, 2)

    gone, back = PassUse.objects.filter(entry_pass=cards["702"], passage__shift=shift).order_by("happened_at", "id")
    assert (gone.direction, gone.found, gone.override_reason) == ("out", "trips", "to the hospital")
    assert gone.override_by == cast.cadre_user
    assert (back.direction, back.found) == ("in", "")


def test_proofs_are_ticked_before_somebody_goes(cast, shift, cards, phone):
    shift.post.compound.community.pass_policies.update(proofs=["green_code"])
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)

    home(page, "701", "Look first")
    out(page, refused=True)
    page.locator("#gate-pass [value=green_code]").check()
    expect(page.locator("#gate-pass")).to_contain_text("May pass")
    out(page)
    stored(page, 1)

    assert PassUse.objects.get(entry_pass=cards["701"]).proofs == ["green_code"]


def test_of_a_home_where_one_keeps_to_a_room_whoever_is_named_is_asked(cast, shift, cards, phone):
    flat = cards["701"].dwelling
    one, other = (factories.ResidentFactory(dwelling=flat, community=cast.qinghe, name=name) for name in ("王建国", "李奶奶"))
    factories.QuarantineCaseFactory(dwelling=flat, resident=one, community=cast.qinghe, state="active", own_room=True)
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)

    home(page, "701", "Look first", "Make sure that it is not this person.")
    page.locator(f"[data-person='{one.pk}']").click()
    expect(page.locator("#gate-pass")).to_contain_text("The home is in quarantine.")
    out(page, refused=True)
    page.locator(f"[data-person='{one.pk}']").click()
    page.locator(f"[data-person='{other.pk}']").click()
    expect(page.locator("#gate-pass")).to_contain_text("May pass")
    out(page)
    stored(page, 1)

    assert Passage.objects.get(shift=shift).resident == other


def test_a_trip_that_another_gate_had_let_out_is_found_late_and_shown_and_known_from_then_on(cast, shift, cards, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)
    wire.cut = True
    home(page, "701", "May pass")
    out(page)
    for minutes, way in ((4, "out"), (3, "in")):
        factories.PassUseFactory(entry_pass=cards["701"], direction=way, happened_at=ago(minutes))
    fresh = factories.EntryPassFactory(dwelling__room_no="704", dwelling__entrance=cards["701"].dwelling.entrance)
    wire.cut = False
    page.evaluate(ONLINE)
    stored(page, 1)

    line = page.locator("#gate-rows li").first
    expect(line).to_contain_text("Pass: trips used up")
    open_gate(page, shift)
    expect(page.locator("#gate-rows li").first).to_contain_text("Pass: trips used up")
    # Which this phone has with it; the trip after that it only hears of.
    home(page, "704", "May pass")
    factories.PassUseFactory(entry_pass=fresh, direction="out", happened_at=timezone.now())
    page.evaluate(ONLINE)
    expect(page.locator("#gate-pass")).to_contain_text("this pass is outside since")


def picture(text: str) -> Image.Image:
    """A card held before a camera: the code in the middle of something grey."""
    matrix = list(segno.make(text, error="m").matrix_iter(scale=1, border=4))
    code = Image.new("L", (len(matrix), len(matrix)))
    code.putdata([0 if dark else 255 for row in matrix for dark in row])
    whole = Image.new("L", (640, SIDE), 160)
    whole.paste(code.resize((360, 360), Image.Resampling.NEAREST), (140, 60))
    return whole


def film(text: str, path: Path) -> Path:
    """A few frames of it, as chromium's fake camera plays them."""
    grey = picture(text).tobytes()
    frame = b"FRAME\n" + grey + bytes([128]) * (len(grey) // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 5)
    return path


def address(card: EntryPass) -> str:
    return f"https://portal.example/pass/{pass_codes.code_of(card.pk, card.key)}/"


@pytest.fixture
def before_a_card(cards, chromium_player, tmp_path, wire) -> Iterator[Phone]:
    """A phone whose camera is held before the card of 17-3-701."""
    clip = film(address(cards["701"]), tmp_path / "card.y4m")
    fake = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    phone = Phone(chromium_player, tmp_path / "phone", wire, more=[*fake, f"--use-file-for-fake-video-capture={clip}"])
    yield phone
    phone.off()


def test_the_camera_reads_the_code_of_a_pass_and_the_answer_is_shown(cast, shift, before_a_card):
    phone = before_a_card
    page = phone.on()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    phone.sign_in(cast.cadre_user)
    opened = page.goto(f"/checkpoints/gate/{shift.pk}/passes/")
    assert opened.headers["permissions-policy"].startswith("camera=(self), microphone=()")
    assert not page.evaluate("'BarcodeDetector' in window")

    page.get_by_role("button", name="Scan").click()

    expect(page.locator("#pass-answer")).to_contain_text("17-3-701", timeout=SOON)
    expect(page.locator("#pass-answer")).to_contain_text("May pass")
    assert complaints == []


def test_without_network_the_camera_on_the_gate_page_reads_a_pass_and_its_trip_is_logged(
    cast, shift, cards, before_a_card, wire
):
    phone = before_a_card
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)
    until(page, READER)
    wire.cut = True
    open_gate(page, shift)

    page.get_by_role("link", name="Read a pass").click()

    expect(page.locator("#gate-form [name=home]")).to_have_value("17-3-701", timeout=SOON)
    expect(page.locator("#gate-code")).to_be_hidden()
    expect(page.locator("#gate-pass")).to_contain_text(f"May pass · {cards['701']}")
    out(page)
    wire.cut = False
    page.evaluate(ONLINE)
    stored(page, 1)
    assert PassUse.objects.get(passage__shift=shift).entry_pass == cards["701"]


TAKEN = """async () => {
  const { openVault } = await import("/static/js/vault.js");
  const vault = await openVault();
  const kits = await vault.db.getAllKeys("kits");
  vault.db.close();
  return kits.length > 0;
}"""


# The reader of codes is kept as well: this browser has none of its own.
READER = "() => caches.match(document.getElementById('gate-code').dataset.jsqr).then(Boolean)"


def taken(page: Page) -> None:
    """The phone has the passes with it: a number that is typed before is none it knows."""
    until(page, TAKEN)


def typed(page: Page, text: str) -> None:
    """Into the sheet for codes."""
    page.get_by_role("link", name="Read a pass").click()
    page.get_by_label("Code or number on the card").fill(text)
    page.get_by_role("button", name="Look up").click()


def open_gate_before_the_passes_come(page: Page, shift: Shift, wire: Wire, card: EntryPass) -> None:
    """They are slow to come, then they do not come, then they do: a good number is never called unknown."""
    lost = Event()
    wire.trouble = lambda path, number: 503 if path.endswith("/kit/") and lost.wait(SOON / 1000) else None
    open_gate(page, shift)
    for said in ("still on their way to this phone", "This phone has no passes with it"):
        typed(page, str(card))
        expect(page.locator("#gate-code [data-part=said]")).to_contain_text(said)
        page.get_by_role("button", name="Close").click()
        if not lost.is_set():
            with page.expect_response("**/kit/"):
                lost.set()
    wire.trouble = lambda path, number: None
    page.evaluate(ONLINE)
    taken(page)


def test_a_code_that_is_typed_or_photographed_on_the_gate_page_is_a_pass_or_says_why_not(cast, shift, cards, phone, tmp_path):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate_before_the_passes_come(page, shift, phone.wire, cards["701"])
    code = pass_codes.shown(pass_codes.code_of(cards["702"].pk, cards["702"].key))
    wrong = code[:3] + ("0" if code[3] != "0" else "1") + code[4:]
    unknown = pass_codes.code_of(2**29, cards["702"].key)
    said = page.locator("#gate-code [data-part=said]")

    for text, why in {
        wrong: "One letter is wrong",
        "https://example.org/": "another program",
        unknown: "no such pass here",
    }.items():
        typed(page, text)
        expect(said).to_contain_text(why)
        page.get_by_role("button", name="Close").click()
    typed(page, code.lower())
    expect(page.locator("#gate-pass")).to_contain_text("Trips are used up")
    typed(page, str(cards["701"]))
    expect(page.locator("#gate-pass")).to_contain_text(f"May pass · {cards['701']}")
    picture(address(cards["702"])).save(tmp_path / "card.png")
    page.get_by_role("link", name="Read a pass").click()
    page.locator("#gate-code-photo").set_input_files(tmp_path / "card.png")
    expect(page.locator("#gate-pass")).to_contain_text("Trips are used up", timeout=SOON)


def test_a_worker_is_asked_for_a_pass_on_the_way_in(cast, shift, cards, phone):
    card = factories.EntryPassFactory(
        compound=cast.hefengyuan, dwelling=None, kind="worker", holder="孙师傅", valid_until=timezone.localdate()
    )  # fmt: skip
    over = factories.EntryPassFactory(
        compound=cast.hefengyuan, dwelling=None, kind="worker", holder="李师傅",
        valid_from=timezone.localdate() - dt.timedelta(days=9), valid_until=timezone.localdate() - dt.timedelta(days=2),
    )  # fmt: skip
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    taken(page)

    typed(page, str(over))
    expect(page.locator("#gate-pass")).to_contain_text("The pass was good until")
    page.locator(".p-bar [value=in]").click()
    expect(page.locator("#gate-pass [role=alert]")).to_be_visible()
    typed(page, str(card))
    expect(page.locator("#gate-pass")).to_contain_text("May pass")
    page.locator(".p-bar [value=in]").click()
    stored(page, 1)

    use = PassUse.objects.get(passage__shift=shift)
    assert (use.entry_pass, use.direction, use.found, use.passage.person) == (card, "in", "", "staff")


def write_a_home_before_its_people_are_known(page: Page, shift: Shift, wire: Wire) -> None:
    come = Event()
    wire.trouble = lambda path, number: 503 if path.endswith("/kit/") and not come.wait(SOON / 1000) else None
    open_gate(page, shift)
    home(page, "701")
    expect(page.locator("#gate-party")).to_be_visible()
    come.set()


def test_a_family_goes_out_in_one_tap_and_no_more_than_the_rule_allows(cast, shift, cards, phone, wire):
    shift.post.compound.community.pass_policies.update(persons=2)
    people = [factories.ResidentFactory(dwelling=cards["701"].dwelling, name=name) for name in ("王建国", "李秀英", "王小明")]
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    write_a_home_before_its_people_are_known(page, shift, wire)
    page.evaluate(READY)
    taken(page)
    wire.cut = True

    home(page, "701", "May pass")
    for person in people:
        page.locator(f"#gate-party [data-person='{person.pk}']").click()
    expect(page.locator("#gate-party output")).to_have_text("3")
    expect(page.locator("#gate-pass")).to_contain_text("At most 2 at a time.")
    out(page, refused=True)
    page.locator(f"#gate-party [data-person='{people[2].pk}']").click()
    expect(page.locator("#gate-pass")).to_contain_text("May pass")
    out(page)
    expect(page.locator("#gate-net")).to_contain_text("2 waiting")
    wire.cut = False
    page.evaluate(ONLINE)
    stored(page, 2)

    assert set(Passage.objects.filter(shift=shift).values_list("written_name", "resident")) == {
        ("王建国", people[0].pk), ("李秀英", people[1].pk),
    }  # fmt: skip
    use = PassUse.objects.get(passage__shift=shift)
    assert (use.entry_pass, use.persons, use.found) == (cards["701"], 2, "")


def test_a_photo_of_a_pass_is_read_and_one_without_a_code_says_so(cast, shift, cards, open_as, tmp_path):
    picture(address(cards["702"])).save(tmp_path / "card.png")
    Image.new("RGB", (800, 600), "white").save(tmp_path / "wall.png")
    page = open_as("cadre", size="phone", language="en")
    page.goto(f"/checkpoints/gate/{shift.pk}/passes/")

    page.locator("#pass-photo").set_input_files(tmp_path / "wall.png")
    expect(page.locator("#pass-scan-said")).to_contain_text("no code in this picture")
    page.locator("#pass-photo").set_input_files(tmp_path / "card.png")

    expect(page.locator("#pass-answer")).to_contain_text("Trips are used up", timeout=SOON)
