// <button data-copy-target="#id"> copies the words of that element; the button says that it did.
(function () {
  "use strict";
  const SHOWN_MS = 1600;

  function textOf(element) {
    return "value" in element ? element.value : element.textContent;
  }

  // Pages served over plain HTTP have no clipboard: select the words, the reader copies them.
  function select(element) {
    if ("select" in element) {
      element.select();
      return;
    }
    getSelection().selectAllChildren(element);
  }

  function say(button, words) {
    const label = button.querySelector("[data-copy-label]") || button;
    button.dataset.words = button.dataset.words || label.textContent;
    label.textContent = words;
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => (label.textContent = button.dataset.words), SHOWN_MS);
  }

  document.addEventListener("click", async function (event) {
    const button = event.target.closest("[data-copy-target]");
    const source = button && document.querySelector(button.dataset.copyTarget);
    if (!source) {
      return;
    }
    try {
      await navigator.clipboard.writeText(textOf(source));
      say(button, "Copied");
    } catch {
      select(source);
      say(button, "Selected. Press Ctrl+C to copy.");
    }
  });
})();
