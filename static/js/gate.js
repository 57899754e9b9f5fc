// The gate page with script: a tap is kept on the phone at once and sent behind the back of the next tap.

import { stay } from "./away.js";
import { Clock, WORTH } from "./skew.js";
import { Kit, named } from "./kit.js";
import { answered, ask as asked } from "./portal_ask.js";
import { newId, NotSent, Queue } from "./queue.js";
import { GateEntry, hour } from "./gate_entry.js";
import { GateLate } from "./gate_late.js";
import { GatePasses } from "./gate_passes.js";
import { Party } from "./gate_party.js";
import { Rows } from "./gate_rows.js";
import { keepPage, watchRoom } from "./offline.js";
import { breath, openVault } from "./vault.js";
import { Invalid, Reader } from "./written.js";

const form = document.getElementById("gate-form");
const words = document.getElementById("gate-words").dataset;
const facts = JSON.parse(document.getElementById("gate-facts").textContent);
const rows = new Rows({
  list: document.getElementById("gate-rows"),
  template: document.getElementById("gate-row"),
  words,
  person: (kind) => form.querySelector(`[name=person][value=${kind}]`).nextElementSibling.textContent,
  steps,
});
const reader = new Reader(facts.rules);
const mine = `${facts.user}:${facts.shift}`;
const LATEST_EVERY = 15000;
const KIT_EVERY = 300000;

// What the form without script was answered, a tap too early, is asked by the script from here on.
document.getElementById("gate-asked")?.remove();

const vault = await openVault();
const device = (await vault?.fact("device")) ?? newId();
vault?.note("device", device);
const clock = new Clock({ skew: (await vault?.fact("skew")) ?? 0 });
const kit = new Kit({ name: `kit:${mine}`, vault });
const passWords = JSON.parse(document.getElementById("gate-pass-words").textContent);
const passes = new GatePasses({ place: document.getElementById("gate-pass"), words: passWords, kit, clock });
const entry = new GateEntry({ place: document.getElementById("gate-entry"), rules: facts.entry, kit, clock, reader });
const late = new GateLate({ place: document.getElementById("gate-late"), passes });
const party = new Party({ place: document.getElementById("gate-party"), relations: facts.relations, changed: hint });
// Fetched with the first code that is read: the page opens without it. Without script the link leads to the page of passes.
let codes;
document.getElementById("gate-scan").addEventListener("click", async (event) => {
  event.preventDefault();
  const { CodeReader } = await import("./gate_code.js");
  codes ??= new CodeReader({ dialog: document.getElementById("gate-code"), found });
  codes.open();
});
const queue = new Queue({ name: `queue:${mine}`, most: facts.most, vault, send, settle });

async function ask(address, options = {}) {
  const began = Date.now();
  const headers = { "Gate-Device": device };
  const response = await asked(address, { headers, fallback: form.elements.csrfmiddlewaretoken.value, ...options });
  if (clock.measure(response.headers.get("Date"), began)) {
    vault?.note("skew", clock.skew);
    tell();
  }
  return response;
}

async function send(batch) {
  return answered(await ask(form.dataset.passages, { body: JSON.stringify(batch) }));
}

// The time of a tap is put right by what is known now of the clock it was read from; so that has to be asked first.
async function settle(entries) {
  if (!clock.measured) await refresh();
  if (!clock.measured) throw new NotSent(0);
  for (const { row, stretch } of entries) {
    if (stretch === clock.stretch) row.happened_at = new Date(Date.parse(row.phone_at) - clock.skew).toISOString();
  }
}

// --- Writing -----------------------------------------------------------------------------------------------------

const FIELDS = ["person", "home", "name", "phone", "temperature", "health_code", "reason"];
const VEHICLE = ["plate_no", "passengers"];

function stamp() {
  return { id: newId(), happened_at: new Date(clock.now()).toISOString(), phone_at: new Date().toISOString() };
}

