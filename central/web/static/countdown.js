"use strict";
// The page says until when the time is kept. With this script it also counts, and says aloud when it ends soon.
(() => {
  const kept = document.querySelector(".kept[data-seconds]");
  if (!kept) return;
  const left = kept.querySelector(".left");
  const aloud = kept.querySelector("[role=status]");
  const end = performance.now() + Number(kept.dataset.seconds) * 1000; // the visitor's clock may be wrong
  left.setAttribute("aria-hidden", "true"); // nobody wants to hear each second

  function count() {
    const seconds = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    left.textContent = kept.dataset.left.replace("%", clock);
    if (seconds === 120) aloud.textContent = kept.dataset.soon;
    if (seconds > 0) return;
    clearInterval(timer);
    location.replace(location.pathname); // says what now
  }

  const timer = setInterval(count, 1000);
  count();
})();
