// Opens the parts of the search space that become needed while the form is filled in. What a person closes
// stays closed until it is needed anew.
(function () {
  "use strict";
  const parts = () => [...document.querySelectorAll("details.knobs, details.branch-box")];
  let needed = new Set();

  document.addEventListener("DOMContentLoaded", function () {
    needed = new Set(
      parts()
        .filter((part) => part.open)
        .map((part) => part.id),
    );
  });
  document.addEventListener("knobs-needed", function (event) {
    const now = new Set(event.detail.keys);
    parts().forEach(function (part) {
      if (now.has(part.id) && !needed.has(part.id)) {
        part.open = true;
      }
    });
    needed = now;
  });
})();
