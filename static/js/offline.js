// Makes a page open without network after one visit: the worker keeps the files, the page puts itself without people beside
// them. Says before the phone's memory is full.

import { PAGES } from "./vault.js";
import { readsCodes } from "./reader.js";

const LEAST = 5 * 1024 * 1024;
const EVERY = 60000;

// `worker` and `shell` are addresses: of the service worker, and of this page without any person on it; `reads`: codes are read.
export async function keepPage({ worker, shell, reads }) {
  if (!navigator.serviceWorker || !globalThis.caches) return;
  try {
    await navigator.serviceWorker.register(worker, { scope: location.pathname.replace(/\d+\/$/, "") });
    const answer = await fetch(shell, { redirect: "error" });
    if (answer.ok) await (await caches.open(PAGES)).put(location.pathname, answer);
    if (reads && !(await readsCodes())) (await navigator.serviceWorker.ready).active.postMessage("reader");
  } catch {
    // Without network, or signed out: the page that was kept before stays.
  }
}

// Tells `say` whether the room is nearly used up, now and every minute; asks the browser not to clear it by itself.
export async function watchRoom(say) {
  if (!navigator.storage?.estimate) return;
  navigator.storage.persist?.();
  const look = async () => {
    const { quota, usage } = await navigator.storage.estimate();
    say(quota - usage < LEAST);
  };
  await look();
  setInterval(look, EVERY);
}
