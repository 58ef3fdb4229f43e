// A legend whose entries are buttons: a click on a state selects its trials, one with Shift hides its marks.
(function () {
  "use strict";
  const { drawOne, data } = window.ParzenCharts;

  function hide(button, canvas) {
    const hidden = new Set((canvas.dataset.hidden || "").split(" ").filter(Boolean));
    const name = button.dataset.hides;
    hidden[hidden.has(name) ? "delete" : "add"](name);
    canvas.dataset.hidden = [...hidden].join(" ");
    drawOne(canvas);
    sync();
  }

  // Pressed: the line is shown, or a state is selected. Struck through: hidden.
  function sync() {
    const states = data.selection()?.states || [];
    document.querySelectorAll(".legend-button").forEach(function (button) {
      const { hides, state } = button.dataset;
      const canvas = button.closest(".card").querySelector("canvas[data-chart]");
      const isHidden = (canvas.dataset.hidden || "").split(" ").includes(hides);
      button.classList.toggle("is-off", isHidden);
      button.setAttribute("aria-pressed", String(state ? states.includes(state) : !isHidden));
    });
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest(".legend-button");
    if (!button) {
      return;
    }
    if (event.shiftKey || !button.dataset.state) {
      hide(button, button.closest(".card").querySelector("canvas[data-chart]"));
    } else {
      window.ParzenSelection.choose("state", button.dataset.state);
    }
  });
  document.addEventListener("chartsdrawn", sync);
})();
