// Keeps what was logged on the phone until the portal has it: stored first, sent after, each row exactly once.
//
// A row is known by the UUID it got here, so sending it again is harmless: after a lost answer, from two tabs, or
// after the page was killed. What the portal refuses stays until somebody has put it right or dropped it.

const BREATH = 200;
const WAIT = 2000;
const LONGEST_WAIT = 30000;
const EVERY = 30000;

let newest = { now: 0, turn: 0 };

// A UUID of version 7: ordered by time, and by turn within a millisecond. crypto.randomUUID would need HTTPS.
export function newId(now = Date.now()) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const turn = now === newest.now ? newest.turn + 1 : (bytes[6] % 8) * 256 + bytes[7];
  newest = { now, turn };
  for (let place = 0; place < 6; place += 1) bytes[place] = Math.floor(now / 2 ** (8 * (5 - place))) % 256;
  bytes[6] = (Math.floor(turn / 256) % 16) + 0x70;
  bytes[7] = turn % 256;
  bytes[8] = (bytes[8] % 64) + 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

// What keeps a batch from being sent: `signedOut`, `stopped` (a sentence), or nothing but bad luck.
export class NotSent extends Error {
  constructor(status, { signedOut = false, stopped = "", revoked = false } = {}) {
    super(String(status));
    Object.assign(this, { status, signedOut, stopped, revoked });
  }
}

export class Queue extends EventTarget {
  // `send(rows)` answers {answers, totals, passes} or throws NotSent; `settle(entries)` may put entries right before they are
  // sent for the first time. `vault` is null where nothing can be kept: then rows live as long as the page.
  constructor({ name, most, send, settle = async () => {}, vault = null }) {
    super();
    Object.assign(this, { name, most, send, settle, vault, size: most, kept: true, failures: 0, since: 0 });
    Object.assign(this, { sending: false, signedOut: false, stopped: "" });
    // Entries: {id, sequence, said: {row, ...}}; those with said.answer were refused.
    this.rows = new Map();
    this.refused = new Map();
    // Ids of rows that are under way by themselves: they lie on the phone only in case that fails.
    this.held = new Set();
    this.writing = Promise.resolve();
  }

  get waiting() {
    return this.rows.size;
  }

  // Take up what this phone holds from before, and what another tab has put there.
  async load() {
    if (!this.vault) return [];
    const known = new Map([...this.rows, ...this.refused]);
    const found = await this.vault.rows(this.name, known).catch(() => []);
    const free = found.filter(({ id }) => !this.held.has(id));
    for (const entry of free) (entry.said.answer ? this.refused : this.rows).set(entry.id, entry);
    if (!this.since && this.rows.size) this.since = Math.min(...[...this.rows.values()].map(({ said }) => Date.parse(said.row.phone_at) || Date.now()));
    if (free.length) this.#tell("change");
    return free;
  }

