// What every page does with script; without it the same pages work by links and forms.

const typing = (element) => element.closest("input, textarea, select, [contenteditable]");

// "/" goes to the search box; Esc closes an open menu and gives the focus back.
document.addEventListener("keydown", (event) => {
  const search = document.getElementById("search");
  if (event.key === "/" && search && !typing(event.target) && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    search.focus();
  }
  if (event.key === "Escape") {
    const open = document.querySelector("details.p-menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
});

// A menu closes when the pointer or the keyboard goes elsewhere.
const leaveMenus = (event) => {
  for (const menu of document.querySelectorAll("details.p-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
};
document.addEventListener("click", leaveMenus);
document.addEventListener("focusin", leaveMenus);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-print]");
  if (button) window.print();
});

// A double tap must not ask twice: a form's buttons rest for a moment once it is sent.
document.addEventListener("submit", (event) => {
  const buttons = [...event.target.querySelectorAll("button:not([type=button]):enabled")];
  // Only after this event: a disabled button would not be sent along.
  setTimeout(() => {
    if (!event.defaultPrevented) for (const button of buttons) button.disabled = true;
  });
  setTimeout(() => {
    for (const button of buttons) button.disabled = false;
  }, 3000);
});

// Whoever signs out takes along what only this phone knows: what was not sent yet stays, sealed, and that is said before.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  // Without network nobody is signed out, and what lies on the phone must stay open to them.
  if (!form.action.endsWith("/accounts/logout/") || !globalThis.crypto?.subtle || !navigator.onLine) return;
  event.preventDefault();
  const { leave, unsent } = await import("./vault.js");
  const count = await unsent().catch(() => 0);
  if (count && !confirm(document.querySelector("[data-unsent]").dataset.unsent.replace("{n}", count))) return;
  await leave().catch(() => {});
  form.submit();
});

// What was refused is looked at first: on a phone it may stand far below.
const wrong = document.querySelector("main [aria-invalid=true]");
if (wrong) {
  wrong.focus({ preventScroll: true });
  wrong.scrollIntoView({ block: "center" });
}

// A week wider than the screen opens at today.
for (const today of document.querySelectorAll("th.p-today")) {
  const around = today.closest(".p-scroll");
  if (around) around.scrollLeft = today.offsetLeft - around.querySelector("th").offsetWidth;
}

// A list whose filter changes asks again by itself.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-send-on-change]");
  if (form) form.requestSubmit();
});
