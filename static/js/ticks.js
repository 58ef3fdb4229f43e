// Rows with <input data-tick> that a bar at the bottom acts on: select all, Shift for a range, Escape to clear, Enter to
// go to the bar. The stylesheet shows the bar; [data-tick-count] says how many are ticked.
(function () {
  "use strict";
  let last = null;
  const ticks = () => [...document.querySelectorAll("[data-tick]")];

  function show() {
    const all = ticks();
    const n = all.filter((tick) => tick.checked).length;
    document.querySelectorAll("[data-tick-count]").forEach(function (element) {
      element.textContent = String(n);
    });
    document.querySelectorAll("[data-tick-all]").forEach(function (head) {
      head.checked = n > 0 && n === all.length;
      head.indeterminate = n > 0 && n < all.length;
      head.disabled = !all.length;
    });
  }

  function setAll(isTicked) {
    ticks().forEach(function (tick) {
      tick.checked = isTicked;
    });
    show();
  }

  function clear() {
    const isInBar = document.activeElement.closest("#bulk");
    setAll(false);
    if (isInBar) {
      document.querySelector("[data-tick-all]").focus(); // the bar goes away with the focus
    }
  }

  document.addEventListener("click", function (event) {
    const tick = event.target.closest("[data-tick]");
    if (tick) {
      const all = ticks();
      if (event.shiftKey && last?.isConnected) {
        const [from, to] = [all.indexOf(last), all.indexOf(tick)].sort((a, b) => a - b);
        all.slice(from, to + 1).forEach(function (other) {
          other.checked = tick.checked;
        });
      }
      last = tick;
    } else if (event.target.closest("[data-tick-clear]")) {
      clear();
    }
  });
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-tick-all]")) {
      setAll(event.target.checked);
    } else if (event.target.matches("[data-tick]")) {
      show();
    }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && !event.target.closest("details.menu[open]")) {
      clear();
    } else if (event.key === "Enter" && event.target.matches("[data-tick]")) {
      event.preventDefault(); // would press the first button of the bar
      document.querySelector("#bulk button[type=submit]").focus();
    }
  });
  // After rows have come or gone, and when the browser brings back a page with its ticks.
  document.addEventListener("htmx:afterSettle", show);
  window.addEventListener("pageshow", show);
  show();
})();
