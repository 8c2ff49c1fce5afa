"use strict";
// Keeps the pages of passes that were opened on this phone, and what they need. Always the newest one while
// there is a network; the kept one when there is none, or none that answers within some seconds. A pass that
// the city takes back (403, 404) is dropped.
const KEPT = "pass-1"; // a new name drops what older releases kept
const NEEDED = ["/static/site.css", "/static/pass.js", "/static/icon.svg"];
const SELF = "/pass/worker.js"; // by which a page finds out whether there is a network
const LIVE = "/guests"; // what a door does now is never told from memory
const PATIENCE = 4000; // milliseconds

self.addEventListener("install", (event) => {
  const kept = caches.open(KEPT).then((cache) => cache.addAll(NEEDED));
  event.waitUntil(kept.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const others = caches.keys().then((names) =>
    Promise.all(names.filter((one) => one !== KEPT).map((one) => caches.delete(one))));
  event.waitUntil(others.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (pathname === SELF || pathname.endsWith(LIVE)) return;
  const isOurs = pathname.startsWith("/pass/") || NEEDED.includes(pathname);
  if (event.request.method === "GET" && origin === self.location.origin && isOurs) {
    event.respondWith(newest(event.request, pathname));
  }
});

async function newest(request, pathname) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(pathname, { ignoreVary: true });
  try {
    const answer = await fetch(request, kept ? { signal: AbortSignal.timeout(PATIENCE) } : {});
    if (answer.ok && !answer.redirected) await cache.put(pathname, answer.clone());
    if (answer.status === 403 || answer.status === 404) await cache.delete(pathname);
    if (answer.status >= 500 && kept) return kept;
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
