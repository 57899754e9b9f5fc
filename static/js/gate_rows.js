// "Just now": the last passages of the shift, of this phone with what became of them, and of the other phones.

import { hour } from "./gate_entry.js";

const MOST = 12;

const mask = (text) => (text ? text.slice(0, 1) + "*".repeat(text.length - 1) : "");
const hide = (plate) => (plate ? `${plate.slice(0, -3)}***` : "");
const NO_PLATE = "无牌";

export class Rows {
  // `words` are the page's, `person(kind)` says what a kind of person is called, `steps(id)` where the procedure of a fever is.
  constructor({ list, template, words, person, steps }) {
    Object.assign(this, { list, template, words, person, steps, shown: new Map() });
  }

  get(id) {
    return this.shown.get(id);
  }

  show(row, result, { place = "first" } = {}) {
    const item = this.template.content.cloneNode(true).firstElementChild;
    const person = this.person(row.person ?? "resident");
    const direction = item.querySelector(".p-gate-dir");
    direction.textContent = this.words[row.direction];
    direction.classList.add(`p-${row.direction}`);
    const called = this.#called(row, person);
    item.querySelector("strong").textContent = called;
    const kind = (row.person ?? "resident") === "resident" ? "" : person;
    const name = row.name === person ? "" : mask(row.name);
    const rest = [kind, name, row.reason, row.temperature && `${row.temperature} ℃`];
    item.querySelector("small").textContent = rest.filter((said) => said && said !== called).join(" · ");
    const time = item.querySelector("time");
    time.dateTime = row.happened_at;
    time.textContent = hour(Date.parse(row.happened_at));
    item.dataset.id = row.id;
    this.list.querySelector(".p-gate-none")?.remove();
    if (place === "first") this.list.prepend(item);
    else this.list.insertBefore(item, place);
    this.shown.set(row.id, { row, item });
    this.mark(row.id, "writing", { result });
    this.#trim();
    return item;
  }

  // As Passage.called says it on the page of the portal.
  #called(row, person) {
    if (row.home) return row.home;
    return row.plate_no === NO_PLATE ? row.reason || this.words.noPlate : hide(row.plate_no) || person;
  }

  // writing (not yet on the phone), waiting (on the phone), stored, or refused.
  mark(id, state, { result, why } = {}) {
    const { item } = this.shown.get(id) ?? {};
    if (!item) return;
    item.dataset.is = state;
    for (const icon of item.querySelectorAll("[data-state]")) icon.hidden = icon.dataset.state !== state;
    for (const name of ["fix", "drop"]) item.querySelector(`[data-act=${name}]`).hidden = state !== "refused";
    item.querySelector("[data-act=undo]").hidden = state === "refused";
    const badge = item.querySelector(".p-badge");
    const said = { held: this.words.held, turned_back: this.words.turnedBack }[result];
    if (result !== undefined) badge.hidden = !said;
    if (result !== undefined) badge.textContent = said ?? "";
    // The portal leads through the steps once it knows of the person.
    if (state === "stored" && badge.textContent === this.words.held) badge.href = this.steps(id);
    const note = item.querySelector(".p-gate-why");
    note.hidden = !why;
    note.textContent = why ?? "";
  }

  // What was found against the rule of a pass, now or when a later passage came to light.
  found(id, why) {
    const note = this.list.querySelector(`[data-id="${id}"] .p-gate-found`);
    if (!note) return;
    note.hidden = !why;
    note.textContent = why ?? "";
  }

  keepsUndo(id, keeps) {
    const button = this.shown.get(id)?.item.querySelector("[data-act=undo]");
    if (button) button.hidden = !keeps;
  }

  drop(id) {
    this.shown.get(id)?.item.remove();
    this.shown.delete(id);
  }

  // The portal's last rows, among which are those of other phones; what it no longer has was taken back there.
  merge(rows) {
    const there = new Set(rows.map(({ id }) => id));
    const oldest = rows.length ? Date.parse(rows[rows.length - 1].happened_at) : 0;
    for (const item of [...this.list.querySelectorAll("li[data-id]")]) {
      const gone = !there.has(item.dataset.id) && (item.dataset.is ?? "stored") === "stored";
      if (gone && Date.parse(item.querySelector("time").dateTime) >= oldest) this.#remove(item);
    }
    for (const row of [...rows].reverse()) if (!this.list.querySelector(`[data-id="${row.id}"]`)) this.#insert(row);
    for (const { id, found } of rows) this.found(id, found);
    this.#trim();
  }

  // The longer the list, the longer the next tap takes. What the portal does not have yet stays.
  #trim() {
    for (const item of [...this.list.querySelectorAll("li[data-id]")].slice(MOST)) {
      if ((item.dataset.is ?? "stored") === "stored") this.#remove(item);
    }
  }

  #remove(item) {
    this.shown.delete(item.dataset.id);
    item.remove();
  }

  #insert(row) {
    const later = (item) => Date.parse(item.querySelector("time").dateTime) <= Date.parse(row.happened_at);
    const place = [...this.list.querySelectorAll("li[data-id]")].find(later) ?? null;
    const item = this.show(row, row.result, { place });
    this.mark(row.id, "stored", { result: row.result });
    this.keepsUndo(row.id, false);
    item.dataset.is = "stored";
  }
}
