// May this visitor, this vehicle come in? Judged by the portal's rule (entry_rules.js) with what the phone took along.

import { judgeEntry } from "./entry_rules.js";

// The gate's time, wherever the phone thinks it is.
const EAST = 8 * 3600 * 1000;
export const local = (moment) => new Date(moment + EAST).toISOString().slice(0, 16);
export const hour = (moment) => local(moment).slice(11);

// What quarantine says of a home: of whoever comes from it, or of the worst of the people who are named.
export function heldOf([everybody, people, permitted] = [false, [], []], who = []) {
  if (who.length) return who.some((key) => (everybody || people.includes(key)) && !permitted.includes(key)) ? "all" : "";
  if (everybody) return permitted.length ? "permit" : "all";
  return people.length ? "some" : "";
}

export class GateEntry {
  constructor({ place, rules, kit, clock, reader }) {
    Object.assign(this, { place, rules, kit, clock, reader, plate: "", lifted: "" });
    this.part = (name) => place.querySelector(`[data-part=${name}]`);
  }

  // What is written so far: shown before In is pressed.
  look({ person, home, name, plate, host }) {
    const row = { person, direction: "in", result: "passed", home, name, plate_no: this.#plate(plate), host };
    const asked = JSON.stringify([person, home, row.plate_no]);
    if (asked !== this.asked) this.part("override").querySelector("input").value = "";
    this.asked = asked;
    const speaks = person === "visitor" ? Boolean(home) : person === "driver" && Boolean(row.plate_no);
    this.place.hidden = !speaks || !this.kit.whole?.entry;
    this.part("stopped").hidden = true;
    if (!this.place.hidden) this.#show(this.#judge(row));
  }

  // True where the row may be logged; with a reason of the lead, which then goes along.
  allows(row) {
    if (!this.kit.whole?.entry) return this.#known(row);
    const answer = this.#judge({ person: "resident", result: "passed", name: "", host: "", ...row });
    if (!this.#stops(answer)) return true;
    const override = this.part("override").querySelector("input").value.trim();
    if (override && this.#leads) return Boolean((row.override = override));
    this.place.hidden = false;
    this.#show(answer);
    this.part("stopped").hidden = false;
    this.place.scrollIntoView({ block: "center" });
    const field = document.getElementById(`id_${this.rules.fields[answer.code] ?? ""}`);
    (field?.offsetParent && answer.answer === "ask" ? field : this.place).focus();
    navigator.vibrate?.([60, 60, 60]);
    return false;
  }

  // Without a kit yet the portal judges; but nobody goes in without a word of the home.
  #known(row) {
    if (row.person !== "visitor" || row.direction !== "in" || row.result || row.host) return true;
    this.place.hidden = false;
    this.#show({ answer: "ask", code: "consent" });
    this.part("stopped").hidden = false;
    document.getElementById("id_host").focus();
    return false;
  }

  get #leads() {
    return Boolean(this.kit.whole?.passes?.leads);
  }

  #judge(row) {
    const { taxis, visits, vehicles, held } = this.kit.whole.entry;
    const home = this.kit.home(this.reader.home(row.home ?? ""))?.label ?? this.reader.home(row.home ?? "");
    return judgeEntry({
      row: { name: "", host: "", ...row }, at: local(this.clock.now()), taxis, held: heldOf(held[home]), visits: visits[home] ?? [],
      vehicle: vehicles[this.#plate(row.plate_no)] ?? null,
    });
  }

  #stops({ answer, code }) {
    return answer === "no" || this.rules.wanting.includes(code);
  }

  #plate(text) {
    try {
      return this.reader.plate((text ?? "").trim());
    } catch {
      return "";
    }
  }

  #show(answer) {
    const { answer: said, code } = answer;
    this.place.className = `p-gate-pass p-pass-answer p-pass-says-${said}`;
    for (const icon of this.place.querySelectorAll("[data-says]")) icon.hidden = icon.dataset.says !== said;
    this.part("verdict").textContent = this.rules.sentences[code].replace(/%\((\w+)\)s/g, (_, name) => answer[name] ?? "");
    const stops = this.#stops(answer);
    this.part("override").hidden = !stops || !this.#leads;
    this.part("only").hidden = said !== "no" || this.#leads;
  }
}
