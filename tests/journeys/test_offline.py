"""The gate without network: it opens, it logs, and the portal has every passage once, in order.

The network is a wire that the test cuts; the browser keeps its folder over a restart, as a phone does.
"""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from checkpoints.models import GateDevice, Passage, PassUse, Shift, Visit
from checkpoints.services import entry_rules, gate_devices, passages, vehicles
from portal.accounts.models import Session
from tests import factories
from tests.checkpoints.cases import TABLE, by_python
from tests.checkpoints.test_entry_rules import CASES as ENTRIES
from tests.checkpoints.test_written_cases import asked
from tests.journeys.phones import ONLINE, READY, SOON, Phone, gate_listens, until
from tests.journeys.wire import Wire

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = dt.timedelta(hours=1)

# Taps as fast as the page takes them: fills the fields, presses, and waits until the phone has the row.
TAPS = """async ([from, to]) => {
  const form = document.getElementById("gate-form");
  const press = { in: document.querySelector(".p-bar [value=in]"), out: document.querySelector(".p-bar [value=out]") };
  for (let number = from; number < to; number += 1) {
    form.elements.home.value = `${number}-1-101`;
    press[number % 2 ? "in" : "out"].click();
    if (number % 25 === 24) await new Promise((go) => setTimeout(go, 50));
  }
  const waits = () => document.querySelectorAll("#gate-rows [data-is=writing]").length;
  while (waits()) await new Promise((go) => setTimeout(go, 20));
}"""
KEPT = """async () => {
  const { openVault } = await import("/static/js/vault.js");
  const vault = await openVault();
  const [keys, kits] = await Promise.all(["keys", "kits"].map((store) => vault.db.getAllKeys(store)));
  const rows = await vault.count();
  vault.db.close();
  return { rows, keys, kits };
}"""
# What a browser answers that finds no more room.
FULL = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("no room", "QuotaExceededError"); };
}"""
# What waits on this phone, put back as the first version of the page kept it: under its UUID, counted by hand.
FIRST_VERSION = """async () => {
  const { openVault } = await import("/static/js/vault.js");
  const { db } = await openVault();
  const heard = (ask) => new Promise((go) => (ask.onsuccess = () => go(ask.result)));
  const [keys, names, rows] = await Promise.all([db.getAll("keys"), db.getAllKeys("keys"), db.getAll("rows")]);
  db.close();
  await heard(indexedDB.deleteDatabase("duty"));
  const opening = indexedDB.open("duty", 1);
  opening.onupgradeneeded = () => {
    for (const name of ["keys", "facts", "kits"]) opening.result.createObjectStore(name);
    opening.result.createObjectStore("rows", { keyPath: "id" }).createIndex("queue", ["queue", "sequence"]);
  };
  const first = await heard(opening);
  const work = first.transaction(["keys", "facts", "rows"], "readwrite");
  keys.forEach((key, place) => work.objectStore("keys").put(key, names[place]));
  rows.forEach((row, place) => work.objectStore("rows").put({ ...row, sequence: 40 + place }));
  work.objectStore("facts").put(40 + rows.length - 1, "sequence");
  await new Promise((go) => (work.oncomplete = go));
  first.close();
}"""
OFF = """
const { now } = Date;
const off = () => now() + %s * 3600 * 1000;
Date = class extends Date {
  constructor(...parts) { if (parts.length) super(...parts); else super(off()); }
  static now() { return off(); }
};"""


@pytest.fixture
def shift(cast) -> Shift:
    """A shift of this hour at the east gate, with 王建国 at home in 17-3-702 and 赵敏 in quarantine in 5-2-601."""
    now = timezone.now()
    gate = factories.PostFactory(compound=cast.hefengyuan, name="东门")
    shift = factories.ShiftFactory(post=gate, starts_at=now - HOUR, ends_at=now + 4 * HOUR)
    factories.AssignmentFactory(shift=shift, cadre=cast.cadre, is_lead=True)
    building = factories.BuildingFactory(compound=cast.hefengyuan, number="17")
    entrance = factories.EntranceFactory(building=building, number="3")
    factories.ResidentFactory(dwelling=factories.DwellingFactory(entrance=entrance, room_no="702"), name="王建国")
    ill = factories.ResidentFactory(dwelling=factories.DwellingFactory(entrance=entrance, room_no="601"), name="赵敏")
    factories.QuarantineCaseFactory(resident=ill)
    return shift


def open_gate(page: Page, shift: Shift) -> None:
    page.goto(f"/checkpoints/gate/{shift.pk}/")
    gate_listens(page)


def settled(page: Page, count: int) -> list[str]:
    """Everything is sent: the homes of what is stored, in the order of the phone."""
    for _ in range(SOON // 250):
        if Passage.objects.count() >= count:
            break
        page.wait_for_timeout(250)
    expect(page.locator("#gate-net")).to_be_hidden(timeout=SOON)
    return list(Passage.objects.order_by("sequence").values_list("written_home", flat=True))


def lose_the_first_answer(page: Page, wire: Wire) -> None:
    """The network is back, but what the portal says to the first batch never arrives: the batch is sent again."""
    wire.cut, wire.swallow = False, True
    while not Passage.objects.exists():
        page.evaluate(ONLINE)
        page.wait_for_timeout(500)
    wire.swallow = False
    page.evaluate(ONLINE)


def homes(first: int, last: int) -> list[str]:
    return [f"{number}-1-101" for number in range(first, last)]


def test_300_passages_without_network_over_a_kill_and_a_restart_are_stored_once_and_in_order(cast, shift, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)

    wire.cut = True
    page.evaluate(TAPS, [0, 100])
    page.close()
    page = phone.context.new_page()
    open_gate(page, shift)
    expect(page.locator("#gate-net")).to_contain_text("100 waiting")
    page.evaluate(TAPS, [100, 200])
    phone.off()
    page = phone.on()
    open_gate(page, shift)
    page.evaluate(TAPS, [200, 300])
    page.locator("#gate-form [name=home]").fill("17-3-601")
    expect(page.locator("#gate-home")).to_contain_text("in quarantine")
    assert Passage.objects.count() == 0

    lose_the_first_answer(page, wire)

    assert settled(page, 300) == homes(0, 300)
    assert list(Passage.objects.order_by("happened_at", "id").values_list("written_home", flat=True)) == homes(0, 300)
    assert page.evaluate(KEPT)["rows"] == 0


def test_with_an_error_at_every_third_answer_nothing_is_lost_or_doubled(cast, shift, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)

    wire.trouble = lambda path, number: 500 if path.endswith("/passages/") and number % 3 == 0 else None
    page.evaluate(TAPS, [0, 60])

    assert settled(page, 60) == homes(0, 60)


@pytest.mark.parametrize(("hours", "word"), [(3, "fast"), (-3, "slow")])
def test_a_clock_three_hours_off_is_put_right_and_said(cast, shift, phone, hours, word):
    page = phone.on(script=OFF % hours)
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)

    page.evaluate(TAPS, [0, 3])
    settled(page, 3)

    expect(page.locator("#gate-note")).to_contain_text(f"180 minutes {word}")
    now = timezone.now()
    for row in Passage.objects.all():
        assert abs(row.happened_at - now) < dt.timedelta(minutes=2)
        assert abs(row.phone_at - row.happened_at - hours * HOUR) < dt.timedelta(seconds=5)
    assert GateDevice.objects.get().minutes_fast == 60 * hours


def test_who_signs_out_is_told_of_unsent_rows_and_they_are_sent_after_the_next_sign_in(cast, shift, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))

    wire.trouble = lambda path, number: 503 if path.endswith("/passages/") else None
    page.evaluate(TAPS, [0, 3])
    page.locator(".p-me > summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    assert said[0].startswith("3 entries were not sent yet")
    assert page.evaluate(KEPT) == {"rows": 3, "keys": [], "kits": []}

    wire.trouble = lambda path, number: None
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    assert settled(page, 3) == homes(0, 3)


def test_a_session_that_ended_asks_to_sign_in_and_loses_nothing(cast, shift, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)

    Session.objects.all().delete()
    page.evaluate(TAPS, [0, 2])
    expect(page.locator("#gate-net")).to_contain_text("Sign in again, 2 waiting")

    # Who signs in has left the page: a late answer to it would take the new session's cookie away.
    page.goto("/accounts/login/")
    page.wait_for_load_state("networkidle")
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    assert settled(page, 2) == homes(0, 2)


def test_a_session_that_ended_while_there_was_no_network_is_said_when_it_is_back(cast, shift, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)
    wire.cut = True
    open_gate(page, shift)
    page.evaluate(TAPS, [0, 2])
    Session.objects.all().delete()
    wire.cut = False
    page.evaluate(ONLINE)
    expect(page.locator("#gate-net")).to_contain_text("Sign in again, 2 waiting")

    page.locator("#gate-net").click()
    page.wait_for_url("**/accounts/login/**")
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    assert settled(page, 2) == homes(0, 2)


def test_a_shift_that_ends_without_network_takes_its_kit_along_and_loses_no_passage(cast, shift, phone, wire):
    soon = timezone.now() + dt.timedelta(seconds=20)
    Shift.objects.update(ends_at=soon - passages.LATE)
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)
    wire.cut = True
    page.evaluate(TAPS, [0, 2])
    assert len(page.evaluate(KEPT)["kits"]) == 1

    expect(page.locator("#gate-note")).to_contain_text("This shift was closed", timeout=2 * SOON)
    # A try to send may say so a moment before the kit goes.
    until(page, f"({KEPT})().then(({{ kits }}) => kits.length === 0)")
    page.evaluate(TAPS, [2, 3])
    expect(page.locator("#gate-net")).to_contain_text("3 waiting")
    wire.cut = False
    page.evaluate(ONLINE)

    assert settled(page, 2) == homes(0, 2)
    expect(page.locator("#gate-rows [data-is=refused]")).to_contain_text("outside the hours of the shift")
    assert page.evaluate(KEPT)["rows"] == 1


def test_a_phone_whose_memory_runs_full_is_told_before_and_what_finds_no_room_waits_in_the_page(cast, shift, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)
    room = page.locator("#gate-room")
    expect(room).to_be_hidden()
    system = phone.context.new_cdp_session(page)
    used = page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
    system.send("Storage.overrideQuotaForOrigin", {"origin": wire.url, "quotaSize": used + 1024 * 1024})
    wire.cut = True
    open_gate(page, shift)
    expect(room).to_contain_text("memory is nearly full")
    page.evaluate(FULL)
    page.evaluate(TAPS, [0, 2])
    expect(page.locator("#gate-rows [data-is=loose]")).to_have_count(2)
    expect(page.locator("#gate-note")).to_contain_text("do not close it before they are sent")
    wire.cut = False
    page.evaluate(ONLINE)

    assert settled(page, 2) == homes(0, 2)


@pytest.fixture
def bare(chromium_player, tmp_path, wire, settings) -> Iterator[Phone]:
    """A phone that knows the portal by an address of plain http."""
    settings.ALLOWED_HOSTS = ["gate.example"]
    phone = Phone(chromium_player, tmp_path / "bare", wire, more=["--host-resolver-rules=MAP gate.example 127.0.0.1"])
    wire.url = f"http://gate.example:{wire.server_port}"
    yield phone
    phone.off()


def test_at_an_address_without_https_the_page_says_what_it_cannot_do_and_logs_all_the_same(cast, shift, bare):
    page, phone = bare.on(), bare
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    assert not page.evaluate("isSecureContext")
    expect(page.locator("#gate-note")).to_contain_text("This address is not safe (no https)")
    page.get_by_role("link", name="Read a pass").click()
    expect(page.locator("#gate-code [data-part=said]")).to_contain_text("The camera is not allowed or not there")
    page.get_by_role("button", name="Close").click()

    page.evaluate(TAPS, [0, 2])

    assert settled(page, 2) == homes(0, 2)


def test_a_phone_that_is_shut_out_is_told_and_forgets_who_lives_here(cast, shift, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.locator("#gate-form [name=home]").fill("17-3-702")
    expect(page.locator("#gate-home")).to_contain_text("王**")

    gate_devices.revoke(device_id=GateDevice.objects.get().pk, by=cast.secretary)
    page.evaluate(TAPS, [0, 1])
    expect(page.locator("#gate-note")).to_contain_text("shut out")

    assert page.evaluate(KEPT)["kits"] == []
    assert not Passage.objects.exists()
    gate_devices.restore(device_id=GateDevice.objects.get().pk, by=cast.secretary)
    open_gate(page, shift)
    assert settled(page, 1) == homes(0, 1)


def test_ambulance_courier_and_taxi_are_one_tap_each_without_network(cast, shift, phone, wire):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)
    wire.cut = True
    open_gate(page, shift)

    for name in ("Ambulance in", "A courier", "A taxi", "Ambulance out"):
        page.get_by_role("button", name=name).click()
    expect(page.locator("#gate-said")).to_contain_text("救护车")
    expect(page.locator("#gate-net")).to_contain_text("4 waiting")
    said = [("救护车", "Vehicle"), ("出租车", "Vehicle"), ("Courier", ""), ("救护车", "Vehicle")]
    lines = page.locator("#gate-rows li[data-id]")
    assert [(line.locator("strong").inner_text(), line.locator("small").inner_text()) for line in lines.all()] == said
    wire.cut = False
    page.evaluate(ONLINE)
    settled(page, 4)

    said = Passage.objects.order_by("sequence").values_list("person", "direction", "reason", "result", "result_note")
    assert list(said) == [
        ("driver", "in", "救护车", "passed", ""),
        ("courier", "in", "", "turned_back", "快递外卖放货架"),
        ("driver", "in", "出租车", "turned_back", "出租车不进，乘客步行"),
        ("driver", "out", "救护车", "passed", ""),
    ]


def test_two_tabs_that_send_at_once_and_two_phones_share_one_log(cast, shift, phone, wire, open_as):
    one = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(one, shift)
    wire.trouble = lambda path, number: 503 if path.endswith("/passages/") else None
    one.evaluate(TAPS, [0, 20])
    other = phone.context.new_page()
    open_gate(other, shift)

    wire.trouble = lambda path, number: None
    for page in (one, other):
        page.evaluate(ONLINE)
    assert settled(one, 20) == settled(other, 20) == homes(0, 20)

    second = open_as("secretary", size="phone", language="en")
    open_gate(second, shift)
    one.evaluate(TAPS, [20, 21])
    settled(one, 21)
    second.evaluate(ONLINE)
    expect(second.locator("#gate-rows")).to_contain_text("20-1-101")
    expect(second.locator("[data-total=out]")).to_have_text("11")


def test_a_new_release_takes_over_and_leaves_what_waits(cast, shift, phone, wire, monkeypatch):
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)
    wire.trouble = lambda path, number: 503 if path.endswith("/passages/") else None
    page.evaluate(TAPS, [0, 2])

    worker = page.evaluate("fetch('/worker.js').then((answer) => answer.text())")
    newer = worker.replace(worker.split('"')[1], "newer")
    monkeypatch.setattr("portal.views.worker._script", lambda: newer)
    page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
    until(page, "caches.keys().then((names) => names.includes('files-newer'))")
    page.evaluate(FIRST_VERSION)
    page.reload()
    gate_listens(page)
    page.evaluate(TAPS, [2, 3])
    wire.trouble = lambda path, number: None
    page.evaluate(ONLINE)

    assert settled(page, 3) == homes(0, 3)
    assert list(Passage.objects.order_by("sequence").values_list("sequence", flat=True)) == [42, 43, 44]


def test_the_browser_says_of_every_case_what_the_portal_says(open_as, cast, shift):
    page = open_as("cadre", size="phone", language="en")
    page.goto(f"/checkpoints/gate/{shift.pk}/")

    said = page.evaluate(
        """async (text) => {
          const { Reader } = await import("/static/js/written.js");
          const { rules, rows, ...facts } = JSON.parse(text);
          const reader = new Reader(rules);
          const read = (row) => {
            try { return reader.read(row, facts); } catch (bad) { return [bad.field, bad.code, bad.why]; }
          };
          return rows.map(read);
        }""",
        asked(),
    )

    assert said == [by_python(case) for case in TABLE["cases"]]


def test_the_browser_judges_every_visitor_and_vehicle_as_the_portal_does(open_as, cast, shift):
    page = open_as("cadre", size="phone", language="en")
    page.goto(f"/checkpoints/gate/{shift.pk}/")

    said = page.evaluate(
        """async (cases) => {
          const { judgeEntry } = await import("/static/js/entry_rules.js");
          return cases.map(judgeEntry);
        }""",
        ENTRIES,
    )

    assert said == [entry_rules.judge(case) for case in ENTRIES]


def write(page: Page, person: str, **fields: str) -> None:
    page.locator(f"label:has([name=person][value={person}])").click()
    for name, value in fields.items():
        page.locator(f"#gate-form [name={name}]").fill(value)


def press(page: Page, way: str) -> None:
    page.locator(f".p-bar button[value={way}]").click()


@pytest.fixture
def cut_off(cast, shift, phone, wire) -> Page:
    """The gate page that was opened once, without network."""
    vehicles.save(community=cast.qinghe, plate="鄂A12345", kind="taxi", by=cast.worker)
    page = phone.on()
    phone.sign_in(cast.cadre_user)
    open_gate(page, shift)
    page.evaluate(READY)
    wire.cut = True
    open_gate(page, shift)
    return page


def back(page: Page, wire: Wire, count: int) -> None:
    wire.cut = False
    page.evaluate(ONLINE)
    settled(page, count)


def test_without_network_a_visitor_goes_in_by_the_word_of_the_home_alone(cast, cut_off, wire):
    verdict, stopped = (cut_off.locator(f"#gate-entry [data-part={part}]") for part in ("verdict", "stopped"))

    write(cut_off, "visitor", home="17-3-601", reason="visiting family")
    expect(verdict).to_contain_text("Nobody visits this home now")
    press(cut_off, "in")
    expect(stopped).to_be_visible()
    write(cut_off, "visitor", home="17-3-702", name="赵雪")
    press(cut_off, "in")
    expect(verdict).to_contain_text("Ring it up")
    write(cut_off, "visitor", host="王建国")
    expect(verdict).to_contain_text("as you were told")
    press(cut_off, "in")
    expect(cut_off.locator("#gate-net")).to_contain_text("1 waiting")
    back(cut_off, wire, 1)

    assert [(visit.host, visit.how, visit.written_home) for visit in Visit.objects.all()] == [("王建国", "phone", "17-3-702")]


def test_without_network_a_taxi_and_a_home_in_quarantine_are_stopped_and_the_lead_answers(cast, cut_off, wire):
    write(cut_off, "driver", home="17-3-702", plate_no="鄂a 12345")
    expect(cut_off.locator("#gate-entry [data-part=verdict]")).to_contain_text("Taxis stay outside")
    press(cut_off, "in")
    expect(cut_off.locator("#gate-entry [data-part=stopped]")).to_be_visible()
    cut_off.fill("#gate-entry-override", "a woman in labour")
    press(cut_off, "in")
    expect(cut_off.locator("#gate-net")).to_contain_text("1 waiting")
    write(cut_off, "resident", home="17-3-601")
    expect(cut_off.locator("#gate-pass [data-part=why]")).to_contain_text("The home is in quarantine")
    press(cut_off, "out")
    expect(cut_off.locator("#gate-pass [data-part=stopped]")).to_be_visible()
    cut_off.fill("#gate-pass-override", "120 was called")
    press(cut_off, "out")
    expect(cut_off.locator("#gate-net")).to_contain_text("2 waiting")
    back(cut_off, wire, 2)

    let_go = PassUse.objects.order_by("happened_at").values_list("found", "override_reason", "override_by")
    assert list(let_go) == [
        ("taxi", "a woman in labour", cast.cadre_user.pk),
        ("quarantine", "120 was called", cast.cadre_user.pk),
    ]
