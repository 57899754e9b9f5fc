// Reads one passage as somebody wrote it, by the rules the portal sends along: checkpoints/services/written.py in the
// language of the phone. What cannot be understood is thrown as Invalid, before the person has walked on.

export class Invalid extends Error {
  constructor(field, code, why) {
    super(why);
    Object.assign(this, { field, code, why });
  }
}

const nothing = (value) => value === undefined || value === null || value === "";
const COURIER_IN = [["person", "courier"], ["direction", "in"], ["result", "passed"]];
const plainly = (value) => value.normalize("NFKC");

export class Reader {
  constructor(rules) {
    this.rules = rules;
    this.whole = {};
    this.every = {};
    for (const [name, shape] of Object.entries(rules.shapes)) {
      this.whole[name] = new RegExp(`^(?:${shape})$`, "u");
      this.every[name] = new RegExp(shape, "gu");
    }
  }

  // `now` and `hours` are milliseconds of the portal's clock, `feverLimit` degrees.
  read(row, { feverLimit, now, hours, couriersEnter = true }) {
    if (row === null || typeof row !== "object" || Array.isArray(row)) throw this.bad("", "shape");
    const temperature = this.degrees(row.temperature);
    let result = this.choice("result", row.result, "passed");
    if (temperature !== null && Number(temperature) >= feverLimit && result === "passed") result = "held";
    const written = {
      id: this.key(row.id),
      happened_at: this.moment(row.happened_at, now, hours),
      direction: this.way(row.direction),
      person: this.choice("person", row.person, "resident"),
      home: this.home(this.text("home", row.home)),
      name: this.text("name", row.name),
      phone: this.phone(this.text("phone", row.phone)),
      temperature,
      health_code: this.choice("health_code", row.health_code, ""),
      mask: this.mask(row.mask),
      reason: this.text("reason", row.reason),
      plate_no: this.plate(this.text("plate_no", row.plate_no)),
      passengers: this.passengers(row.passengers),
      result,
      result_note: this.text("result_note", row.result_note),
    };
    this.complete(written);
    if (!couriersEnter && COURIER_IN.every(([field, value]) => written[field] === value)) throw this.bad("person", "courier");
    return written;
  }

  bad(field, code, values = {}) {
    const why = this.rules.sentences[code].replace(/%\((\w+)\)s/g, (_, name) => values[name]);
    return new Invalid(field, code, why);
  }

  complete(written) {
    const fits = ({ when }) => Object.entries(when).every(([field, value]) => written[field] === value);
    for (const [fields, code] of this.rules.needs.find(fits).needs) {
      if (!fields.some((field) => written[field])) throw this.bad(fields[0], code);
    }
  }

  key(value) {
    if (typeof value !== "string" || !this.whole.key.test(value)) throw this.bad("id", "key");
    const plain = value.replace(/-/g, "").toLowerCase();
    return [plain.slice(0, 8), plain.slice(8, 12), plain.slice(12, 16), plain.slice(16, 20), plain.slice(20)].join("-");
  }

  moment(value, now, hours) {
    if (typeof value !== "string") throw this.bad("happened_at", "moment_missing");
    const found = this.whole.moment.exec(value);
    if (!found) throw this.bad("happened_at", "moment");
    if (!found[8]) throw this.bad("happened_at", "moment_missing");
    const at = milliseconds(found);
    if (at === null) throw this.bad("happened_at", "moment");
    if (at > now + this.rules.skewSeconds * 1000) throw this.bad("happened_at", "future");
    if (hours && (at < hours[0] || at > hours[1])) throw this.bad("happened_at", "outside");
    return at;
  }

  way(value) {
    if (nothing(value)) throw this.bad("direction", "need_way");
    return this.choice("direction", value);
  }

  choice(field, value, orElse) {
    if (orElse !== undefined && nothing(value)) return orElse;
    const allowed = this.rules.choices[field];
    if (!allowed.includes(value)) throw this.bad(field, "choice", { allowed: allowed.join(", ") });
    return value;
  }

  text(field, value) {
    if (nothing(value)) return "";
    if (typeof value !== "string") throw this.bad(field, "not_text");
    const most = this.rules.lengths[field];
    if ([...value].length > 4 * most) throw this.bad(field, "too_long", { most });
    if (value.search(this.every.unreadable) >= 0) throw this.bad(field, "unreadable");
    const line = value.replace(this.every.space, " ").replace(/^ | $/g, "");
    if ([...line].length > most) throw this.bad(field, "too_long", { most });
    return line;
  }

