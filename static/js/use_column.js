// [data-use] in a row [data-left-out="id"]: one click uses a column that was left out; the row says so only while it is.
(function () {
  "use strict";
  const NOT_USED = "left out";

  function selectOf(row) {
    return document.getElementById(row.dataset.leftOut);
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-use]");
    const row = button && button.closest("[data-left-out]");
    if (row) {
      const select = selectOf(row);
      select.value = button.dataset.use;
      row.hidden = true;
      select.focus();
    }
  });

  document.addEventListener("change", function (event) {
    const row = event.target.id && document.querySelector(`[data-left-out="${CSS.escape(event.target.id)}"]`);
    if (row) {
      row.hidden = event.target.value !== NOT_USED;
    }
  });
})();
