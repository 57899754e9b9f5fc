// The assignment board by mouse and keyboard; without script the same steps are links and forms.

let dragged = null; // {cadre} or {assignment, shift}

const board = document.querySelector("[data-board]");
const drops = document.querySelector("[data-drops]");

// --- Drag -----------------------------------------------------------------------------------------------------

function send(step, keys) {
  const form = drops.querySelector(`[data-step=${step}]`);
  for (const [name, value] of Object.entries(keys)) form.elements[name].value = value;
  form.requestSubmit();
}

// What letting go here would do, or nothing.
function stepAt(target) {
  const place = target.closest?.("[data-drop]");
  if (!dragged || !place) return null;
  const chip = target.closest("[data-assignment]");
  if (place.dataset.drop === "pool") {
    return dragged.assignment ? { place, step: "unassign", keys: { assignment: dragged.assignment } } : null;
  }
  const shift = place.dataset.shift;
  if (dragged.cadre) return { place, step: "assign", keys: { shift, cadre: dragged.cadre } };
  if (shift === dragged.shift) return null;
  if (chip) return { place, step: "swap", keys: { assignment: dragged.assignment, other: chip.dataset.assignment } };
  return { place, step: "move", keys: { assignment: dragged.assignment, shift } };
}

const unmark = () => {
  for (const place of board.querySelectorAll(".p-dropping")) place.classList.remove("p-dropping");
};

if (drops) {
  board.addEventListener("dragstart", (event) => {
    const person = event.target.closest("[data-cadre]");
    const chip = event.target.closest("[data-assignment]");
    if (!person && !chip) return;
    dragged = person
      ? { cadre: person.dataset.cadre }
      : { assignment: chip.dataset.assignment, shift: chip.closest("[data-shift]").dataset.shift };
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    board.classList.add("p-dragging");
  });
  board.addEventListener("dragover", (event) => {
    const found = stepAt(event.target);
    unmark();
    if (!found) return;
    event.preventDefault();
    found.place.classList.add("p-dropping");
  });
  board.addEventListener("drop", (event) => {
    const found = stepAt(event.target);
    if (!found) return;
    event.preventDefault();
    send(found.step, found.keys);
  });
  board.addEventListener("dragend", () => {
    dragged = null;
    unmark();
    board.classList.remove("p-dragging");
  });
}

// --- Keyboard -------------------------------------------------------------------------------------------------

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const stops = (cell) => [...cell.querySelectorAll("a, button")];

// Cells of one column lie under each other although compounds span rows: ask the page where they are.
function nextCell(from, [down, right]) {
  const here = from.getBoundingClientRect();
  const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
  const [x, y] = middle(here);
  let best = null;
  for (const cell of board.querySelectorAll("td")) {
    if (cell === from || !stops(cell).length) continue;
    const [cx, cy] = middle(cell.getBoundingClientRect());
    const ahead = (cx - x) * right + (cy - y) * down;
    const aside = Math.abs((cx - x) * down) + Math.abs((cy - y) * right);
    if (ahead > 4 && aside < (down ? here.width : here.height) / 2 + 4 && (!best || ahead < best.ahead)) best = { cell, ahead };
  }
  return best?.cell;
}

function focusBeside(cell, direction) {
  const own = stops(cell);
  const next = own[own.indexOf(document.activeElement) + direction[1]];
  if (direction[1] && next) return next.focus();
  const other = nextCell(cell, direction);
  if (other) stops(other).at(direction[1] < 0 ? -1 : 0).focus();
}

// Where the panel was opened from: what was pressed, and the shift it lies in.
let opener = "";
let around = "";

// A gap that has been filled meanwhile gives way to whoever fills it.
function goBack() {
  const back = document.getElementById(opener) ?? document.getElementById(around)?.querySelector("a");
  back?.focus();
}

function close() {
  const button = document.getElementById("inspector-close");
  if (!button) return;
  button.click();
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select")) return;
  const cell = event.target.closest?.("[data-board] td");
  if (cell && ARROWS[event.key]) {
    event.preventDefault();
    focusBeside(cell, ARROWS[event.key]);
  } else if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
    // The button stands on top, twenty stops away from the panel the keyboard is in.
    event.preventDefault();
    document.querySelector("#board-flash button")?.click();
  } else if (event.key === "Escape" && !document.querySelector("details.p-menu[open]")) {
    close();
  }
});

// --- What htmx brings -----------------------------------------------------------------------------------------

const busy = () => dragged || document.activeElement?.closest("#board-inspector select");

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const polling = event.detail.elt.id === "board-live";
  if (polling && (busy() || document.hidden)) event.preventDefault();
  if (event.detail.target?.id !== "board-inspector") return;
  around = document.getElementById("board-inspector").dataset.selected ?? "";
  if (event.detail.elt.id !== "inspector-close") opener = event.detail.elt.id;
});

// An answer that comes while something is being dragged would take it out of the hand.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt?.id === "board-live" && busy()) event.detail.shouldSwap = false;
});

function select() {
  const chosen = document.getElementById("board-inspector")?.dataset.selected;
  for (const cell of board.querySelectorAll(".p-cell")) cell.closest("td").classList.toggle("p-selected", cell.id === chosen);
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  select();
  const inspector = document.getElementById("board-inspector");
  // A step replaces the button that was pressed: the keyboard goes on in the panel, not at the top of the page.
  const lost = event.detail.target?.id === "board-flash" && document.activeElement === document.body;
  if (!lost && event.detail.target?.id !== "board-inspector") return;
  if (inspector.classList.contains("p-open")) inspector.querySelector("h2").focus();
  else goBack();
});

select();
