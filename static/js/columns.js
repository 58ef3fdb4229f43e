// Rows of .columns-list can be dragged to another place with a mouse; the buttons beside them do the same for everybody.
// The form is sent as after a tick, and says the new order by that of its fields.
(function () {
  "use strict";
  let dragged = null;

  document.addEventListener("dragstart", function (event) {
    dragged = event.target.closest?.(".columns-list li[draggable]") || null;
    dragged?.classList.add("is-dragged");
  });
  document.addEventListener("dragover", function (event) {
    const row = dragged && event.target.closest?.(".columns-list li[draggable]");
    if (!dragged) {
      return;
    }
    event.preventDefault();
    if (row && row !== dragged) {
      const box = row.getBoundingClientRect();
      row.parentNode.insertBefore(dragged, event.clientY < box.top + box.height / 2 ? row : row.nextSibling);
    }
  });
  document.addEventListener("dragend", function () {
    if (dragged) {
      dragged.classList.remove("is-dragged");
      const form = dragged.closest("form");
      dragged = null;
      form.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  // An update would put the row back where it was.
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (dragged) {
      event.preventDefault();
    }
  });
})();