function read(button) {
  const data = new FormData(form);
  const row = { ...stamp(), direction: button.value };
  const names = data.get("person") === "driver" ? [...FIELDS, ...VEHICLE] : FIELDS;
  for (const name of names) if (data.get(name)?.trim()) row[name] = data.get(name).trim();
  if ((row.person ?? "resident") === "resident") delete row.phone;
  if (row.person === "visitor" && row.direction === "in" && data.get("host")?.trim()) row.host = data.get("host").trim();
  if (data.get("mask")) row.mask = data.get("mask") === "yes";
  if (button.name === "turn_back") Object.assign(row, { result: "turned_back", result_note: data.get("result_note").trim() });
  return row;
}

// What is wrong is asked before the person has walked on, by the portal's own rules.
function understood(row) {
  try {
    const { feverLimit, couriersEnter } = kit.whole?.policy ?? facts;
    return reader.read(row, { feverLimit: Number(feverLimit), couriersEnter, now: Infinity });
  } catch (bad) {
    if (!(bad instanceof Invalid)) throw bad;
    complain(bad.field, bad.why);
    return null;
  }
}

function complain(field, why) {
  for (const note of form.querySelectorAll(".p-gate-why:not([hidden])")) note.hidden = true;
  for (const input of form.querySelectorAll(".is-invalid")) input.classList.remove("is-invalid");
  const note = document.getElementById(`${field}-why`);
  const input = form.elements[field];
  if (!note || !input) return;
  note.textContent = why;
  note.hidden = false;
  input.classList.add("is-invalid");
  input.setAttribute("aria-invalid", "true");
  input.focus({ preventScroll: true });
  // Not under the bar that was just tapped.
  note.scrollIntoView({ block: "center" });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (!button?.value) return;
  const row = read(button);
  complain();
  const meant = understood(row);
  if (!meant) return;
  // As it was understood, so it stands on the line: 36,5 is 36.5, whatever the keyboard.
  for (const name of ["home", "temperature", "plate_no"]) if (meant[name]) row[name] = meant[name];
  if (meant.result === "passed" && !entry.allows(row)) return;
  const together = party.rows(row);
  if (together.length > 1 && row.temperature) return complain("temperature", words.alone);
  // Who is held goes nowhere, with whatever pass: the fever is logged.
  if (meant.result !== "held" && !passes.allows(together)) return;
  log(together, meant.result);
  clear();
  if (meant.result === "held") fever(row);
});

// Kept on the phone, each by itself: whatever becomes of one, the others stand.
function log(together, result) {
  for (const row of together) {
    if (result === "passed") passes.note(row);
    queue.add(row, { stretch: clock.stretch });
    rows.show(row, result).classList.add("p-new");
  }
  say();
  navigator.vibrate?.(30);
}

function say(text = "") {
  const note = document.getElementById("gate-said");
  note.hidden = !text;
  note.querySelector("div").textContent = text;
}

// One tap each, without a form: an ambulance waits for nobody's network. A thumb that trembles taps twice.
const TREMBLING = 1000;
for (const quick of document.querySelectorAll("form[data-quick]")) {
  quick.addEventListener("submit", (event) => {
    event.preventDefault();
    if (event.timeStamp - (quick.tapped ?? -TREMBLING) < TREMBLING) return;
    quick.tapped = event.timeStamp;
    const row = { ...stamp(), ...facts.quick[quick.dataset.quick] };
    log([row], row.result);
    say([words.logged, row.result_note || row.reason].filter(Boolean).join(" · "));
  });
}

// Without network the pages beside this one do not open; what the form can do of theirs is done there.
const KEPT = /^\/checkpoints\/gate\/(?:\d+\/)?$/;
stay({
  opens: (link) => link.id === "gate-scan" || KEPT.test(link.pathname),
  say: (link) => (link?.dataset.instead ? instead(link.dataset.instead) : sayAway()),
});
document.addEventListener("click", () => (document.getElementById("gate-away").hidden = true), true);

function sayAway() {
  const away = document.getElementById("gate-away");
  away.hidden = false;
  away.scrollIntoView({ block: "center" });
}

