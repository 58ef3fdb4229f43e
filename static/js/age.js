// Lets <time data-age="4.2" data-at="..."> tick: "4 s ago", "5 s ago", or with data-words="duration" "4 s", "5 s". It
// counts from the moment in which the element came or its data-at changed, so that the reader's clock need not agree
// with the server's.
(function () {
  "use strict";
  const MINUTE = 60;
  const HOUR = 3600;
  const DAY = 86_400;
  const seen = new WeakMap();

  function ago(seconds) {
    if (seconds < MINUTE) {
      return Math.floor(seconds) + " s ago";
    }
    return seconds < HOUR ? Math.floor(seconds / MINUTE) + " min ago" : Math.floor(seconds / HOUR) + " h ago";
  }

  // As pages write it: 48 s, 5 min 04 s, 10 h, 2 d 05 h.
  function duration(seconds) {
    if (seconds < MINUTE) {
      return Math.floor(seconds) + " s";
    }
    const steps = [
      [HOUR, MINUTE, "min", 1, "s"],
      [DAY, HOUR, "h", MINUTE, "min"],
      [Infinity, DAY, "d", HOUR, "h"],
    ];
    const [, large, name, small, rest] = steps.find(([limit]) => seconds < limit);
    const left = Math.floor((seconds % large) / small);
    return (
      Math.floor(seconds / large) +
      " " +
      name +
      (left ? " " + String(left).padStart(2, "0") + " " + rest : "")
    );
  }

  const kinds = { ago, duration };

  function tick() {
    const now = performance.now() / 1000;
    document.querySelectorAll("[data-age][data-at]").forEach(function (element) {
      const { age, at, words } = element.dataset;
      if (seen.get(element)?.at !== at) {
        seen.set(element, { at, began: now - Number(age) });
      }
      element.textContent = kinds[words || "ago"](now - seen.get(element).began);
    });
  }

  tick();
  document.addEventListener("htmx:afterSwap", tick);
  setInterval(tick, 1000);
})();
