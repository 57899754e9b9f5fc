// Homes for a field that names one, while somebody types: a room, a name, wjg, the end of a phone.
// Without network the page may know some homes itself (it hears "home-asked"); what is typed counts as it stands.

const WAIT = 250;

for (const input of document.querySelectorAll("[data-suggest]")) {
  let timer = 0;
  let last = "";
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(suggest, WAIT);
  });

  async function suggest() {
    const asked = input.value.trim();
    if (asked.length < 2 || asked === last) return;
    last = asked;
    const rows = await found(input.dataset.suggest, asked);
    // Somebody may have typed on meanwhile: the answer to an older question is dropped.
    if (asked === input.value.trim()) show(input.list, rows, asked);
  }
}

async function found(address, asked) {
  try {
    const response = await fetch(`${address}?q=${encodeURIComponent(asked)}`, { headers: { Accept: "application/json" } });
    return response.ok && !response.redirected ? (await response.json()).rows : [];
  } catch {
    const known = new CustomEvent("home-asked", { detail: { asked, found: [] } });
    document.dispatchEvent(known);
    return known.detail.found;
  }
}

function show(list, rows, asked) {
  list.replaceChildren(
    ...rows.map((row) => {
      const option = document.createElement("option");
      option.value = row.home;
      // A browser leaves out what does not hold the letters that were typed.
      option.label = `${row.name} · ${asked}`;
      return option;
    }),
  );
}
