// A pass read on the gate page: through the camera, from a photo, or typed with its check letter. With and without network.

import { read } from "./pass_codes.js";
import { camera, photo } from "./scan.js";

const NUMBER = /^0\d{3,5}$/;

export class CodeReader {
  // `found({code, problem})` answers an empty text where the pass was taken up, else a sentence that says why not.
  constructor({ dialog, found }) {
    Object.assign(this, { dialog, found, words: dialog.dataset, video: dialog.querySelector("video") });
    this.typed = dialog.querySelector("[name=q]");
    this.said = dialog.querySelector("[data-part=said]");
    dialog.addEventListener("close", () => this.looking?.stop());
    dialog.querySelector("[data-act=look]").addEventListener("click", () => this.#take(this.typed.value));
    dialog.querySelector("[data-act=close]").addEventListener("click", () => dialog.close());
    dialog.querySelector("[type=file]").addEventListener("change", ({ target }) => this.#photo(target));
    this.typed.addEventListener("keydown", (event) => {
      if (event.key === "Enter") (event.preventDefault(), this.#take(this.typed.value));
    });
  }

  async open() {
    this.typed.value = "";
    this.#say(this.words.looking);
    this.dialog.showModal();
    // Whatever is no pass of this gate is said, and looked past.
    for (let text = ""; this.dialog.open; ) {
      this.looking = camera(this.video, this.words.jsqr);
      text = await this.looking.found.catch(() => this.#denied());
      if (!text || !this.#take(text)) return;
      await new Promise((later) => setTimeout(later, 1500));
    }
  }

  // What was said of a typed code meanwhile matters more.
  #denied() {
    if (this.said.textContent === this.words.looking) this.#say(this.words.denied);
    return "";
  }

  async #photo(input) {
    const [file] = input.files;
    if (!file) return;
    const text = await photo(file, this.words.jsqr).catch(() => "");
    input.value = "";
    if (text) this.#take(text);
    else this.#say(this.words.none);
  }

  // True where it has to be looked at again.
  #take(text) {
    if (!text.trim()) return true;
    const plain = text.trim();
    const why = this.found(NUMBER.test(plain) ? { code: plain } : read(plain));
    this.typed.value = why ? text.slice(0, 60) : "";
    this.#say(why);
    if (!why) this.dialog.close();
    return Boolean(why);
  }

  #say(text) {
    this.said.textContent = text;
  }
}