function instead(what) {
  if (what === "scan") return document.getElementById("gate-scan").click();
  form.elements.person.value = what;
  hint();
  const field = form.elements[what === "driver" ? "plate_no" : "home"];
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
}

function clear() {
  const person = form.elements.person.value;
  form.reset();
  for (const input of form.querySelectorAll(".form-control")) input.value = "";
  for (const radio of form.querySelectorAll("[name=health_code], [name=mask]")) radio.checked = false;
  // At rush hour the next one is of the same kind.
  form.elements.person.value = person;
  form.querySelector("details").open = false;
  party.clear();
  press();
  hint();
}

function steps(id) {
  return `${location.pathname}fever/${id}/`;
}

// The sheet stands there at once, without network too; where each step is written down is known once the row is stored.
const sheet = document.getElementById("gate-fever");
function fever(row) {
  sheet.dataset.row = row.id;
  stepsFor(row.id);
  sheet.querySelector("[data-fever-who]").textContent = `${row.home ?? row.name ?? row.plate_no} ${row.temperature ?? ""} ℃`;
  sheet.showModal();
}

function stepsFor(id) {
  if (sheet.dataset.row !== id) return;
  const link = sheet.querySelector("[data-fever-steps]");
  link.hidden = rows.get(id)?.item.dataset.is !== "stored";
  link.href = steps(id);
}

// --- Buttons that fill a field ---------------------------------------------------------------------------------------

for (const pad of form.querySelectorAll("[data-fills]")) {
  pad.hidden = false;
  pad.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const input = form.elements[pad.dataset.fills];
    input.value = input.value === button.value ? "" : button.value;
    press();
  });
}

function press() {
  for (const pad of form.querySelectorAll("[data-fills]")) {
    const { value } = form.elements[pad.dataset.fills];
    const wrong = (button) => (button.getAttribute("aria-pressed") === "true") !== (button.value === value);
    for (const button of [...pad.children].filter(wrong)) button.setAttribute("aria-pressed", String(button.value === value));
  }
}

// Who lives in the home that was written, and what stands at it: known without network.
function hint() {
  const place = document.getElementById("gate-home");
  const person = form.elements.person.value;
  const label = reader.home(form.elements.home.value.trim());
  const home = kit.home(label);
  party.look(person === "resident" && label ? (home ?? { label, people: [] }) : undefined);
  passes.look({ person, home: home?.label, count: party.count, people: party.keys });
  const { name, plate_no: plate, host } = form.elements;
  entry.look({ person, home: label, name: name.value.trim(), plate: plate.value, host: host.value.trim() });
  place.hidden = !home;
  if (!home) return;
  place.querySelector("span").textContent = named(home.people) || words.nobody;
  for (const [mark, name] of [["q", "quarantined"], ["a", "away"]]) {
    place.querySelector(`[data-mark=${name}]`).hidden = !home.marks.includes(mark);
  }
}
form.addEventListener("input", () => (press(), hint()));
form.querySelector("details").addEventListener("toggle", ({ target }) => target.open && target.scrollIntoView({ block: "center" }));

// A code was scanned or typed: its pass fills the form. Says why where this phone knows no such pass.
function found({ code, problem }) {
  const card = problem ? undefined : passes.choose(code);
  if (!card) return passWords.codes[problem ?? missing()];
  form.elements.person.value = card.person;
  form.elements.home.value = card.home;
  if (!card.home) form.elements.name.value ||= card.number;
  hint();
  document.getElementById("gate-pass").scrollIntoView({ block: "center" });
  return "";
}

// A phone that has no passes with it cannot know that there is no such pass.
function missing() {
  if (kit.whole?.passes) return "unknown";
  if (!navigator.onLine || unreached || isClosed()) return "without";
  refresh();
  return "coming";
}

// A choice that was a slip is taken off by pressing it again.
form.addEventListener("click", (event) => {
  const radio = event.target.closest("[name=health_code], [name=mask]");
  if (!radio) return;
  if (radio.dataset.was === "yes") radio.checked = false;
  for (const other of form.querySelectorAll(`[name=${radio.name}]`)) other.dataset.was = other.checked ? "yes" : "";
});

