// Lets <time data-age="4.2" data-at="..."> tick: "4 s ago", "5 s ago". It counts from the moment in which the
// element came or its data-at changed, so that the reader's clock need not agree with the server's.
(function () {
  "use strict";
  const MINUTE = 60;
  const HOUR = 3600;
  const seen = new WeakMap();

  function words(seconds) {
    if (seconds < MINUTE) {
      return Math.floor(seconds) + " s ago";
    }
    return seconds < HOUR ? Math.floor(seconds / MINUTE) + " min ago" : Math.floor(seconds / HOUR) + " h ago";
  }

  function tick() {
    const now = performance.now() / 1000;
    document.querySelectorAll("[data-age][data-at]").forEach(function (element) {
      const { age, at } = element.dataset;
      if (seen.get(element)?.at !== at) {
        seen.set(element, { at, began: now - Number(age) });
      }
      element.textContent = words(now - seen.get(element).began);
    });
  }

  tick();
  document.addEventListener("htmx:afterSwap", tick);
  setInterval(tick, 1000);
})();
