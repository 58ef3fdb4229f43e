// Loaded in <head>, blocking: sets the theme before the first paint, and answers the button later.
(function () {
  "use strict";
  const root = document.documentElement;

  // What this browser keeps; where storage is closed to the page, a choice lasts as long as the page.
  const kept = function (name, value) {
    try {
      return value ? localStorage.setItem(name, value) : localStorage.getItem(name);
    } catch {
      return null;
    }
  };

  function isDark() {
    return root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function announce() {
    document.dispatchEvent(new CustomEvent("themechange"));
  }

  const theme = kept("theme");
  if (theme === "light" || theme === "dark") {
    root.dataset.theme = theme;
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-theme-toggle]")) {
      return;
    }
    root.dataset.theme = isDark() ? "light" : "dark";
    kept("theme", root.dataset.theme);
    announce();
  });
  window.ParzenKept = kept;
})();
