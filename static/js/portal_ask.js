// Asking the portal from a page that may be older than the session: with the token of now, and with a way to say no.

import { NotSent } from "./queue.js";

const PATIENCE = 20000;

export async function ask(address, { method = "POST", body, headers = {}, fallback = "" } = {}) {
  // The token may have changed since the page was opened: whoever signed in again has a new one.
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith("csrftoken="));
  const token = cookie ? cookie.split("=")[1] : fallback;
  const said = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token, ...headers };
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(address, { method, body, headers: said, redirect: "manual", signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
}

// The answer as JSON, or NotSent with the reason: signed out, shut out, or simply not now.
export async function answered(response) {
  if (response.ok) return response.json();
  const { error, revoked } = await response.json().catch(() => ({}));
  const signedOut = response.status === 401 || response.type === "opaqueredirect" || (response.status === 403 && !error);
  const stopped = revoked || (response.status === 404 && !signedOut) ? error || "?" : "";
  throw new NotSent(response.status, { signedOut, stopped, revoked });
}
