// What the phone took along for a shift (checkpoints/services/gate_kits.py): the homes of the compound and who lives there,
// as far as the reader may see it. Kept sealed, gone with the sign-in or the shift.

const FEW = 6;

export class Kit {
  constructor({ name, vault }) {
    Object.assign(this, { name, vault });
    // Somebody may tap before what was kept has been opened.
    this.#take(null);
    // To seal takes a moment: what is thrown away meanwhile must not come back by what was begun before.
    this.written = Promise.resolve();
  }

  get version() {
    return this.whole?.version ?? "";
  }

  async load() {
    this.#take(await this.vault?.kit(this.name).catch(() => null));
  }

  async keep(whole, until) {
    this.#take(whole);
    await this.#inTurn(() => this.vault?.keepKit(this.name, whole, until));
  }

  async wipe() {
    this.#take(null);
    await this.#inTurn(() => this.vault?.wipeKit(this.name));
  }

  #inTurn(step) {
    this.written = this.written.then(step).catch(() => {});
    return this.written;
  }

  #take(whole) {
    this.whole = whole ?? null;
    this.homes = new Map((this.whole?.homes ?? []).map(([label, marks, ...people]) => [label, { label, marks, people }]));
  }

  // {label, marks, people: [[name, initials, key, relation], ...]} of a home as it is written everywhere (17-3-702), or undefined.
  home(label) {
    const [building, ...rest] = label.split("-");
    return this.homes.get(label) ?? (rest.length === 1 ? this.homes.get(`${building}-0-${rest[0]}`) : undefined);
  }

  // The few homes that a part of a room, a name or wjg can mean.
  suggest(asked) {
    const room = asked.replace(/[号楼栋幢座单元门室\s/]+/g, "-").replace(/-+$/, "").toUpperCase();
    const letters = asked.toLowerCase();
    const said = ({ people }) => people.find(([name, initials]) => name.includes(asked) || initials.split(" ").some((one) => one.startsWith(letters)));
    const found = [];
    for (const home of this.homes.values()) {
      const person = said(home);
      if (home.label.startsWith(room) || home.label.endsWith(`-${room}`) || person) found.push({ home: home.label, name: named(person ? [person] : home.people) });
      if (found.length === FEW) break;
    }
    return found;
  }
}

const MARK = document.documentElement.lang.startsWith("zh") ? "、" : ", ";
export const named = (people) => people.slice(0, 4).map(([name]) => name).join(MARK);
