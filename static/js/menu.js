// A menu made of <details class="menu"> closes on Escape, on a click elsewhere and when focus leaves it.
(function () {
  "use strict";
  function closeOthers(target) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(target)) {
        menu.open = false;
      }
    });
  }

  document.addEventListener("click", (event) => closeOthers(event.target));
  document.addEventListener("focusin", (event) => closeOthers(event.target));
  document.addEventListener("keydown", function (event) {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
    if (menu) {
      event.preventDefault(); // Escape has been used
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
})();
