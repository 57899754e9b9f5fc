// Pages that work without network do not lead away from themselves meanwhile: it would end in the browser's error page.

// What `opens(link)` without network is followed; of all else `say()` tells why nothing happened.
export function stay({ opens, say }) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='/']");
    if (!link || navigator.onLine || event.defaultPrevented || opens(link)) return;
    event.preventDefault();
    say(link);
  });
  // Neither does what their forms lead to: another language, the way out.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || navigator.onLine) return;
    event.preventDefault();
    say();
  });
}