  home(value) {
    const closed = plainly(value).toUpperCase().replace(this.every.home_gaps, "$1-").replace(this.every.space, "");
    const found = this.whole.home.exec(closed.replace(this.every.home_dashes, "-"));
    return found ? found.slice(1).filter(Boolean).join("-") : value;
  }

  phone(value) {
    if (!value) return "";
    const plain = plainly(value).replace(this.every.phone_marks, "").replace(/^\+86/, "").replace(/^0086/, "");
    if (!this.whole.phone.test(plain)) throw this.bad("phone", "phone");
    return plain;
  }

  plate(value) {
    if (!value) return "";
    const plain = plainly(value).replace(this.every.plate_marks, "").toUpperCase();
    if (this.whole.plate.test(plain)) return plain;
    const guess = plain.slice(0, 2) + plain.slice(2).replace(/O/g, "0").replace(/I/g, "1");
    throw this.whole.plate.test(guess) ? this.bad("plate_no", "plate_letters", { guess }) : this.bad("plate_no", "plate");
  }

  mask(value) {
    if (value === undefined || value === null) return null;
    if (typeof value !== "boolean") throw this.bad("mask", "mask");
    return value;
  }

  passengers(value) {
    if (nothing(value)) return null;
    const plain = typeof value === "string" || typeof value === "number" ? plainly(String(value)) : "";
    const closed = plain.replace(this.every.space, "");
    if (!this.whole.passengers.test(closed) || Number(closed) > this.rules.mostPassengers) throw this.bad("passengers", "passengers");
    return Number(closed);
  }

  degrees(value) {
    if (nothing(value)) return null;
    if (typeof value !== "string" && typeof value !== "number") throw this.bad("temperature", "degrees_number");
    const written = [...String(value)].slice(0, 20).join("");
    const plain = plainly(written).replace(this.every.degree_marks, "").replace(/[,。]/g, ".");
    const found = this.whole.degrees.exec(plain);
    if (found && this.#possible(Number(found[1] + (found[2] ?? "0")))) return `${found[1]}.${found[2] ?? 0}`;
    const guess = this.#meant(plain);
    if (guess) throw this.bad("temperature", "degrees_meant", { written, guess });
    if (this.whole.degrees_fine.test(plain)) throw this.bad("temperature", "degrees_fine", { guess: rounded(plain) });
    throw this.bad("temperature", "degrees");
  }

  #possible(tenths) {
    return tenths >= this.rules.coldest && tenths <= this.rules.hottest;
  }

  // What 366, 3.65 or 97.7 (Fahrenheit) was probably meant to be.
  #meant(plain) {
    const found = this.whole.degrees_plain.exec(plain);
    if (!found) return "";
    const digits = found[1] + (found[2] ?? "");
    if (digits.length === 3 && this.#possible(Number(digits))) return `${digits.slice(0, 2)}.${digits[2]}`;
    const above = (Number(found[1] + (found[2] ?? "").padEnd(2, "0")) - 3200) * 5;
    if (above < this.rules.coldest * 90 || above > this.rules.hottest * 90) return "";
    const tenths = Math.floor((above + 45) / 90);
    return `${Math.floor(tenths / 10)}.${tenths % 10}`;
  }
}

// 37.29 is 37.3 and not 37.2: cut off, a fever would become none.
function rounded(plain) {
  const tenths = Number(plain.slice(0, 2) + plain[3]) + (plain[4] >= "5" ? 1 : 0);
  return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}

// Null where the calendar or the clock knows no such moment.
function milliseconds([, year, month, day, hour, minute, second = "0", part = "", zone]) {
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(at);
  const said = [back.getUTCMonth() + 1, back.getUTCDate(), back.getUTCHours(), back.getUTCMinutes(), back.getUTCSeconds()];
  if ([month, day, hour, minute, second].some((value, place) => Number(value) !== said[place])) return null;
  const sign = zone[0] === "-" ? 1 : -1;
  const ahead = zone === "Z" ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
  return at + ahead * 60000 + Number(part.slice(0, 3).padEnd(3, "0"));
}
