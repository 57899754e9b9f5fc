// The gate page with script: a tap is logged on the phone at once and sent behind the back of the next tap.

import { newId, Queue } from "./queue.js";

const form = document.getElementById("gate-form");
const list = document.getElementById("gate-rows");
const words = document.getElementById("gate-words").dataset;
const facts = JSON.parse(document.getElementById("gate-facts").textContent);
const shown = new Map();
// The gate's time, wherever the phone thinks it is.
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });

const queue = new Queue({ name: `gate:${facts.user}:${facts.shift}`, most: facts.most, send });

async function send(rows) {
  const response = await ask(form.dataset.passages, JSON.stringify(rows));
  const signedOut = [401, 403].includes(response.status) || response.type === "opaqueredirect";
  if (!response.ok) throw Object.assign(new Error(String(response.status)), { signedOut });
  return response.json();
}

function ask(address, body) {
  // The token may have changed since the page was opened: whoever signed in again has a new one.
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
  const token = cookie ? cookie.split("=")[1] : form.elements.csrfmiddlewaretoken.value;
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token };
  return fetch(address, { method: "POST", body, headers, redirect: "manual" });
}

// --- Writing -----------------------------------------------------------------------------------------------------

const FIELDS = ["person", "home", "name", "phone", "temperature", "health_code", "reason"];
const VEHICLE = ["plate_no", "passengers"];

function read(button) {
  const data = new FormData(form);
  const row = { id: newId(), happened_at: new Date().toISOString() };
  row.direction = button.value;
  const names = data.get("person") === "driver" ? [...FIELDS, ...VEHICLE] : FIELDS;
  for (const name of names) if (data.get(name)?.trim()) row[name] = data.get(name).trim();
  if (row.person === "resident") delete row.phone;
  if (data.get("mask")) row.mask = data.get("mask") === "yes";
  if (button.name === "turn_back") Object.assign(row, { result: "turned_back", result_note: data.get("result_note").trim() });
  return row;
}

// What must be asked before the person has walked on; everything else is answered by the portal.
function missing(row) {
  if (row.temperature && degrees(row.temperature) === null) return ["temperature", words.badTemperature];
  if (row.result === "turned_back") return row.result_note ? null : ["result_note", words.needNote];
  if (row.person === "driver") return row.plate_no ? null : ["plate_no", words.needPlate];
  if (row.person === "visitor" && row.direction === "in") {
    if (!row.home) return ["home", words.needVisit];
    return row.reason ? null : ["reason", words.needReason];
  }
  return row.home || row.name ? null : ["home", words.needHome];
}

function degrees(written) {
  const plain = written.normalize("NFKC").replace(/[\s℃°C度]/g, "").replace(/[,。]/g, ".");
  const value = Number(plain);
  return /^\d{2}(\.\d0*)?$/.test(plain) && value >= 34 && value <= 43 ? value : null;
}

function complain(field, why) {
  for (const note of form.querySelectorAll(".p-gate-why")) note.hidden = true;
  for (const input of form.querySelectorAll(".is-invalid")) input.classList.remove("is-invalid");
  if (!field) return;
  const note = document.getElementById(`${field}-why`);
  const input = form.elements[field];
  if (!note || !input) return;
  note.textContent = why;
  note.hidden = false;
  input.classList.add("is-invalid");
  input.setAttribute("aria-invalid", "true");
  input.focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const button = event.submitter;
  if (!button?.value) return;
  const row = read(button);
  const [field, why] = missing(row) ?? [];
  complain(field, why);
  if (field) return;
  const held = row.temperature && degrees(row.temperature) >= Number(facts.feverLimit) && row.result !== "turned_back";
  show(row, held ? "held" : row.result);
  queue.add(row);
  clear();
  navigator.vibrate?.(30);
  if (held) fever(row);
});

function clear() {
  const person = form.elements.person.value;
  form.reset();
  for (const input of form.querySelectorAll(".form-control")) input.value = "";
  for (const radio of form.querySelectorAll("[name=health_code], [name=mask]")) radio.checked = false;
  // At rush hour the next one is of the same kind.
  form.elements.person.value = person;
  form.querySelector("details").open = false;
  press();
}

function fever(row) {
  const sheet = document.getElementById("gate-fever");
  sheet.querySelector("[data-fever-who]").textContent = `${row.home ?? row.name ?? row.plate_no} ${row.temperature} ℃`;
  sheet.showModal();
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
    for (const button of pad.children) button.setAttribute("aria-pressed", String(button.value === value));
  }
}
form.addEventListener("input", press);
form.querySelector("details").addEventListener("toggle", ({ target }) => target.open && target.scrollIntoView({ block: "center" }));

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

