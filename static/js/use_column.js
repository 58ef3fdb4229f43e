// A file's columns: [data-use] in [data-left-out="id"] uses a column that was left out with one click, and hides while it
// is used; [data-gap-of="id"] takes a column as numbers once what is no number means missing.
(function () {
  "use strict";
  const NOT_USED = "left out";

  function choose(id, role) {
    const select = document.getElementById(id);
    select.value = role;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    return select;
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-use]");
    const note = button && button.closest("[data-left-out]");
    if (note) {
      choose(note.dataset.leftOut, button.dataset.use).focus();
    }
  });

  document.addEventListener("change", function (event) {
    const field = event.target;
    const note = field.id && document.querySelector(`[data-left-out="${CSS.escape(field.id)}"]`);
    if (note) {
      note.hidden = field.value !== NOT_USED;
    }
    if (field.matches("[data-gap-of][data-numbers]") && field.checked) {
      choose(field.dataset.gapOf, "number");
    }
  });
})();
