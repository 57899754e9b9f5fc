// May this person go out now? The same as checkpoints/services/pass_rules.py, for phones without network.
// tests/checkpoints/cases/passes.json is run through both: change a rule in both places, with a case that shows it.
// All times are local texts, "2022-04-10T08:30": nothing here depends on a clock, a zone or a language.

const OUTSIDERS = ["worker", "carer"];
const FAR = 62;
const TIMED = new Set(["trips", "days", "window", "not_yet"]);

export function judge(item) {
  const { pass: card = null, policy = null } = item;
  const state = stateOf(item);
  if (unasked(item)) {
    const late = cameBack(item);
    return answer("yes", state, late.length ? late : [{ code: "home" }]);
  }
  if (!card) return without(item);
  const stopped = blocked(item, state);
  if (stopped.length) return answer("no", state, stopped, { next: TIMED.has(stopped[0].code) ? next(item) : null });
  if (!policy) return byLevel(item, state);
  const why = isExempt(item) ? [] : policySays(item);
  if (!why.length) return lastQuestions(item, state);
  const timed = why.some((reason) => TIMED.has(reason.code));
  return answer("no", state, [...stillOut(item, state), ...why], { next: timed ? next(item) : null, left: leftOn(item) });
}

export function stateOf(item) {
  const { pass: card, policy } = item;
  if (!card) return "";
  if (["voided", "requested"].includes(card.state)) return card.state;
  if (returned(item)) return "voided";
  const out = openOut(item);
  if (out) return lateBy(item, out) > 0 ? "overdue" : "out";
  if (card.until && day(card.until) < day(item.at)) return "expired";
  if (card.state === "suspended" || item.quarantine === "all") return "suspended";
  if (policy && !isExempt(item) && leftOn(item) === 0 && policy.trips) return "used_up";
  return "active";
}

export function overdueSince(item) {
  const out = openOut(item);
  return out && lateBy(item, out) > 0 ? backBy(item, out.at) : null;
}

// --- Who is not asked, and who is without

function unasked({ pass: card, way }) {
  return way !== (card && OUTSIDERS.includes(card.kind) ? "in" : "out");
}

function cameBack(item) {
  const out = item.pass ? openOut(item) : null;
  const late = out ? lateBy(item, out) : 0;
  return late > 0 ? [{ code: "late_back", minutes: late }] : [];
}

function without(item) {
  if (item.quarantine === "all") return answer("no", "", [{ code: "quarantine" }]);
  if (!item.policy) return byLevel(item, "");
  return answer("no", "", [{ code: item.policy.trips === 0 ? "nobody" : "no_pass" }]);
}

function byLevel({ level, quarantine }, state) {
  const kept = quarantine ? [{ code: `quarantine_${quarantine}` }] : [];
  if (["controlled", "sealed"].includes(level)) return answer("ask", state, [...kept, { code: "no_rule" }]);
  if (kept.length) return answer("ask", state, kept);
  return answer("yes", state, [{ code: "free" }]);
}

// --- The pass itself

function blocked(item, state) {
  const { pass: card } = item;
  if (card.compound !== item.compound) return [{ code: "other_compound" }];
  if (state === "voided") return [{ code: card.state === "voided" ? "voided" : "returnee" }];
  if (state === "requested") return [{ code: "requested" }];
  if (card.from && day(card.from) > day(item.at)) return [{ code: "not_yet", day: card.from }];
  if (card.until && day(card.until) < day(item.at)) return [{ code: "expired", day: card.until }];
  if (item.quarantine === "all") return [{ code: "quarantine" }];
  return card.state === "suspended" ? [{ code: "suspended" }] : [];
}

function returned({ pass: card, policy, returned_on: back }) {
  if (!policy || !back || !policy.voids.includes("returnee")) return false;
  return day(back) >= day(card.issued);
}

function isExempt({ pass: card, policy }) {
  return OUTSIDERS.includes(card.kind) || Boolean(policy && policy.exempt.includes(card.kind));
}

// --- What the policy says

