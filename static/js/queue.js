// Keeps what was logged on the phone until the portal has it: stored first, sent after, each row exactly once.
//
// A row is known by the UUID it got here, so sending it again is harmless: after a lost answer, from two tabs, or
// after the page was killed. Each row lies under a key of its own, so that two tabs never overwrite each other.

const WAIT = 2000;
const LONGEST_WAIT = 30000;

// A UUID of version 7: ordered by time. crypto.randomUUID would need HTTPS.
export function newId(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let place = 0; place < 6; place += 1) bytes[place] = Math.floor(now / 2 ** (8 * (5 - place))) % 256;
  bytes[6] = (bytes[6] % 16) + 0x70;
  bytes[8] = (bytes[8] % 64) + 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export class Queue extends EventTarget {
  // `send(rows)` answers {answers, totals}, or throws {signedOut: true} or anything else when it did not get through.
  constructor({ name, most, send, store = globalThis.localStorage }) {
    super();
    Object.assign(this, { name: `${name}:`, most, send, store, kept: true, sending: false, signedOut: false, failures: 0 });
    const stored = this.#stored();
    this.rows = new Map(stored.filter((row) => !row.answer).map((row) => [row.id, row]));
    // What the portal did not accept stays until somebody has put it right.
    this.refused = new Map(stored.filter((row) => row.answer).map((row) => [row.id, row]));
  }

  get waiting() {
    return this.rows.size;
  }

  add(row) {
    this.rows.set(row.id, row);
    this.#keep(row);
    this.#tell("change");
    this.flush();
  }

  // Take back what has not left the phone; false when it may be under way.
  remove(id) {
    if (this.refused.delete(id)) return this.#forget(id);
    if (this.sending || !this.rows.has(id)) return false;
    this.#forget(id);
    this.#tell("change");
    return true;
  }

  async flush() {
    if (this.sending || !this.rows.size) return;
    this.sending = true;
    clearTimeout(this.timer);
    const batch = [...this.rows.values()].slice(0, this.most);
    try {
      const { answers, totals } = await this.send(batch);
      this.failures = 0;
      this.signedOut = false;
      answers.forEach((answer, place) => {
        this.#forget(batch[place].id);
        if (answer.status === "refused") this.#refuse({ ...batch[place], answer });
        this.#tell("answer", { row: batch[place], answer });
      });
      this.#tell("totals", totals);
    } catch (error) {
      this.failures += 1;
      this.signedOut = Boolean(error.signedOut);
    }
    this.sending = false;
    this.#tell("change");
    if (this.rows.size) this.#again();
  }

  #again() {
    const wait = this.failures ? Math.min(WAIT * 2 ** (this.failures - 1), LONGEST_WAIT) : 0;
    this.timer = setTimeout(() => this.flush(), wait);
  }

  #refuse(row) {
    this.refused.set(row.id, row);
    this.#keep(row);
  }

  #keep(row) {
    try {
      this.store.setItem(this.name + row.id, JSON.stringify(row));
    } catch {
      this.kept = false;
    }
  }

  #forget(id) {
    this.rows.delete(id);
    this.store.removeItem(this.name + id);
    return true;
  }

  #stored() {
    const keys = Object.keys(this.store).filter((key) => key.startsWith(this.name));
    return keys.sort().map((key) => JSON.parse(this.store.getItem(key)));
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
