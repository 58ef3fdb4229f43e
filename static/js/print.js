// For paper: light charts as wide as a sheet, and what is folded opened. Everything is as it was afterwards.
(function () {
  "use strict";
  const SHEET = 760; // about the pixels between the margins of a sheet
  const FOLDED = "details.subfold, details.settings";
  const root = document.documentElement;
  const paper = matchMedia("print");
  let before = null;

  function charts() {
    return window.Chart ? Object.values(window.Chart.instances) : [];
  }

  function redraw() {
    document.dispatchEvent(new CustomEvent("themechange"));
  }

  function prepare() {
    if (before) {
      return;
    }
    const folded = [...document.querySelectorAll(FOLDED)].filter((each) => !each.open);
    before = { theme: root.dataset.theme, folded };
    folded.forEach((each) => (each.open = true));
    root.dataset.theme = "light";
    charts().forEach((chart) => chart.resize(Math.min(chart.width, SHEET), chart.height));
    redraw();
  }

  function restore() {
    if (!before || paper.matches) {
      return; // the colors of the screen are there when it is the screen again
    }
    before.folded.forEach((each) => (each.open = false));
    if (before.theme) {
      root.dataset.theme = before.theme;
    } else {
      delete root.dataset.theme;
    }
    before = null;
    charts().forEach((chart) => chart.resize());
    redraw();
  }

  addEventListener("beforeprint", prepare);
  addEventListener("afterprint", restore);
  paper.addEventListener("change", () => (paper.matches ? prepare() : restore()));
})();
