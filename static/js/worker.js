// The service worker of the pages that must open without network: the gate, a round. RELEASE, FILES and READER come from
// portal/views/worker.py; a new release fetches its files beside the old ones. What was logged lies in IndexedDB, untouched.

/* global RELEASE, FILES, READER */
const MINE = FILES[new URL(self.registration.scope).pathname] ?? Object.values(FILES).flat();
const KEPT = `files-${RELEASE}`;
const PAGES = "pages";
const PAGE = /^\/(?:checkpoints\/gate|residents\/rounds)\/\d+\/$/;
const CHOOSE = "/checkpoints/gate/";
// A network that does not answer by then counts as none.
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(keepFiles().then(() => self.skipWaiting()));
});

async function keepFiles() {
  const cache = await caches.open(KEPT);
  await cache.addAll(MINE);
}

// A phone that cannot read codes by itself asks for the reader, each time: it may have been too far from any network.
self.addEventListener("message", (event) => event.data === "reader" && event.waitUntil(keepReader()));

async function keepReader() {
  const cache = await caches.open(KEPT);
  if (!(await cache.match(READER))) await cache.add(READER).catch(() => {});
}

self.addEventListener("activate", (event) => {
  event.waitUntil(tidy().then(() => self.clients.claim()));
});

// The release before stays: a page that is open may still ask for its files.
async function tidy() {
  const old = (await caches.keys()).filter((name) => name.startsWith("files-") && name !== KEPT);
  await Promise.all(old.slice(0, -1).map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (MINE.includes(pathname) || pathname === READER) event.respondWith(file(request));
  else if (request.mode === "navigate" && (PAGE.test(pathname) || pathname === CHOOSE)) event.respondWith(opened(request, pathname));
});

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

// The page as it is now; without network, or while the portal is ill, the page as it was kept.
async function opened(request, pathname) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  const kept = await keptFor(pathname);
  try {
    const answer = await fetch(request, kept ? { signal: stop.signal } : {});
    return answer.status >= 500 && kept ? kept : answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function keptFor(pathname) {
  const pages = await caches.open(PAGES);
  if (pathname !== CHOOSE) return pages.match(pathname);
  const gates = (await pages.keys()).map(({ url }) => new URL(url).pathname).filter((path) => path.startsWith(CHOOSE));
  return gates.length ? Response.redirect(gates[gates.length - 1]) : undefined;
}
