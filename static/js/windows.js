// The windows of a building on a phone without network: drawn from what was taken along, marked as they were tapped.

const STOP = /\/stops\/(\d+)\/do\/$/;

const stopOf = (form) => Number(STOP.exec(new URL(form.action).pathname)?.[1]);

// `buildings` are [key, page] pairs, those with windows left first; `asked` is the key in the address.
export function drawBuilding(walk, buildings, asked) {
  const [, html] = buildings.find(([key]) => String(key) === asked) ?? buildings[0];
  const box = document.createElement("template");
  box.innerHTML = html;
  const fresh = box.content.querySelector("#round-walk");
  walk.replaceWith(fresh);
  globalThis.htmx?.process(fresh);
}

// The forms of the windows nobody has tapped; `passed` are the stops this phone has tapped since.
export function openWindows(walk, passed) {
  return [...walk.querySelectorAll(".p-windows form")].filter((form) => stopOf(form) && !passed.has(stopOf(form)));
}

export function paintAll(walk, taps) {
  for (const form of walk.querySelectorAll(".p-windows form")) if (taps.has(stopOf(form))) paint(form, taps.get(stopOf(form)));
}

// Sign, word and colour of an outcome, as the legend has them; none for a window that is open again.
export function paint(form, outcome) {
  const button = form.querySelector("button");
  button.className = `p-window p-window-${outcome || "open"}`;
  for (const old of button.querySelectorAll(".p-icon, .visually-hidden")) old.remove();
  const entry = outcome && form.closest("#round-walk")?.querySelector(`.p-legend .p-window-${outcome}`);
  if (!entry) return;
  const word = document.createElement("span");
  word.className = "visually-hidden";
  word.textContent = entry.parentElement.textContent.trim();
  button.prepend(entry.querySelector(".p-icon").cloneNode(true), word);
}
