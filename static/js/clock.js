// Clocks that run down: <time data-runs-down data-now="seconds" data-until="seconds">. The server's clock counts, not the
// phone's: what is left is measured from the moment the page came. The server decides again when a button is pressed.

const began = new WeakMap();

function words(left) {
  const seconds = Math.max(Math.ceil(left), 0);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

function tick() {
  for (const clock of document.querySelectorAll("[data-runs-down]")) {
    if (!began.has(clock)) began.set(clock, performance.now());
    const passed = (performance.now() - began.get(clock)) / 1000;
    clock.textContent = words(Number(clock.dataset.until) - Number(clock.dataset.now) - passed);
  }
}

tick();
setInterval(tick, 1000);
