// A walker's page. With network the portal answers each tap; without, the tap lies on the phone, the next door opens from
// what was taken along, and the taps are sent in order when the network is back. Each tap has a name of its own.

import { stay } from "./away.js";
import { answered, ask } from "./portal_ask.js";
import { keepPage } from "./offline.js";
import { newId, Queue } from "./queue.js";
import { openVault } from "./vault.js";
import { drawBuilding, openWindows, paint, paintAll } from "./windows.js";

// The phone's own time goes with each tap: it is kept beside the portal's, so that a wrong clock is seen.
document.addEventListener(
  "submit",
  (event) => {
    const field = event.target.querySelector("[data-now]");
    if (field) field.value = new Date().toISOString();
  },
  true,
);

// An answer that was not understood comes back as the page's part with a word at the field: show it.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

const facts = document.getElementById("round-facts").dataset;
const mine = `${facts.user}:round:${facts.round}`;
const LATER = 24 * 60 * 60 * 1000;
const KIT_EVERY = 300000;
const BACK = /\/stops\/\d+\/undo\/$/;
const STOP = /\/stops\/(\d+)\/do\/$/;

const vault = await openVault();
const queue = new Queue({ name: `queue:${mine}`, most: 50, vault, send });
const passed = new Set();
let kit = null;
let done = null;

function said(address, options) {
  return ask(address, { fallback: facts.csrf, ...options }).then(answered);
}

function send(rows) {
  return said(facts.taps, { body: JSON.stringify(rows) });
}

// --- A tap -----------------------------------------------------------------------------------------------------------

const walk = () => document.getElementById("round-walk");
const tapOf = (form) => STOP.exec(new URL(form.action).pathname);

// What the door is called, should the portal not take the tap.
function door(form, button) {
  const stop = form.closest(".p-stop");
  if (stop) return stop.querySelector(".p-stop-address").textContent.trim();
  const entrance = form.closest("table")?.caption?.textContent.trim();
  return [entrance, /[0-9A-Z]+(?=\W*$)/.exec(button.textContent)?.[0]].filter(Boolean).join(" ");
}

