// What a phone keeps between two visits: sealed with AES-GCM by keys that no script can read out, in IndexedDB.
//
// A key that is thrown away makes what it sealed unreadable: at sign-out, at the end of the shift, when the phone is shut
// out. Unsent rows are sealed by a key that follows from a secret of the portal: it is thrown away as well, and comes back
// when the same person signs in again, so nothing unsent is lost and nobody else can read it meanwhile.

import { openDB } from "../vendor/idb.js";

const NAME = "duty";
const VERSION = 2;
// Without a secret yet (the first answer of the portal never came): a key of this phone alone.
const SPARE = "spare";

const text = (value) => new TextEncoder().encode(JSON.stringify(value));
const value = (bytes) => JSON.parse(new TextDecoder().decode(bytes));

// Lets whoever taps meanwhile go first.
export const breath = () => globalThis.scheduler?.yield?.() ?? new Promise((later) => setTimeout(later));

const MANY = 80;
// The same as JSON.stringify for something long, such as the passes of an estate: a piece at a time, down to lists in it.
async function spelled(said, depth = 3) {
  if (said === null || typeof said !== "object" || !depth) return JSON.stringify(said);
  const parts = [];
  if (Array.isArray(said)) {
    for (let from = 0; from < said.length; from += MANY) {
      parts.push(JSON.stringify(said.slice(from, from + MANY)).slice(1, -1));
      await breath();
    }
    return `[${parts}]`;
  }
  for (const [name, one] of Object.entries(said)) parts.push(`${JSON.stringify(name)}:${await spelled(one, depth - 1)}`);
  return `{${parts}}`;
}

// Null where the browser cannot: an old phone, plain http, a private window. Then things are kept while the page is open.
export async function openVault() {
  if (!globalThis.crypto?.subtle || !globalThis.indexedDB) return null;
  try {
    return new Vault(await openDB(NAME, VERSION, { upgrade: build, blocking: (_old, _new, event) => event.target.close() }));
  } catch {
    return null;
  }
}

// Rows lie under the number the browser gives them: two tabs never get the same, and a tap asks nothing before it writes.
async function build(db, old, _now, work) {
  // In version 1 rows were counted by hand: what waits from then keeps its order, and the count goes on.
  const last = old ? await work.objectStore("facts").get("sequence") : 0;
  const waiting = old ? await work.objectStore("rows").index("queue").getAll() : [];
  if (old) db.deleteObjectStore("rows");
  else for (const name of ["keys", "facts", "kits"]) db.createObjectStore(name);
  const rows = db.createObjectStore("rows", { keyPath: "sequence", autoIncrement: true });
  rows.createIndex("queue", ["queue", "sequence"]);
  rows.createIndex("id", "id", { unique: true });
  if (last) rows.put({ sequence: last }), rows.delete(last);
  for (const { sequence: _, ...row } of waiting) rows.put(row);
}

const range = (queue) => IDBKeyRange.bound([queue], [queue, []]);

export class Vault {
  constructor(db) {
    this.db = db;
    // Looked up once: each tap is sealed while somebody waits.
    this.keys = new Map();
  }

  fact(name) {
    return this.db.get("facts", name);
  }

  note(name, fact) {
    return this.db.put("facts", fact, name);
  }

  // --- Keys ---------------------------------------------------------------------------------------------------------

  async key(name) {
    if (!this.keys.has(name)) {
      const key = await this.db.get("keys", name);
      if (key) this.keys.set(name, key);
    }
    return this.keys.get(name);
  }

