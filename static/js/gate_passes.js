// May they go out? Judged by the rule (pass_rules.js) with what the phone took along, so it is answered without network too.
//
// What this phone has let through since is added to what the kit knows: a trip is spent once it is logged, sent or not.

import { judge, stateOf } from "./pass_rules.js";

// Passes for those who come to work or to care: they are asked on their way in, on the page of passes.
const OUTSIDERS = ["worker", "carer"];
// The gate's time, wherever the phone thinks it is.
const EAST = 8 * 3600 * 1000;
const local = (moment) => new Date(moment + EAST).toISOString().slice(0, 16);
const short = (text) => (text ?? "").slice(5).replace("T", " ");
const fill = (text, facts) => text.replace(/%\((\w+)\)s/g, (_, name) => facts[name] ?? "");

export class GatePasses {
  constructor({ place, words, kit, clock }) {
    Object.assign(this, { place, words, kit, clock, home: undefined, recent: [], answer: null });
    this.part = (name) => place.querySelector(`[data-part=${name}]`);
    place.addEventListener("change", ({ target }) => (target.matches("select") ? this.#open() : this.#judge()));
  }

  // Which home goes out; nothing where nobody does, or nobody knows the home.
  look(home) {
    const version = `${home ?? ""} ${this.kit.version}`;
    if (version === this.version) return;
    Object.assign(this, { version, home });
    this.cards = home ? this.#kept.filter((card) => card.home === home && !OUTSIDERS.includes(card.pass.kind)) : [];
    const best = ["yes", "ask", "no"];
    const rank = (card) => best.indexOf(judge(this.#item(card)).answer);
    this.cards.sort((one, other) => rank(one) - rank(other));
    const names = this.cards.map(({ key, number, pass }) => new Option(`${number} ${this.words.kinds[pass.kind]}`, key));
    this.part("choose").querySelector("select").replaceChildren(...names);
    this.#open();
  }

  // Puts the pass with the row; false where they may not go, which then stands on the page.
  allows(row) {
    if ((row.person ?? "resident") !== "resident" || row.result) return true;
    if (row.direction === "in") return this.#comesBack(row);
    if (!this.home) return true;
    this.#judge();
    const override = this.part("override").querySelector("input").value.trim();
    if (this.answer.answer === "no" && !(this.#leads && override)) return this.#stop();
    if (this.answer.answer === "ask" && this.asks && !this.#confirmed) return this.#stop();
    if (this.card) Object.assign(row, { pass: this.card.key, proofs: this.#proofs });
    if (this.answer.answer === "no" && this.card) row.override = override;
    else if (this.answer.answer === "no") row.reason ||= override.slice(0, 60);
    return true;
  }

  // A row that this phone holds or has sent: its trip is spent.
  note({ id, pass, direction, happened_at }) {
    if (!pass) return;
    this.forget(id);
    this.recent.push({ id, pass, way: direction, at: local(Date.parse(happened_at)) });
    this.version = undefined;
  }

  // A row that was taken back or refused: its trip is free again.
  forget(id) {
    this.recent = this.recent.filter((use) => use.id !== id);
    this.version = undefined;
  }

  // What was sent goes into the kit, for the page that is opened next.
  settle() {
    for (const card of this.#kept) card.uses = this.#uses(card);
  }

  get #leads() {
    return Boolean(this.kit.whole?.passes?.leads);
  }

  get #kept() {
    return this.kit.whole?.passes?.cards ?? [];
  }

  get #proofs() {
    return [...this.part("proofs").querySelectorAll(":checked")].map(({ value }) => value);
  }

  get #confirmed() {
    return !this.answer.look.length && (this.part("confirm").hidden || this.part("confirm").querySelector("input").checked);
  }

  #comesBack(row) {
    const home = this.kit.home(row.home ?? "")?.label;
    const out = (card) => card.home === home && ["out", "overdue"].includes(stateOf(this.#item(card)));
    const card = home && this.#kept.find(out);
    if (card) row.pass = card.key;
    return true;
  }

  #item(card, proofs = []) {
    return { ...card, uses: this.#uses(card), at: local(this.clock.now()), way: "out", persons: 1, proofs };
  }

  // Somebody of a home without a pass.
  #without() {
    const rules = this.kit.whole.passes?.without;
    const at = rules?.buildings[this.home.split("-")[0]] ?? rules ?? {};
    return { pass: null, policy: at.policy ?? null, level: at.level, at: local(this.clock.now()), way: "out", uses: [] };
  }

  #uses(card) {
    const shared = card.policy?.scope !== "person";
    const kinds = new Map(this.#kept.map(({ key, home, pass }) => [key, { home, kind: pass.kind }]));
    const fresh = [];
    for (const { pass, way, at } of this.recent) {
      const own = pass === card.key;
      const { home, kind } = kinds.get(pass) ?? {};
      if (!own && !(shared && home && home === card.home)) continue;
      const same = (use) => use.at === at && use.way === way && use.own === own;
      if (!card.uses.some(same)) fresh.push({ at, way, own, kind });
    }
    return [...card.uses, ...fresh];
  }

  // Another home or another pass: nothing is ticked yet.
  #open() {
    const { value } = this.part("choose").querySelector("select");
    this.card = this.cards.find(({ key }) => String(key) === value) ?? null;
    this.part("override").querySelector("input").value = "";
    this.part("confirm").querySelector("input").checked = false;
    this.part("stopped").hidden = true;
    this.place.hidden = true;
    if (!this.home) return;
    const { look } = judge(this.card ? this.#item(this.card) : this.#without());
    this.part("proofs").replaceChildren(...look.map((proof) => this.#tick(proof)));
    this.#judge();
  }

  #tick(proof) {
    const label = Object.assign(document.createElement("label"), { className: "p-pass-tick" });
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: proof });
    label.append(box, ` ${this.words.proofs[proof] ?? proof}`);
    return label;
  }

  #judge() {
    this.answer = judge(this.card ? this.#item(this.card, this.#proofs) : this.#without());
    const codes = this.answer.why.map(({ code }) => code);
    // Where no rule is, there is nothing to tick: the page says to ask the lead.
    this.asks = codes.some((code) => code !== "no_rule");
    this.place.hidden = codes[0] === "free";
    if (!this.place.hidden) this.#show(codes.some((code) => !["proofs", "no_rule"].includes(code)));
  }

  #show(doubts) {
    const { answer: said, why, next, left, back_by: back } = this.answer;
    const { words, part } = this;
    part("answer").className = `p-pass-answer p-pass-says-${said}`;
    for (const icon of this.place.querySelectorAll("[data-says]")) icon.hidden = icon.dataset.says !== said;
    part("verdict").textContent = [words.answers[said], this.card?.number].filter(Boolean).join(" · ");
    part("why").replaceChildren(...why.map((one) => this.#reason(one)));
    const numbers = [
      next && fill(words.next, { moment: short(next) }),
      left !== null && fill(left === 1 ? words.left_one : words.left, { n: left }),
      back && fill(words.back_by, { moment: short(back) }),
    ];
    part("numbers").textContent = numbers.filter(Boolean).join(" · ");
    part("choose").hidden = this.cards.length < 2;
    part("confirm").hidden = said !== "ask" || !doubts;
    part("override").hidden = said !== "no" || !this.#leads;
    part("only").hidden = said !== "no" || this.#leads;
  }

  #reason(why) {
    const [said, fix] = this.words.words[why.code === "days" ? `days_${why.days}` : why.code] ?? [why.code, ""];
    const facts = { ...why, since: short(why.since) };
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("strong"), { textContent: fill(said, facts) }), ` ${fill(fix, facts)}`);
    return item;
  }

  #stop() {
    this.part("stopped").hidden = false;
    this.place.scrollIntoView({ block: "center" });
    (this.place.querySelector("label:not([hidden]) input:not(:checked), [data-part=override]:not([hidden]) input") ?? this.place).focus();
    navigator.vibrate?.([60, 60, 60]);
    return false;
  }
}
