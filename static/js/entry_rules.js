// May this visitor, this vehicle come in? The same as checkpoints/services/entry_rules.py, for phones without network.
// tests/checkpoints/cases/entries.json is run through both: change a rule in both places, with a case that shows it.

const yes = (code, facts) => ({ answer: "yes", code, ...facts });
const no = (code, facts) => ({ answer: "no", code, ...facts });
const ask = (code) => ({ answer: "ask", code });

export function judgeEntry(item) {
  const { row } = item;
  if (row.direction !== "in" || row.result !== "passed") return yes("free");
  if (row.person === "visitor") return visitor(item);
  return row.person === "driver" ? vehicle(item) : yes("free");
}

function vehicle({ vehicle: known = null, at, taxis }) {
  const day = at.slice(0, 10);
  if (!known) return ask(taxis ? "unknown" : "unknown_taxi");
  if (known.kind === "ambulance") return yes("ambulance");
  if (day < known.starts || (known.ends && day > known.ends)) return no("permit_over");
  if (known.kind === "taxi" && !taxis) return no("taxi");
  if (known.allowed === "no") return no("kept_out");
  return known.allowed === "window" ? byHours(known, at.slice(11, 16)) : yes("known");
}

function byHours({ opens, closes }, now) {
  const inside = opens <= closes ? opens <= now && now <= closes : now >= opens || now <= closes;
  return inside ? yes("known_until", { closes }) : no("hours", { opens, closes });
}

function visitor({ row, at, held, visits }) {
  if (held === "all") return no("home_held");
  const good = visits.filter((visit) => fits(visit, row.name) && at.slice(0, 10) <= visit.until);
  const said = (answer) => good.some((visit) => visit.answer === answer);
  if (said("agreed")) return yes("agreed");
  if (said("refused")) return no("home_refused");
  return row.host ? yes("told") : ask("consent");
}

// Phones know a visitor by the first character and the length of the name alone.
function fits(visit, name) {
  const [one, other] = [[...name], [...visit.name]];
  return !one.length || (one[0] === other[0] && one.length === other.length);
}