  async keepKey(name, secret) {
    const bytes = secret ? Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0)) : null;
    const way = { name: "AES-GCM", length: 256 };
    const key = bytes
      ? await crypto.subtle.importKey("raw", bytes, way, false, ["encrypt", "decrypt"])
      : await crypto.subtle.generateKey(way, false, ["encrypt", "decrypt"]);
    await this.db.put("keys", key, name);
    this.keys.set(name, key);
    return key;
  }

  throwKey(name) {
    this.keys.delete(name);
    return this.db.delete("keys", name);
  }

  // Begins at once where the key is at hand: the line of a tap is drawn meanwhile.
  async seal(name, said) {
    return this.#sealed(name, text(said));
  }

  async #sealed(name, bytes) {
    const key = this.keys.get(name) ?? (await this.key(name)) ?? (name === SPARE ? await this.keepKey(SPARE) : null);
    if (!key) return this.#sealed(SPARE, bytes);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { key: name, iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
  }

  async #open({ key: name, iv, sealed }) {
    const key = await this.key(name);
    // Of somebody who signed out: it stays closed until they are back.
    if (!key) return null;
    return crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed).then(value, () => null);
  }

  // --- Rows of a queue ----------------------------------------------------------------------------------------------

  // Stores a row that is being sealed, in one turn: returns the number the phone gave it.
  async add(queue, id, sealed) {
    const box = await sealed;
    // Relaxed: with the system as soon as it says so, so a killed page or browser loses nothing; only not yet on the disk.
    const work = this.db.transaction("rows", "readwrite", { durability: "relaxed" });
    const sequence = work.store.put({ id, queue, ...box });
    // Said at once: else the browser first waits whether more is asked of it.
    work.commit();
    await work.done;
    return sequence;
  }

  async change(rows, queue) {
    const boxes = await Promise.all(rows.map(async ({ id, said }) => ({ id, queue, ...(await this.seal(queue, said)) })));
    const work = this.db.transaction("rows", "readwrite");
    for (const box of boxes) {
      const sequence = await work.store.index("id").getKey(box.id);
      work.store.put(sequence ? { ...box, sequence } : box);
    }
    await work.done;
  }

  async forget(ids) {
    const work = this.db.transaction("rows", "readwrite");
    for (const id of ids) {
      const sequence = await work.store.index("id").getKey(id);
      if (sequence) work.store.delete(sequence);
    }
    await work.done;
  }

  // [{id, sequence, said}, ...] in order; what cannot be opened is left out. `known` are ids that are not wanted.
  async rows(queue, known = new Map()) {
    const boxes = (await this.db.getAllFromIndex("rows", "queue", range(queue))).filter(({ id }) => !known.has(id));
    const opened = await Promise.all(boxes.map(async (box) => ({ id: box.id, sequence: box.sequence, said: await this.#open(box) })));
    return opened.filter(({ said }) => said !== null);
  }

  // How many rows lie here, of all queues or of one; nothing is opened.
  count(queue) {
    return queue ? this.db.countFromIndex("rows", "queue", range(queue)) : this.db.count("rows");
  }

  // --- Kits ---------------------------------------------------------------------------------------------------------

  async keepKit(name, kit, until) {
    if (!(await this.key(name))) await this.keepKey(name);
    const bytes = new TextEncoder().encode(await spelled(kit));
    await this.db.put("kits", { ...(await this.#sealed(name, bytes)), until }, name);
  }

  async kit(name) {
    const box = await this.db.get("kits", name);
    return box ? this.#open(box) : null;
  }

  async wipeKit(name) {
    await this.throwKey(name);
    await this.db.delete("kits", name);
  }

  // What is over goes: kits whose time has passed, and kits of other people who used this phone.
  async tidy(now, mine) {
    for (const name of await this.db.getAllKeys("kits")) {
      const { until } = await this.db.get("kits", name);
      if (until < now || !name.startsWith(mine)) await this.wipeKit(name);
    }
  }

  // At sign-out: every key but that of rows nobody else could open again, and all that was taken along.
  async leave() {
    const spare = (await this.db.getAll("rows")).some(({ key }) => key === SPARE);
    for (const name of await this.db.getAllKeys("keys")) if (name !== SPARE || !spare) await this.throwKey(name);
    await this.db.clear("kits");
  }
}

// The pages that are kept to open without network; they hold nobody's name.
export const PAGES = "pages";

// How much was never sent from this phone.
export async function unsent() {
  const vault = await openVault();
  const count = (await vault?.count()) ?? 0;
  vault?.db.close();
  return count;
}

export async function leave() {
  await globalThis.caches?.delete(PAGES);
  const vault = await openVault();
  await vault?.leave();
  vault?.db.close();
}
