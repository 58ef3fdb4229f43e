// The filter of a table: Escape clears it, and an error puts the cursor where it is.
(function () {
  "use strict";
  const form = document.querySelector("form[data-filter]");
  const input = form && form.querySelector("[name=q]");
  if (!input) {
    return;
  }

  input.addEventListener("keydown", function (event) {
    const clear = form.querySelector("[data-clear]");
    if (event.key === "Escape" && clear) {
      location.assign(clear.href);
    } else if (event.key === "Escape") {
      input.value = "";
    }
  });

  if (input.dataset.position !== undefined) {
    input.focus();
    input.setSelectionRange(Number(input.dataset.position), input.value.length);
  }
})();
