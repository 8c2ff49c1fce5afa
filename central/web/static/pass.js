"use strict";
// The pass works without this script. With it the page opens without the internet too, counts down, keeps
// the screen awake while it is looked at, and asks for the newest pass when it comes back into view.
(() => {
  const KEPT = "pass-1"; // as in pass-worker.js
  const MINUTE = 60000;

  // --- without the internet ---
  const offline = document.getElementById("offline");
  async function lookForCity() {
    try {
      const answer = await fetch("/pass/worker.js", { cache: "no-store" }); // never a kept one
      offline.hidden = answer.ok;
    } catch {
      offline.hidden = false;
    }
  }
  addEventListener("online", lookForCity);
  addEventListener("offline", lookForCity);
  lookForCity();

  async function keep() {
    await navigator.serviceWorker.register("/pass/worker.js", { scope: "/pass/" });
    await navigator.serviceWorker.ready;
    const kept = await caches.open(KEPT);
    await kept.add(location.pathname);
    document.documentElement.dataset.kept = "yes";
  }
  if ("serviceWorker" in navigator && "caches" in window) keep().catch(() => {});

  // --- the countdown; seconds count up to the next whole minute, as the server does ---
  const count = document.getElementById("count");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  function inWords(texts, what, left) {
    const minutes = Math.ceil(left / MINUTE);
    if (left < 60 * MINUTE) return fill(texts[`${what}_minutes`], { minutes });
    return fill(texts[`${what}_hours`], { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  }
  function tell() {
    const { opens, closes, texts } = JSON.parse(count.dataset.count);
    const now = Date.now();
    if (now >= closes) return texts.over;
    if (now >= opens) return inWords(texts, "open", closes - now);
    const days = Math.floor((opens - now) / (24 * 60 * MINUTE));
    return days >= 2 ? fill(texts.in_days, { days }) : inWords(texts, "in", opens - now);
  }
  if (count) setInterval(() => { count.textContent = tell(); }, 10000);

  // --- the screen stays on ---
  async function stayAwake() {
    if (document.hidden || !("wakeLock" in navigator)) return;
    try { await navigator.wakeLock.request("screen"); } catch { /* the battery is low: so be it */ }
  }
  if (document.querySelector(".pass-code")) {
    document.addEventListener("visibilitychange", stayAwake);
    stayAwake();
  }
})();
