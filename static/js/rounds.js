// The phone's own time goes with each tap: it is kept beside the portal's, so that a wrong clock is seen.
document.addEventListener(
  "submit",
  (event) => {
    const field = event.target.querySelector("[data-now]");
    if (field) {
      field.value = new Date().toISOString();
    }
  },
  true,
);

// An answer that was not understood comes back as the page's part with a word at the field: show it.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