function read(form, button) {
  const row = { id: form.elements.tap?.value || newId(), stop: Number(tapOf(form)[1]), outcome: button.value, fields: {} };
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "csrfmiddlewaretoken") row.fields[name] = value;
  row.label = door(form, button);
  row.tapped_at = row.fields.tapped_at || new Date().toISOString();
  return row;
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const alone = !navigator.onLine || queue.waiting > 0;
    if (facts.windows && alone && byHand(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    if (!tapOf(form)) return;
    const button = event.submitter ?? form.querySelector("[name=outcome]");
    if (form.elements.tap && !form.elements.tap.value) form.elements.tap.value = newId();
    const row = read(form, button);
    if (!alone) {
      // On the phone first: the page may be killed before the portal has answered.
      queue.held.add(row.id);
      form.kept = vault?.add(queue.name, row.id, vault.seal(queue.name, { row })).catch(() => {});
      form.row = row;
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (understood(form, button)) keep(form, row);
  },
  true,
);

document.body.addEventListener("htmx:afterRequest", async ({ detail: { requestConfig, xhr } }) => {
  const form = requestConfig.elt;
  const back = BACK.exec(requestConfig.path);
  if (back && xhr.status === 200) takeAlong();
  if (facts.windows && !xhr.status && !form.row) return void byHand(form);
  const { row } = form;
  if (!row) return;
  form.row = null;
  await form.kept;
  const answer = xhr.status && xhr.status < 500;
  if (answer) await vault?.forget([row.id]);
  queue.held.delete(row.id);
  // What the portal has answered, well or with a word at the field, is no longer the phone's.
  if (answer) {
    if (xhr.status < 400) await ended(row);
    return tell();
  }
  queue.failures += 1;
  await keep(form, row, { again: true });
  queue.flush();
});

// What the portal would ask back, as far as a phone can know it.
function understood(form, button) {
  for (const error of form.querySelectorAll(".p-question-error")) error.remove();
  const usual = button.classList.contains("p-action") || button.classList.contains("p-stop-enter");
  for (const label of form.querySelectorAll(".p-question label:has(.asteriskField)")) {
    const input = document.getElementById(label.htmlFor);
    if (usual && input && !input.value.trim()) return complain(input, facts.needed);
  }
  const input = form.elements.temperature;
  const plain = input?.value.normalize("NFKC").trim().replace(/[,。]/g, ".");
  if (plain && !(/^[0-9]{2}(\.[0-9])?$/.test(plain) && Number(plain) >= 34 && Number(plain) <= 43)) return complain(input, facts.temperature);
  return true;
}

function complain(input, why) {
  const note = document.createElement("p");
  note.className = "p-question-error";
  note.textContent = why;
  input.closest(".p-question").append(note);
  input.focus();
  return false;
}

async function keep(form, row, { again = false } = {}) {
  const photo = [...(form.elements.photo?.files ?? [])].length;
  if (again) await queue.load();
  if (!queue.rows.has(row.id)) queue.add(row);
  passed.add(row.stop);
  if (facts.windows) paint(form, row.outcome);
  next();
  if (photo) remark(facts.noPhoto);
  tell();
}

// --- Windows: what a tap means while the portal does not hear it -----------------------------------------------------

// True where the form was dealt with here: a tap of this phone taken back, all others dark, or nothing that can be done.
function byHand(form) {
  const stop = Number(tapOf(form)?.[1]);
  const waits = [...queue.rows.values()].find(({ said }) => said.row.stop === stop);
  if (waits) takeBack(form, waits);
  else if (form.matches("[data-rest]")) for (const one of openWindows(walk(), passed)) keepWindow(one, one.dataset.known ?? "dark");
  else if (BACK.test(form.action)) remark(facts.noUndo);
  else return false;
  return true;
}

async function takeBack(form, { id, said }) {
  if (!(await queue.remove(id))) return;
  passed.delete(said.row.stop);
  paint(form, "");
  progress();
}

function keepWindow(form, outcome) {
  const button = form.querySelector("button");
  keep(form, { ...read(form, button), outcome });
}

// --- The next door, from what was taken along ----------------------------------------------------------------------

function next() {
  if (facts.windows) return windows();
  const place = walk().querySelector(".p-stop");
  if (!place) return;
  const waits = new Set([...queue.rows.values()].map((entry) => entry.said.row.stop));
  const found = (kit?.stops ?? []).find(([stop]) => !passed.has(stop) && !waits.has(stop));
  if (found) draw(place, found[1]);
  else if (kit) place.replaceChildren(panel(facts.allDone));
  else remark(facts.notKept);
  progress();
}

// The building that is asked for, with what this phone has tapped since it was drawn.
function windows() {
  if (walk().querySelector("[data-windows]")) {
    if (!kit?.buildings?.length) return remark(facts.notKept);
    drawBuilding(walk(), kit.buildings, new URLSearchParams(location.search).get("building"));
  }
  const taps = new Map(Object.entries(kit?.marks ?? {}).map(([stop, outcome]) => [Number(stop), outcome]));
  for (const { said } of queue.rows.values()) taps.set(said.row.stop, said.row.outcome);
  paintAll(walk(), taps);
  progress();
}

function draw(place, html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const section = box.content.querySelector(".p-stop");
  section.querySelector("[name=tap]").value = newId();
  place.replaceWith(section);
  globalThis.htmx?.process(section);
  for (const list of walk().querySelectorAll("ul.p-list a[href^='?stop=']")) {
    if (passed.has(Number(list.search.slice(6)))) list.closest("li").remove();
  }
}

function panel(text) {
  const body = document.createElement("div");
  body.className = "p-panel-body";
  body.textContent = text;
  return body;
}

function remark(text) {
  document.getElementById("round-remark")?.remove();
  const note = document.createElement("div");
  note.className = "p-note p-warn";
  note.id = "round-remark";
  note.role = "status";
  note.append(panel(text));
  walk().prepend(note);
  note.scrollIntoView({ block: "center" });
}

// --- What this page cannot do without network ----------------------------------------------------------------------

const KEPT = /^\/residents\/rounds\/\d+\/$/;
stay({ opens: (link) => KEPT.test(link.pathname), say: () => remark(facts.away) });

// Counted from what the portal said last.
function progress() {
  const bar = walk().querySelector("progress");
  const total = kit?.total ?? bar.max;
  done = Math.min((kit?.done ?? bar.value) + passed.size, total);
  bar.max = total || 1;
  bar.value = done;
  walk().querySelector(".p-walk-progress strong").textContent = `${done} / ${total}`;
}

// --- What becomes of the taps ----------------------------------------------------------------------------------------

queue.addEventListener("change", tell);
queue.addEventListener("answer", ({ detail: { row, answer } }) => {
  if (answer.status === "refused") refused(row, answer);
  if (!queue.waiting) catchUp();
});

function refused(row, { why }) {
  const note = document.createElement("div");
  note.className = "p-note p-bad";
  note.id = "round-refused";
  const button = document.createElement("button");
  button.className = "btn btn-outline-secondary";
  button.textContent = facts.drop;
  button.addEventListener("click", () => (queue.remove(row.id), note.remove()));
  const words = document.createElement("div");
  words.textContent = `${row.label ?? ""} ${why}`.trim();
  note.append(words, button);
  walk().before(note);
}

// Everything is sent: the page as the portal sees it, unless somebody is at a door already.
async function catchUp() {
  const typed = [...walk().querySelectorAll("input:not([type=hidden]), textarea")].some((input) => input.value !== input.defaultValue);
  await takeAlong();
  if (typed || queue.waiting || !globalThis.htmx) return;
  await htmx.ajax("GET", location.pathname + location.search, { target: "#round-walk", swap: "outerHTML", headers: { "HX-Target": "round-walk" } });
}

function tell() {
  const net = document.getElementById("round-net");
  const words = queue.signedOut ? facts.signedOut : navigator.onLine && !queue.failures ? facts.waiting : facts.offline;
  net.hidden = !queue.waiting && navigator.onLine && !queue.signedOut;
  net.href = queue.signedOut ? `/accounts/login/?next=${location.pathname}` : "#round-walk";
  net.querySelector("span").textContent = words.replace("{n}", queue.waiting);
  net.title = queue.waiting && !queue.kept ? facts.loose : "";
}

// A stop the portal has taken meanwhile is none of those that are left.
async function ended({ stop, outcome }) {
  if (!kit) return;
  kit.stops = kit.stops.filter(([one]) => one !== stop);
  if (facts.windows) kit.marks = { ...kit.marks, [stop]: outcome };
  kit.done += 1;
  await keepKit();
}

function keepKit() {
  return vault?.keepKit(`kit:${mine}`, kit, Date.parse(facts.until) + LATER).catch(() => {});
}

async function takeAlong() {
  try {
    const { seal, ...fresh } = await said(facts.kit, { method: "GET" });
    await vault?.keepKey(queue.name, seal);
    kit = fresh;
    passed.clear();
    for (const { said: entry } of queue.rows.values()) passed.add(entry.row.stop);
    await keepKit();
  } catch {
    // Without network what was taken along before counts.
  }
}

await vault?.tidy(Date.now(), `kit:${facts.user}:`);
kit = (await vault?.kit(`kit:${mine}`).catch(() => null)) ?? null;
await queue.load();
for (const { said: entry } of queue.rows.values()) passed.add(entry.row.stop);
for (const { said: entry } of queue.refused.values()) refused(entry.row, entry.answer);
if (queue.waiting || walk().querySelector(".p-stop:empty, [data-windows]")) next();
tell();
takeAlong().then(() => queue.start());
keepPage(facts);
setInterval(takeAlong, KIT_EVERY);
addEventListener("online", tell);
addEventListener("offline", tell);
addEventListener("beforeunload", (event) => queue.waiting && !queue.kept && event.preventDefault());
document.documentElement.dataset.ready = "yes";
