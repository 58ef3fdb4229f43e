// The filter of a table: Escape clears it, and an error puts the cursor where it is.
(function () {
  "use strict";
  const form = document.querySelector("form[data-filter]");
  const input = form && form.querySelector("[name=q]");
  if (!input) {
    return;
  }

  // Anywhere on the page, since the focus is at its top when a filter has been applied; an open menu or
  // another field has its own use for Escape.
  document.addEventListener("keydown", function (event) {
    const isElsewhere =
      event.target !== input && event.target.closest("input, textarea, select, details, dialog");
    if (event.key !== "Escape" || isElsewhere || event.defaultPrevented) {
      return;
    }
    const clear = form.querySelector("[data-clear]");
    if (clear) {
      location.assign(clear.href);
    } else {
      input.value = "";
    }
  });

  if (input.dataset.position !== undefined) {
    input.focus();
    input.setSelectionRange(Number(input.dataset.position), input.value.length);
  }
})();
