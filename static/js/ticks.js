// Rows with <input data-tick> that a bar at the bottom acts on: select all, Shift for a range, Escape to clear, Enter to
// go to the bar. The stylesheet shows the bar; [data-tick-count] says how many are ticked. Once all rows of a page are,
// [data-tick-offer] offers those of other pages: <input data-tick-matching="213">. A button with
// data-tick-range="2 6" is for so many.
(function () {
  "use strict";
  let last = null;
  let filter = null; // whose trials are all ticked
  const ticks = () => [...document.querySelectorAll("[data-tick]")];
  const matching = () => document.querySelector("[data-tick-matching]");

  function setRange(button, n) {
    const [from, to] = button.dataset.tickRange.split(" ").map(Number);
    button.disabled = n < from || n > to;
  }

  function show() {
    const all = ticks();
    const every = matching();
    if (every?.checked && every.value !== filter) {
      every.checked = false; // another filter, which nobody has ticked
    }
    const isEvery = Boolean(every?.checked);
    if (isEvery) {
      all.forEach((tick) => (tick.checked = true)); // also what has come since
    }
    const ticked = all.filter((tick) => tick.checked).length;
    const n = isEvery ? Number(every.dataset.tickMatching) : ticked;
    document.querySelectorAll("[data-tick-count]").forEach(function (element) {
      element.textContent = n.toLocaleString("en-US");
    });
    document.querySelectorAll("[data-tick-all]").forEach(function (head) {
      head.checked = ticked > 0 && ticked === all.length;
      head.indeterminate = ticked > 0 && ticked < all.length;
      head.disabled = !all.length;
    });
    document.querySelectorAll("[data-tick-offer]").forEach(function (offer) {
      offer.hidden = !isEvery && ticked < all.length;
    });
    document.querySelectorAll("[data-tick-range]").forEach((button) => setRange(button, n));
  }

  function setAll(isTicked) {
    ticks().forEach(function (tick) {
      tick.checked = isTicked;
    });
    forgetMatching();
    show();
  }

  function forgetMatching() {
    if (matching()) {
      matching().checked = false;
    }
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
      forgetMatching();
      show();
    } else if (event.target.matches("[data-tick-matching]")) {
      filter = event.target.value;
      show();
    }
  });
  document.addEventListener("keydown", function (event) {
    const isInDialog = event.target.closest("dialog");
    if (
      event.key === "Escape" &&
      !event.defaultPrevented &&
      !isInDialog &&
      ticks().some((tick) => tick.checked)
    ) {
      if (!event.target.matches("input[type=text], input:not([type])")) {
        event.preventDefault(); // the filter of the table stays
      }
      clear();
    } else if (event.key === "Enter" && event.target.matches("[data-tick]")) {
      event.preventDefault(); // would press the first button of the bar
      document.querySelector("#bulk button[type=submit]:enabled").focus();
    }
  });
  // After rows have come or gone, and when the browser brings back a page with its ticks.
  document.addEventListener("htmx:afterSettle", show);
  window.addEventListener("pageshow", show);
  show();
})();