function policySays(item) {
  const { policy } = item;
  if (policy.trips === 0) return [{ code: "nobody" }];
  const found = [];
  if (!onDay(policy, day(item.at))) found.push({ code: "days", days: policy.days, weekdays: policy.weekdays });
  if (!inWindow(policy, minute(item.at))) found.push({ code: "window", from: policy.from, until: policy.until });
  if (leftOn(item) === 0) {
    found.push({ code: policy.scope === "slips" ? "slips" : "trips", trips: policy.trips, days: policy.period_days });
  }
  if ((item.persons ?? 1) > policy.persons) found.push({ code: "persons", persons: policy.persons });
  return found;
}

function lastQuestions(item, state) {
  const { policy } = item;
  const asked = stillOut(item, state);
  if (item.quarantine) asked.push({ code: `quarantine_${item.quarantine}` });
  const look = policy.proofs.filter((proof) => !(item.proofs ?? []).includes(proof));
  if (look.length) asked.push({ code: "proofs" });
  const left = isExempt(item) ? null : leftOn(item);
  const back_by = backBy(item, item.at);
  if (asked.length) return answer("ask", state, asked, { look, left, back_by });
  return answer("yes", state, [{ code: "ok" }], { left: left ? left - 1 : left, back_by });
}

function stillOut(item, state) {
  const out = openOut(item);
  return out ? [{ code: state === "overdue" ? "overdue" : "out", since: out.at }] : [];
}

function onDay({ days, weekdays }, number) {
  const date = new Date(number * 864e5);
  if (days === "odd" || days === "even") return (date.getUTCDate() % 2 === 1) === (days === "odd");
  return days === "every" || weekdays.includes(date.getUTCDay() || 7);
}

function inWindow({ from, until }, at) {
  if (!from) return true;
  const [opens, closes] = [clock(from), clock(until)];
  return opens <= closes ? opens <= at && at <= closes : at >= opens || at <= closes;
}

function leftOn(item, number = day(item.at)) {
  const { policy } = item;
  if (!policy || policy.trips === null) return null;
  const first = policy.scope === "slips" ? day(policy.starts_on) : number - policy.period_days + 1;
  const made = before(item).filter((use) => use.way === "out" && counts(policy, use) && day(use.at) >= first);
  return Math.max(policy.trips - made.length, 0);
}

function counts(policy, { kind }) {
  return !OUTSIDERS.includes(kind) && !policy.exempt.includes(kind);
}

function next(item) {
  const { pass: card, policy } = item;
  const today = day(item.at);
  for (let number = Math.max(today, day(card.from || item.at)); number < today + FAR; number += 1) {
    if (card.until && day(card.until) < number) return null;
    const at = opening(isExempt(item) ? null : policy, number === today ? minute(item.at) : 0);
    const free = !policy || isExempt(item) || (onDay(policy, number) && leftOn(item, number) !== 0);
    if (at !== null && free) return moment(number * 1440 + at);
  }
  return null;
}

function opening(policy, at) {
  if (!policy || inWindow(policy, at)) return at;
  const opens = clock(policy.from);
  return at < opens ? opens : null;
}

// --- Uses

function before({ uses = [], at }) {
  return uses.filter((use) => use.at <= at).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function openOut(item) {
  const last = before(item).filter((use) => use.own).at(-1);
  return last && last.way === "out" && !OUTSIDERS.includes(item.pass.kind) ? last : null;
}

function lateBy(item, out) {
  if (!item.policy?.minutes || isExempt(item)) return 0;
  return absolute(item.at) - absolute(out.at) - item.policy.minutes;
}

function backBy(item, since) {
  if (!item.policy?.minutes || isExempt(item)) return null;
  return moment(absolute(since) + item.policy.minutes);
}

// --- Texts to numbers

const day = (text) => Date.UTC(text.slice(0, 4), text.slice(5, 7) - 1, text.slice(8, 10)) / 864e5;
const clock = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
const minute = (text) => clock(text.slice(11));
const absolute = (text) => day(text) * 1440 + minute(text);
const moment = (minutes) => new Date(minutes * 6e4).toISOString().slice(0, 16);

function answer(said, state, why, { next: then = null, left = null, back_by = null, look = [] } = {}) {
  return { answer: said, state, why, next: then, left, back_by, look };
}
