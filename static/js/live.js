// Pages that update themselves. A hidden tab does not poll; when it is shown again, it asks at once where its trigger
// lists "awake". An update leaves alone what a reader has opened, ticked or chosen.
(function () {
  "use strict";
  const POLLS = '[hx-trigger*="every"]';

  // A filter in hx-trigger would need eval, which the Content-Security-Policy forbids.
  document.addEventListener("htmx:beforeRequest", function (event) {
    const { elt, requestConfig } = event.detail;
    if (document.hidden && elt.matches(POLLS) && !requestConfig.triggeringEvent) {
      event.preventDefault();
    }
  });
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) {
      document.querySelectorAll(POLLS).forEach((element) => window.htmx.trigger(element, "awake"));
    }
  });

  const kept = {
    open: "details",
    checked: "[data-tick], [data-tick-all], [data-tick-matching]",
    indeterminate: "[data-tick-all]",
    hidden: "[data-tick-offer]",
    "aria-pressed": "[data-metric]",
  };
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
    !(name in kept && node.matches(kept[name]));
})();