// Enter leads on through the fields; only Out and In decide.
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input.form-control")) return;
  event.preventDefault();
  const inputs = [...form.querySelectorAll("input.form-control")].filter((input) => input.offsetParent);
  (inputs[inputs.indexOf(event.target) + 1] ?? document.querySelector(".p-action-out")).focus();
});

// --- Just now ----------------------------------------------------------------------------------------------------

rows.list.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const { row, answer } = rows.get(button.closest("li").dataset.id);
  if (button.dataset.act === "fix") refill(row, answer);
  if (button.dataset.act !== "undo") {
    rows.drop(row.id);
    passes.forget(row.id);
    return queue.remove(row.id);
  }
  if (await queue.remove(row.id)) return passes.forget(row.id), rows.drop(row.id);
  const response = await ask(`${form.dataset.passages}${row.id}/undo/`).catch(() => null);
  const said = response ? await response.json().catch(() => ({})) : {};
  if (response?.ok) {
    passes.forget(row.id);
    rows.drop(row.id);
    totals(said.totals);
  } else if (said.error) {
    rows.mark(row.id, "stored", { why: said.error });
    rows.keepsUndo(row.id, false);
  }
});

function refill(row, answer) {
  clear();
  form.elements.person.value = row.person ?? "resident";
  for (const name of [...FIELDS.slice(1), ...VEHICLE, "host", "result_note"]) if (row[name]) form.elements[name].value = row[name];
  if (row.mask !== undefined) form.elements.mask.value = row.mask ? "yes" : "no";
  press();
  hint();
  if (party.pick(row.resident)) form.elements.name.value = "";
  complain(answer?.field, answer?.why);
}

// --- What becomes of a row -------------------------------------------------------------------------------------------

queue.addEventListener("kept", ({ detail: { id, kept } }) => rows.get(id)?.item.dataset.is === "writing" && rows.mark(id, kept ? "waiting" : "loose"));
queue.addEventListener("answer", ({ detail: { row, answer } }) => {
  if (!rows.get(row.id)) rows.show(row);
  rows.get(row.id).answer = answer;
  rows.mark(row.id, answer.status === "refused" ? "refused" : "stored", answer);
  if (answer.status === "refused") passes.forget(row.id);
  else if (row.pass) spend();
  stepsFor(row.id);
  setTimeout(() => rows.keepsUndo(row.id, false), facts.undoSeconds * 1000);
});
queue.addEventListener("totals", ({ detail }) => totals(detail));
queue.addEventListener("passes", ({ detail }) => Object.entries(detail).forEach(([id, why]) => rows.found(id, why)));
queue.addEventListener("change", tell);
queue.addEventListener("revoked", forget);

function totals(numbers) {
  for (const place of document.querySelectorAll("[data-total]")) place.textContent = numbers[place.dataset.total];
}

function tell() {
  const net = document.getElementById("gate-net");
  const said = queue.signedOut ? words.signedOut : navigator.onLine && !queue.failures ? words.waiting : words.offline;
  net.hidden = !queue.waiting && navigator.onLine && !queue.signedOut;
  net.href = queue.signedOut ? `/accounts/login/?next=${location.pathname}` : "#gate-just-now";
  net.querySelector("span").textContent = said.replace("{n}", queue.waiting);
  const lines = [
    queue.stopped,
    isClosed() ? words.closed.replace("{time}", hour(Date.parse(facts.closes))) : "",
    vault ? "" : words.bare,
    vault && queue.waiting && !queue.kept ? words.full : "",
    queue.waiting && queue.since && queue.failures ? words.since.replace("{time}", hour(queue.since - clock.skew)) : "",
    Math.abs(clock.skew) >= WORTH ? skewed() : "",
  ].filter(Boolean);
  const note = document.getElementById("gate-note");
  note.hidden = !lines.length;
  note.querySelector("div").textContent = lines.join(" ");
}

