// Several of one home in one tap: how many pass, and who of them, for children and old people without a phone too.

import { newId } from "./queue.js";

const MOST = 20;

export class Party {
  // `relations` says what each is to the head of the home; `changed` is called when somebody is ticked or counted.
  constructor({ place, relations, changed }) {
    Object.assign(this, { place, relations, home: undefined, count: 1 });
    this.people = place.querySelector("[data-part=people]");
    place.addEventListener("click", ({ target }) => {
      const step = target.closest("[data-step]");
      const person = target.closest("[data-person]");
      if (step) this.#number(this.count + Number(step.dataset.step));
      else if (person) this.#tick(person);
      else return;
      changed();
    });
  }

  // Whose home it is; another home begins anew. Who lives there may come to be known after the home was written.
  look(home) {
    this.place.hidden = !home;
    const people = (home?.people ?? []).filter(([, , key]) => key);
    const known = JSON.stringify(people);
    if (home?.label === this.home && known === this.known) return;
    const isOther = home?.label !== this.home;
    const before = isOther ? [] : this.keys;
    Object.assign(this, { home: home?.label, known });
    this.people.replaceChildren(...people.map(([name, , key, relation]) => this.#button(name, key, relation)));
    for (const button of this.people.children) button.setAttribute("aria-pressed", String(before.includes(Number(button.dataset.person))));
    this.#number(isOther ? 1 : this.count);
  }

  get keys() {
    return this.#ticked.map(({ dataset }) => Number(dataset.person));
  }

  // One row for each who passes; a number and no name where nobody was ticked.
  rows(row) {
    const ticked = this.place.hidden ? [] : this.#ticked;
    const of = (place) => ({
      ...row,
      id: place ? newId() : row.id,
      name: ticked[place]?.dataset.name ?? (place ? undefined : row.name),
      resident: ticked[place] && Number(ticked[place].dataset.person),
    });
    return Array.from({ length: this.place.hidden ? 1 : this.count }, (_, place) => of(place));
  }

  // True where somebody of the home has this key, and is ticked now.
  pick(key) {
    const button = [...this.people.children].find(({ dataset }) => Number(dataset.person) === key);
    if (button) this.#tick(button);
    return Boolean(button);
  }

  clear() {
    this.home = null;
    this.look();
  }

  get #ticked() {
    return [...this.people.querySelectorAll("[aria-pressed=true]")];
  }

  #button(name, key, relation) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    Object.assign(button.dataset, { person: key, name });
    button.setAttribute("aria-pressed", "false");
    if (relation) button.append(Object.assign(document.createElement("small"), { textContent: this.relations[relation] }));
    return button;
  }

  #tick(button) {
    const were = this.#ticked.length;
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    // As many as are ticked, unless somebody was counted beside them.
    const beside = Math.max(this.count - Math.max(were, 1), 0);
    this.#number(Math.max(this.#ticked.length, 1) + beside);
  }

  #number(count) {
    this.count = Math.min(Math.max(count, this.#ticked.length, 1), MOST);
    this.place.querySelector("output").textContent = this.count;
    this.place.querySelector("[data-step='-1']").disabled = this.count <= Math.max(this.#ticked.length, 1);
  }
}