function show(row, result) {
  const item = document.getElementById("gate-row").content.cloneNode(true).firstElementChild;
  const mask = (text) => (text ? text.slice(0, 1) + "*".repeat(text.length - 1) : "");
  const hide = (plate) => (plate ? `${plate.slice(0, -3)}***` : "");
  const person = form.querySelector(`[name=person][value=${row.person}]`).nextElementSibling.textContent;
  const direction = item.querySelector(".p-gate-dir");
  direction.textContent = words[row.direction];
  direction.classList.add(`p-${row.direction}`);
  item.querySelector("strong").textContent = row.home || hide(row.plate_no) || person;
  const rest = [row.person === "resident" ? "" : person, mask(row.name), row.reason, row.temperature && `${row.temperature} ℃`];
  item.querySelector("small").textContent = rest.filter(Boolean).join(" · ");
  const time = item.querySelector("time");
  time.dateTime = row.happened_at;
  time.textContent = clock.format(new Date(row.happened_at));
  item.dataset.id = row.id;
  list.querySelector(".p-gate-none")?.remove();
  list.prepend(item);
  item.classList.add("p-new");
  shown.set(row.id, { row, item });
  mark(row.id, "waiting", { result });
}

function mark(id, state, { result, why } = {}) {
  const { item } = shown.get(id) ?? {};
  if (!item) return;
  for (const icon of item.querySelectorAll("[data-state]")) icon.hidden = icon.dataset.state !== state;
  item.querySelector("[data-act=fix]").hidden = state !== "refused";
  item.querySelector("[data-act=undo]").hidden = state === "refused";
  const badge = item.querySelector(".p-badge");
  const said = { held: words.held, turned_back: words.turnedBack }[result];
  badge.hidden = !said;
  badge.textContent = said ?? "";
  const note = item.querySelector(".p-gate-why");
  note.hidden = !why;
  note.textContent = why ?? "";
}

list.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const { row, item } = shown.get(button.closest("li").dataset.id);
  if (button.dataset.act === "fix") return refill(row, item);
  if (queue.remove(row.id)) return item.remove();
  const response = await ask(`${form.dataset.passages}${row.id}/undo/`, "").catch(() => null);
  const answer = response ? await response.json().catch(() => ({})) : {};
  if (response?.ok) {
    item.remove();
    totals(answer.totals);
  } else if (answer.error) {
    button.hidden = true;
    mark(row.id, "stored", { why: answer.error });
  }
});

function refill(row, item) {
  clear();
  for (const name of [...FIELDS, ...VEHICLE, "result_note"]) if (row[name]) form.elements[name].value = row[name];
  if (row.mask !== undefined) form.elements.mask.value = row.mask ? "yes" : "no";
  press();
  item.remove();
  const { field, why } = shown.get(row.id).answer ?? {};
  queue.remove(row.id);
  complain(field, why);
}

// --- What the portal answers -----------------------------------------------------------------------------------------

queue.addEventListener("answer", ({ detail: { row, answer } }) => {
  if (!shown.has(row.id)) show(row);
  shown.get(row.id).answer = answer;
  mark(row.id, answer.status === "refused" ? "refused" : "stored", answer);
  setTimeout(() => {
    const { item } = shown.get(row.id);
    item.querySelector("[data-act=undo]").hidden = true;
  }, facts.undoSeconds * 1000);
});
queue.addEventListener("totals", ({ detail }) => totals(detail));
queue.addEventListener("change", tell);

function totals(numbers) {
  for (const place of document.querySelectorAll("[data-total]")) place.textContent = numbers[place.dataset.total];
}

function tell() {
  const net = document.getElementById("gate-net");
  const said = queue.signedOut ? words.signedOut : navigator.onLine ? words.waiting : words.offline;
  net.hidden = !queue.waiting;
  net.href = queue.signedOut ? `/accounts/login/?next=${location.pathname}` : "#gate-just-now";
  net.querySelector("span").textContent = queue.kept ? said.replace("{n}", queue.waiting) : words.full;
}

for (const row of queue.rows.values()) show(row, row.result);
for (const row of queue.refused.values()) {
  show(row);
  shown.get(row.id).answer = row.answer;
  mark(row.id, "refused", row.answer);
}
tell();
queue.flush();
addEventListener("online", () => queue.flush());
addEventListener("offline", tell);
document.addEventListener("visibilitychange", () => document.hidden || queue.flush());
setInterval(() => queue.flush(), 30000);
