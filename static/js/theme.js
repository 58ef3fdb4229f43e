// Loaded in <head>, blocking: sets the theme before the first paint, and answers the button later.
(function () {
  "use strict";
  const root = document.documentElement;

  function remembered() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is closed to this page: follow the system
    }
  }

  function remember(theme) {
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // The choice lasts as long as the page.
    }
  }

  function isDark() {
    return root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function announce() {
    document.dispatchEvent(new CustomEvent("themechange"));
  }

  const theme = remembered();
  if (theme === "light" || theme === "dark") {
    root.dataset.theme = theme;
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-theme-toggle]")) {
      return;
    }
    root.dataset.theme = isDark() ? "light" : "dark";
    remember(root.dataset.theme);
    announce();
  });
})();
