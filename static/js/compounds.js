// The picture of a compound: arrow keys move from home to home, Esc closes the home beside it. Links work without this.

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
}
