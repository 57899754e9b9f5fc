// Who should have been back: from what the phone took along, so it is known without network too.

export class GateLate {
  constructor({ place, passes }) {
    Object.assign(this, { place, passes, list: place.querySelector("ul"), template: place.querySelector("template") });
  }

  show() {
    const late = this.passes.late();
    const said = JSON.stringify(late?.map(({ key, since }) => [key, since]));
    if (!late || said === this.said) return;
    this.said = said;
    this.place.hidden = !late.length;
    this.list.replaceChildren(...late.map((one) => this.#line(one)));
  }

  #line({ number, home, since }) {
    const item = this.template.content.cloneNode(true).firstElementChild;
    item.querySelector("strong").textContent = home;
    const [pass, time] = [item.querySelector("small"), item.querySelector(".p-badge")];
    pass.textContent = pass.textContent.replace("{n}", number);
    time.textContent = time.textContent.replace("{time}", since.slice(5).replace("T", " "));
    return item;
  }
}
