// A small plot in a dialog: the same chart once more, with its axes in words.
(function () {
  "use strict";
  const { drawOne } = window.ParzenCharts;

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-enlarge]");
    const dialog = document.getElementById("big-plot");
    if (!button || !dialog) {
      return;
    }
    const small = button.closest(".small-plot").querySelector("canvas");
    const canvas = document.createElement("canvas");
    Object.assign(canvas.dataset, small.dataset);
    canvas.setAttribute("role", "img");
    dialog.querySelector("h2").textContent = button.textContent;
    dialog.querySelector(".chart").replaceChildren(canvas);
    dialog.showModal();
    drawOne(canvas);
  });
})();