  // Begin to send, again whenever there is hope: the network is back, the page is looked at, every 30 seconds.
  start() {
    addEventListener("online", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
    setInterval(() => this.flush(), EVERY);
    return this.flush();
  }

  // Resolves once the row lies on the phone; `kept` is false when there it found no room.
  add(row, more = {}) {
    const entry = { id: row.id, sequence: null, said: { row, ...more } };
    if (!this.rows.size) this.since = Date.now();
    this.rows.set(row.id, entry);
    const sealed = this.vault?.seal(this.name, entry.said);
    sealed?.catch(() => {});
    this.#tell("change");
    this.writing = this.writing.then(() => this.#keep(entry, sealed));
    const kept = this.writing;
    kept.then(() => this.#soon());
    return kept;
  }

  // Take back what has not left the phone; false when it may be under way.
  async remove(id) {
    if (!this.refused.has(id) && (this.sending || !this.rows.has(id))) return false;
    this.refused.delete(id);
    this.rows.delete(id);
    this.#tell("change");
    await this.writing;
    await this.vault?.forget([id]).catch(() => {});
    return true;
  }

  async flush() {
    if (this.sending) return;
    this.sending = true;
    clearTimeout(this.timer);
    const locks = globalThis.navigator?.locks;
    // Two tabs take turns: the second finds what the first has sent gone.
    if (this.vault && locks) await locks.request(`send ${this.name}`, { ifAvailable: true }, (lock) => lock && this.#batch());
    else await this.#batch();
    this.sending = false;
    this.#tell("change");
    if (this.rows.size && !this.stopped && !this.signedOut) this.#again();
  }

  async #batch() {
    await this.writing;
    await this.load();
    // Without a number yet: the phone is still writing it.
    const batch = [...this.rows.values()].filter(({ sequence }) => sequence !== null).sort((one, other) => one.sequence - other.sequence);
    const entries = this.#inTurn(batch);
    if (!entries.length) return;
    try {
      await this.#settled(entries);
      const { answers, totals, passes } = await this.send(entries.map(({ sequence, said }) => ({ ...said.row, sequence })));
      await this.#answered(entries, answers);
      Object.assign(this, { failures: 0, signedOut: false, stopped: "", size: Math.min(this.most, this.size * 2) });
      if (totals) this.#tell("totals", totals);
      if (passes) this.#tell("passes", passes);
    } catch (error) {
      this.#failed(error, entries);
    }
  }

  // What went wrong alone waits behind the others, so that one row holds up none.
  #inTurn(batch) {
    const least = Math.min(...batch.map((entry) => entry.tries ?? 0));
    const first = batch.filter((entry) => (entry.tries ?? 0) === least);
    return first.slice(0, this.size);
  }

  // From the first sending on a row stays as it is: the portal knows it again by that.
  async #settled(entries) {
    const fresh = entries.filter(({ said }) => !said.sent);
    if (!fresh.length) return;
    await this.settle(fresh.map(({ said }) => said));
    for (const { said } of fresh) said.sent = true;
    await this.vault?.change(fresh, this.name).catch(() => {});
  }

  async #answered(entries, answers) {
    const done = [];
    entries.forEach((entry, place) => {
      const answer = answers[place];
      this.rows.delete(entry.id);
      if (answer.status === "refused") this.refused.set(entry.id, Object.assign(entry, { said: { ...entry.said, answer } }));
      else done.push(entry.id);
      this.#tell("answer", { row: entry.said.row, answer });
    });
    const refused = entries.filter(({ id }) => this.refused.has(id));
    await this.vault?.forget(done).catch(() => {});
    if (refused.length) await this.vault?.change(refused, this.name).catch(() => {});
  }

  #failed(error, entries) {
    this.failures += 1;
    this.signedOut = Boolean(error.signedOut);
    this.stopped = error.stopped ?? "";
    if (error.revoked) this.#tell("revoked", this.stopped);
    // The portal answered, but could not: perhaps because of one row. Ask with fewer, until it is found.
    if (!error.status || error.status === 503 || this.signedOut || this.stopped) return;
    if (entries.length === 1) entries[0].tries = (entries[0].tries ?? 0) + 1;
    this.size = Math.max(1, Math.floor(entries.length / 2));
  }

  // Not in the same breath: who taps on must not wait for what is sent behind their back.
  #soon() {
    this.sooner ??= setTimeout(() => {
      this.sooner = undefined;
      this.flush();
    }, BREATH);
  }

  // There is new hope: what is just failing is tried again at once, not after its wait.
  #hurry() {
    this.hurried = this.sending;
    return this.flush();
  }

  #again() {
    const wait = this.failures && !this.hurried ? Math.min(WAIT * 2 ** (this.failures - 1), LONGEST_WAIT) : 0;
    this.hurried = false;
    this.timer = setTimeout(() => this.flush(), wait);
  }

  async #keep(entry, sealed) {
    try {
      if (!this.vault) throw new Error("nowhere");
      entry.sequence = await this.vault.add(this.name, entry.id, sealed);
      this.kept = true;
    } catch {
      this.kept = false;
      entry.sequence ??= (this.count = (this.count ?? 0) + 1);
    }
    this.#tell("kept", { id: entry.id, kept: this.kept });
    return this.kept;
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
