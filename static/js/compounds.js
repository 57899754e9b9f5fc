// The picture of a compound: arrow keys move from home to home, Esc closes the home beside it, and where homes are ticked
// an entrance or a floor ticks all of its own. Links and boxes work without this.

const homes = document.querySelector("[data-homes]");
const cells = () => [...homes.querySelectorAll(".p-home")];
const target = (cell) => cell.querySelector("input") ?? cell;

// One stop for the Tab key; the arrows do the rest.
const stand = (cell) => {
  for (const other of homes.querySelectorAll('[tabindex="0"]')) target(other).tabIndex = -1;
  target(cell).tabIndex = 0;
};

// The next home in a direction, over gaps and into the next building.
const next = (cell, key) => {
  const td = cell.closest("td");
  const row = td.parentElement;
  if (key === "ArrowUp" || key === "ArrowDown") {
    for (let r = row; (r = key === "ArrowUp" ? r.previousElementSibling : r.nextElementSibling); ) {
      const found = r.cells[td.cellIndex]?.querySelector(".p-home");
      if (found) return found;
    }
    return null;
  }
  const all = cells();
  return all[all.indexOf(cell) + (key === "ArrowRight" ? 1 : -1)];
};

if (homes) {
  for (const cell of cells()) target(cell).tabIndex = -1;
  const first = homes.querySelector(".p-home[aria-current]") ?? homes.querySelector(".p-home");
  if (first) target(first).tabIndex = 0;
  homes.removeAttribute("tabindex");

  homes.addEventListener("keydown", (event) => {
    const cell = event.target.closest(".p-home");
    if (!cell || !event.key.startsWith("Arrow")) return;
    const found = next(cell, event.key);
    if (!found) return;
    event.preventDefault();
    stand(found);
    target(found).focus();
  });

  homes.addEventListener("click", (event) => {
    const cell = event.target.closest("a.p-home");
    if (!cell) return;
    // The home comes in on the other side.
    const { left, width } = cell.getBoundingClientRect();
    homes.closest(".p-compound").classList.toggle("p-start", left + width / 2 > window.innerWidth / 2);
    homes.querySelector("[aria-current]")?.removeAttribute("aria-current");
    cell.setAttribute("aria-current", "true");
    stand(cell);
  });

  document.addEventListener("keydown", (event) => {
    const close = document.querySelector("#compound-home [data-close]");
    if (event.key !== "Escape" || !close) return;
    close.click();
    homes.querySelector(".p-home[aria-current]")?.focus();
  });

  // Choosing homes.
  const chosen = document.querySelector("[data-chosen]");
  if (chosen) {
    const boxes = (found) => found.flatMap((td) => [...td.querySelectorAll("input")]);
    const count = () => {
      chosen.textContent = homes.querySelectorAll("input:checked").length || "";
    };
    const toggle = (found) => {
      const all = found.every((box) => box.checked);
      for (const box of found) box.checked = !all;
      count();
    };
    // The cells below the head of an entrance: heads span as many columns as the entrance has homes side by side.
    const below = (head) => {
      let first = 0;
      for (let th = head.previousElementSibling; th; th = th.previousElementSibling) first += th.colSpan;
      const rows = [...head.closest("table").tBodies[0].rows];
      return rows.flatMap((row) => [...row.cells].slice(first, first + head.colSpan));
    };
    homes.addEventListener("click", (event) => {
      const head = event.target.closest("th");
      if (!head) return;
      event.preventDefault();
      toggle(boxes(head.scope === "row" ? [...head.parentElement.cells] : below(head)));
    });
    homes.addEventListener("change", count);
    count();
  }
}
