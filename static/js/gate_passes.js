// May they go out? Judged by the rule (pass_rules.js) with what the phone took along, so it is answered without network too.
//
// What this phone has let through since is added to what the kit knows: a trip is spent once it is logged, sent or not.

import { heldOf, local } from "./gate_entry.js";
import { judge, overdueSince, stateOf } from "./pass_rules.js";

// Passes for those who come to work or to care: they are asked on their way in, once their code was read.
const OUTSIDERS = ["worker", "carer"];
const short = (text) => (text ?? "").slice(5).replace("T", " ");
const RANK = ["yes", "ask", "no"];
const isOutsider = (card) => OUTSIDERS.includes(card?.pass.kind);
// A pass of no home stands for itself.
const placeOf = ({ home, key }) => home || key;
const fill = (text, facts) => text.replace(/%\((\w+)\)s/g, (_, name) => facts[name] ?? "");

export class GatePasses {
  constructor({ place, words, kit, clock }) {
    Object.assign(this, { place, words, kit, clock, home: undefined, recent: [], others: [], answer: null, count: 1, people: [] });
    this.part = (name) => place.querySelector(`[data-part=${name}]`);
    place.addEventListener("change", ({ target }) => (target.matches("select") ? this.#open() : this.#judge()));
  }

  // Who passes: a resident of which home, how many, and who of it by key; nothing where nobody knows the home.
  look({ person, home, count = 1, people = [] }) {
    const fits = this.chosen && (isOutsider(this.chosen) ? person === "staff" : person === "resident" && this.chosen.home === (home ?? ""));
    if (!fits) this.chosen = undefined;
    const asked = JSON.stringify([person, home, count, people, this.chosen?.key]);
    const version = JSON.stringify([asked, this.kit.version, this.spent]);
    if (version === this.version) return;
    const [before, chosen] = [this.asked, this.card?.key];
    Object.assign(this, { asked, version, home: person === "resident" ? home : undefined, count, people });
    this.cards = this.chosen ? [this.chosen] : this.home ? this.#cardsOf(this.home) : [];
    const rank = (card) => RANK.indexOf(judge(this.#item(card)).answer);
    this.cards.sort((one, other) => rank(one) - rank(other));
    const names = this.cards.map(({ key, number, pass }) => new Option(`${number} ${this.words.kinds[pass.kind]}`, key));
    const select = this.part("choose").querySelector("select");
    select.replaceChildren(...names);
    // News of other phones, while somebody writes: what was chosen, ticked and written about the same people stays.
    const stays = asked === before && (chosen ? this.cards.some(({ key }) => key === chosen) : !this.cards.length);
    if (stays) select.value = String(chosen ?? "");
    this.#open({ anew: !stays });
  }

  // The pass a code or a number names, which is asked from now on; undefined where this phone knows none.
  choose(text) {
    const number = /^0\d{3,5}$/.test(text);
    this.chosen = this.#kept.find((card) => (number ? card.number === text : card.code === text));
    return this.chosen && { home: this.chosen.home, number: this.chosen.number, person: isOutsider(this.chosen) ? "staff" : "resident" };
  }

  // Puts the passes with the rows, one for each who passes; false where they may not, which then stands on the page.
  allows(rows) {
    const [{ person = "resident", direction, result }] = rows;
    if (result || person !== (isOutsider(this.chosen) ? "staff" : "resident")) return true;
    if (direction !== (isOutsider(this.chosen) ? "in" : "out")) return this.#back(rows);
    if (!this.home && !this.chosen) return true;
    this.#judge();
    const override = this.part("override").querySelector("input").value.trim();
    if (this.answer.answer !== "yes" && this.parties.length > 1) return this.#stop();
    if (this.answer.answer === "no" && !(this.#leads && override)) return this.#stop();
    if (this.answer.answer === "ask" && this.asks && !this.#confirmed) return this.#stop();
    this.#share(rows, this.answer.answer === "no" ? override : "");
    return true;
  }

  // Passes that other phones have let through meanwhile: [pass, way, moment, passage].
  hear(uses) {
    const heard = JSON.stringify(uses);
    if (heard === this.heard) return;
    this.heard = heard;
    this.others = uses.map(([pass, way, at, id]) => ({ id, pass, way, at: local(Date.parse(at)) }));
    this.#changed();
  }

  // A row that this phone holds or has sent: its trip is spent.
  note({ id, pass, direction, happened_at }) {
    if (!pass) return;
    this.forget(id);
    this.recent.push({ id, pass, way: direction, at: local(Date.parse(happened_at)) });
    this.#changed();
  }

  // A row that was taken back or refused: its trip is free again.
  forget(id) {
    this.recent = this.recent.filter((use) => use.id !== id);
    this.#changed();
  }

  // What was sent goes into the kit, for the page that is opened next.
  settle() {
    for (const card of this.#kept) card.uses = this.#uses(card);
  }

  // Who should have been back, who waits longest first; undefined where nothing was taken along yet.
  late() {
    if (!this.kit.whole?.passes) return undefined;
    const at = local(this.clock.now());
    const found = this.#kept.filter((card) => !isOutsider(card)).map((card) => [overdueSince(this.#item(card, { at })), card]);
    return found.filter(([since]) => since).sort(([one], [other]) => (one < other ? -1 : 1)).map(([since, card]) => ({ ...card, since }));
  }

  #changed() {
    this.spent = (this.spent ?? 0) + 1;
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

  // Whoever comes back, or a worker who leaves, does so with the pass that is outside.
  #back(rows) {
    if (this.chosen) rows[0].pass = this.chosen.key;
    else if (rows[0].direction === "in" && (rows[0].person ?? "resident") === "resident") this.#home(rows);
    return true;
  }

  #home(rows) {
    const home = this.kit.home(rows[0].home ?? "")?.label;
    const left = home ? this.#cardsOf(home, { of: [] }).filter((card) => ["out", "overdue"].includes(stateOf(this.#item(card)))) : [];
    for (const row of rows) {
      const place = left.findIndex(({ who }) => (row.resident ? who === row.resident : false));
      const [card] = place < 0 ? [] : left.splice(place, 1);
      if (card) row.pass = card.key;
    }
    const shared = left.find(({ who }) => !who || !rows[0].resident);
    if (shared && !rows[0].pass) rows[0].pass = shared.key;
  }

  // Each with their own pass where the rule is by person; else all on the one of the home.
  #share(rows, override) {
    const [{ card }] = this.parties;
    const own = new Map(this.parties.filter(({ who }) => who).map((party) => [party.who, party.card]));
    if (own.size && this.parties.length > 1) {
      for (const row of rows) if (own.has(row.resident)) row.pass = own.get(row.resident).key;
      return;
    }
    if (card) Object.assign(rows[0], { pass: card.key, proofs: this.#proofs, persons: rows.length });
    if (override && card) rows[0].override = override;
    else if (override) for (const row of rows) row.override = override;
  }

  // The passes of a home, those of other people of it left out; `of` says of whom.
  #cardsOf(home, { of = this.people } = {}) {
    const fits = ({ who }) => !who || !of.length || of.includes(who);
    return this.#kept.filter((card) => card.home === home && !isOutsider(card) && fits(card));
  }

  // Who is judged together: all on one pass, or each on their own and the rest without.
  #parties() {
    if (!this.card?.who) return [{ card: this.card, persons: this.count }];
    const own = this.people.map((who) => ({ who, persons: 1, card: this.cards.find((card) => card.who === who) })).filter(({ card }) => card);
    const parties = own.length ? own : [{ card: this.card, persons: 1 }];
    return parties.length < this.count ? [...parties, { card: null, persons: this.count - parties.length }] : parties;
  }

  #item(card, { proofs = [], persons = this.count, at = local(this.clock.now()) } = {}) {
    const way = isOutsider(card) ? "in" : "out";
    return { ...card, quarantine: this.#quarantine(card), uses: this.#uses(card), at, way, persons, proofs };
  }

  // Of whoever carries it; of the people who are named, where the pass is the home's.
  #quarantine(card) {
    const held = this.kit.whole.entry?.held;
    const isNamed = held && !card.who && card.home === this.home && this.people.length;
    return isNamed ? heldOf(held[card.home], this.people) : card.quarantine;
  }

  // Somebody of a home without a pass.
  #without() {
    const rules = this.kit.whole.passes?.without;
    const at = rules?.buildings[this.home.split("-")[0]] ?? rules ?? {};
    const quarantine = heldOf(this.kit.whole.entry?.held[this.home], this.people);
    return { pass: null, policy: at.policy ?? null, level: at.level, quarantine, at: local(this.clock.now()), way: "out", uses: [] };
  }

  #uses(card) {
    const shared = card.policy?.scope !== "person";
    const fresh = [];
    for (const { pass, way, at, kind } of this.#since.get(placeOf(card)) ?? []) {
      const own = pass === card.key;
      const same = (use) => use.at === at && use.way === way && use.own === own;
      if ((own || shared) && ![...card.uses, ...fresh].some(same)) fresh.push({ at, way, own, kind });
    }
    return fresh.length ? [...card.uses, ...fresh] : card.uses;
  }

  // What was let through since the kit was made, by home: sorted out once, for each of two thousand passes asks for it.
  get #since() {
    const { spent } = this;
    const cards = this.#kept;
    if (this.sorted?.cards === cards && this.sorted.spent === spent) return this.sorted.uses;
    const known = new Map(cards.map((card) => [card.key, card]));
    const uses = new Map();
    for (const use of [...this.others, ...this.recent].filter(({ pass }) => known.has(pass))) {
      const card = known.get(use.pass);
      const place = placeOf(card);
      uses.set(place, [...(uses.get(place) ?? []), { ...use, kind: card.pass.kind }]);
    }
    this.sorted = { cards, spent, uses };
    return uses;
  }

  // Another home or another pass: nothing is ticked yet.
  #open({ anew = true } = {}) {
    const { value } = this.part("choose").querySelector("select");
    const ticked = anew ? [] : this.#proofs;
    this.card = this.cards.find(({ key }) => String(key) === value) ?? null;
    if (anew) this.#forgetWritten();
    this.place.hidden = true;
    if (!this.home && !this.chosen) return;
    const { look } = judge(this.card ? this.#item(this.card) : this.#without());
    this.part("proofs").replaceChildren(...look.map((proof) => this.#tick(proof, ticked.includes(proof))));
    this.#judge();
  }

  #forgetWritten() {
    this.part("override").querySelector("input").value = "";
    this.part("confirm").querySelector("input").checked = false;
    this.part("stopped").hidden = true;
  }

  #tick(proof, checked) {
    const label = Object.assign(document.createElement("label"), { className: "p-pass-tick" });
    const box = Object.assign(document.createElement("input"), { type: "checkbox", value: proof, checked });
    label.append(box, ` ${this.words.proofs[proof] ?? proof}`);
    return label;
  }

  #judge() {
    this.parties = this.#parties();
    const said = this.parties.map(({ card, persons }) => judge(card ? this.#item(card, { proofs: this.#proofs, persons }) : this.#without()));
    this.worst = said.reduce((worst, one, place) => (RANK.indexOf(one.answer) > RANK.indexOf(said[worst].answer) ? place : worst), 0);
    this.answer = said[this.worst];
    const codes = this.answer.why.map(({ code }) => code);
    // Where no rule is, there is nothing to tick: the page says to ask the lead.
    this.asks = codes.some((code) => code !== "no_rule");
    this.place.hidden = codes[0] === "free";
    if (!this.place.hidden) this.#show(codes.some((code) => !["proofs", "no_rule"].includes(code)));
  }

  #show(doubts) {
    const { answer: said, why, next, left, back_by: back } = this.answer;
    const { words, part } = this;
    const alone = this.parties.length < 2;
    const { card } = this.parties[this.worst];
    part("answer").className = `p-pass-answer p-pass-says-${said}`;
    for (const icon of this.place.querySelectorAll("[data-says]")) icon.hidden = icon.dataset.says !== said;
    part("verdict").textContent = [words.answers[said], card?.number].filter(Boolean).join(" · ");
    part("why").replaceChildren(...why.map((one) => this.#reason(one)));
    const numbers = [
      !alone && said !== "yes" && words.one_by_one,
      next && fill(words.next, { moment: short(next) }),
      left !== null && fill(words[`${said === "yes" ? "after" : "left"}${left === 1 ? "_one" : ""}`], { n: left }),
      back && fill(words.back_by, { moment: short(back) }),
    ];
    part("numbers").textContent = numbers.filter(Boolean).join(" · ");
    part("choose").hidden = this.cards.length < 2;
    part("confirm").hidden = said !== "ask" || !doubts || !alone;
    part("override").hidden = said !== "no" || !this.#leads || !alone;
    part("only").hidden = said !== "no" || this.#leads;
    if (said === "yes") part("stopped").hidden = true;
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
