// The command palette (Ctrl-K) and the list of shortcuts (?). A combobox: the focus stays in the field, and
// aria-activedescendant names the option that Enter chooses. The browser gives the focus back when a dialog closes.
(function () {
  "use strict";
  const SETTING = "single-keys";
  const field = () => document.querySelector("#palette [role=combobox]");
  const options = () => [...document.querySelectorAll("#palette [role=option][data-url]")];

  function choose(option) {
    options().forEach((each) => each.setAttribute("aria-selected", String(each === option)));
    field().setAttribute("aria-activedescendant", option?.id || "");
    option?.scrollIntoView({ block: "nearest" });
  }

  function go(option) {
    if (option && "post" in option.dataset) {
      Object.assign(field().form, { action: option.dataset.url }).submit();
    } else if (option) {
      location.assign(option.dataset.url);
    }
  }

  function open(id) {
    const dialog = document.getElementById(id);
    document.querySelectorAll("dialog[open]").forEach((each) => each.close());
    field().value = "";
    dialog.showModal();
    window.htmx.trigger(dialog, "open");
  }

  function onPaletteKey(event) {
    const [step, all] = [{ ArrowDown: 1, ArrowUp: -1, Enter: 0 }[event.key], options()];
    const place = all.findIndex((option) => option.matches("[aria-selected=true]"));
    if (step !== undefined) {
      event.preventDefault();
      (step ? choose : go)(all[(place + step + all.length) % all.length]);
    }
  }

  const isOff = () => window.ParzenKept(SETTING) === "off";
  const show = () =>
    document.querySelectorAll("[data-single-keys]").forEach((box) => (box.checked = !isOff()));

  document.addEventListener("keydown", function (event) {
    const isWriting = event.target.closest("input, textarea, select, [contenteditable], dialog");
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k" && field()) {
      event.preventDefault();
      open("palette");
    } else if (event.target === field()) {
      onPaletteKey(event);
    } else if (event.key === "?" && !isWriting && field() && !isOff()) {
      open("shortcuts");
    }
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-palette]") && field()) {
      event.preventDefault();
      open("palette");
    } else if (event.target.matches("dialog.dialog")) {
      event.target.close(); // beside it
    } else {
      go(event.target.closest("#palette [data-url]"));
    }
  });
  document.addEventListener("change", function ({ target }) {
    return target.matches("[data-single-keys]") && window.ParzenKept(SETTING, target.checked ? "on" : "off");
  });
  document.addEventListener("htmx:afterSettle", function ({ target }) {
    show();
    if (target.id === "palette-list") {
      choose(options()[0]);
    }
  });
  document.addEventListener("DOMContentLoaded", show);
})();
