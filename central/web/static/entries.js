"use strict";
// The page works without this script. With it new entries come by themselves, until somebody pauses
// that; the browser remembers it.
(() => {
  const EVERY = 5000; // milliseconds
  const KEPT = "hallpass.entries";
  const button = document.getElementById("follow");
  const lost = document.getElementById("lost");
  if (!button) return;
  let paused = localStorage.getItem(KEPT) === "paused";

  function say() {
    button.textContent = paused ? button.dataset.follow : button.dataset.pause;
    button.hidden = false;
  }

  async function newest() {
    const answer = await fetch(location.href);
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText); // perhaps logged out
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  // What somebody reads or stands on with the keyboard is never taken away from under it.
  function put(page) {
    for (const part of document.querySelectorAll("[data-news]")) {
      const now = page.querySelector(`[data-news="${part.dataset.news}"]`);
      const same = part.innerHTML === now.innerHTML;
      if (!same && !part.contains(document.activeElement)) part.replaceChildren(...now.childNodes);
    }
  }

  async function look() {
    if (paused || document.hidden) return;
    try {
      const page = await newest();
      if (!paused) put(page);
      lost.hidden = true;
    } catch {
      lost.hidden = false;
    }
  }

  button.addEventListener("click", () => {
    paused = !paused;
    localStorage.setItem(KEPT, paused ? "paused" : "follows");
    say();
    look();
  });
  say();
  setInterval(look, EVERY);
})();