function skewed() {
  const minutes = Math.round(Math.abs(clock.skew) / 60000);
  return (clock.skew > 0 ? words.fast : words.slow).replace("{n}", minutes);
}

// --- What the phone takes along --------------------------------------------------------------------------------------

let unreached = false;
async function refresh() {
  const body = JSON.stringify({ device, clock: new Date().toISOString(), waiting: queue.waiting, have: kit.version });
  try {
    const { kit: whole, seal } = await answered(await ask(form.dataset.kit, { body }));
    await vault?.keepKey(queue.name, seal);
    await takeUp();
    unreached = false;
    if (whole && !isClosed()) await kit.keep(whole, Date.parse(facts.closes));
    hint();
    await breath();
    late.show();
  } catch (error) {
    unreached = true;
    if (error.revoked) await forget({ detail: error.stopped });
  }
}

// Trips that were sent are no longer in the queue: the kit has to know them, should the page be opened without network.
let spending;
function spend() {
  clearTimeout(spending);
  spending = setTimeout(() => {
    if (!kit.whole) return;
    passes.settle();
    kit.keep(kit.whole, Date.parse(facts.closes));
  }, 2000);
}

// Shut out, or the shift is over: what was taken along is gone; what was logged stays sealed until it may be sent.
async function forget({ detail } = {}) {
  await kit.wipe();
  if (detail) await vault?.throwKey(queue.name);
  if (detail) queue.stopped = detail;
  hint();
  tell();
}

// With network or without: a shift that is over takes its kit along. What somebody logs all the same is kept, and said.
async function endShift() {
  if (!isClosed()) return;
  // Said when it is gone.
  if (kit.whole) await forget();
  else tell();
}

function isClosed() {
  return clock.now() > Date.parse(facts.closes);
}

async function latest() {
  await endShift();
  late.show();
  if (document.hidden || !navigator.onLine || queue.stopped) return;
  if (!kit.whole && !isClosed()) await refresh();
  try {
    const { totals: numbers, rows: last, uses } = await answered(await ask(form.dataset.latest, { method: "GET" }));
    totals(numbers);
    if (!queue.sending) rows.merge(last);
    passes.hear(uses);
    hint();
    late.show();
  } catch (error) {
    if (error.revoked) await forget({ detail: error.stopped });
  }
}

// What this phone holds from before, as far as it can be opened.
async function takeUp() {
  for (const { said } of await queue.load()) {
    if (rows.get(said.row.id)) continue;
    if (!said.answer) passes.note(said.row);
    rows.show(said.row, said.row.result);
    rows.mark(said.row.id, said.answer ? "refused" : "waiting", said.answer);
    rows.get(said.row.id).answer = said.answer;
  }
}

// The token may be older than the sign-in: the page was kept.
document.addEventListener("submit", ({ target }) => {
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
  const { csrfmiddlewaretoken: token } = target.elements;
  if (cookie && token) token.value = cookie.split("=")[1];
}, true);

await vault?.tidy(clock.now(), `kit:${facts.user}:`);
await kit.load();
late.show();
await breath();
await takeUp();
tell();
form.dataset.ready = "yes";
addEventListener("online", () => (tell(), latest()));
addEventListener("offline", tell);
addEventListener("beforeunload", (event) => queue.waiting && !queue.kept && event.preventDefault());
document.addEventListener("home-asked", ({ detail }) => detail.found.push(...kit.suggest(detail.asked)));
// The figures of the page may be older than what was sent while it was on its way, or than the page that was kept.
await breath();
// The page is kept once what it decides with is: whoever finds the one without network finds the other.
refresh().then(() => (keepPage({ ...form.dataset, reads: true }), queue.start())).then(latest);
watchRoom((nearlyFull) => (document.getElementById("gate-room").hidden = !nearlyFull));
setInterval(latest, LATEST_EVERY);
setInterval(refresh, KIT_EVERY);
document.addEventListener("visibilitychange", latest);
